"""Who may perform what, where: status and lines of the answer, from the rules that were found.

Weighs rules by place and role; knows no source and no sentence of any document.
"""

from collections.abc import Sequence
from dataclasses import replace

from assistant.frames import capitalised, frame, holder_name, listed, procedure_name, role_name, word
from assistant.headline import headline, names_of
from assistant.lexicon import lexicon
from assistant.patterns import pattern
from assistant.positions import Line, positions, quoted, shown_in
from assistant.query import Query
from assistant.rules import Rule, Stance
from assistant.ruling import NO, YES, Ruling, rule_on
from assistant.text import fold, squeeze
from assistant.types import Claim, Notice, Status
from corpus.sentences import sentence_spans

Verdict = tuple[Status, str, tuple[Line, ...]]  # status, reason, lines

_MOST_PLACES, MOST_ROLES = 3, 2  # asked about in one question; more roles than that ask who may


def answer(query: Query, rules: Sequence[Rule]) -> Verdict | None:
    """The verdict for every place and role asked about; None where no rule speaks to the question."""
    asked = fold(query.question)
    attributes = pattern("who_said").search(asked) and not pattern("disagree").search(asked)
    if attributes and (said := _who_said(query, rules)):
        return Status.ANSWERED, "attribution", said
    if query.roles and query.places and not query.procedures:
        local = [name for rule in rules if query.places[0].name in rule.places for name in rule.procedures]
        query = replace(query, procedures=tuple(dict.fromkeys(local)))
    elif query.roles and not query.procedures and _compares(query):
        query = replace(query, procedures=_spoken_of_by_several(rules, query.roles[0]))
    found = [
        verdict
        for place in [place.name for place in query.places[:_MOST_PLACES]] or [""]
        for role in (query.roles if len(query.roles) <= MOST_ROLES and not query.must else ()) or ("",)
        if (verdict := _verdict(rule_on(query, rules, role, place)))
    ]
    if not found:
        return None
    status = min((verdict[0] for verdict in found), key=list(Status).index)
    lines = tuple(dict.fromkeys(line for verdict in found for line in verdict[2]))
    return status, next(verdict[1] for verdict in found if verdict[0] is status), _compared(query, status, lines)


def _spoken_of_by_several(rules: Sequence[Rule], role: str) -> tuple[str, ...]:
    """The procedures on which more than one holder speaks of the role: there they can be compared."""
    said = [(name, rule.holder) for rule in rules if rule.stance(role) for name in rule.procedures]
    several = [name for name, _ in said if len({holder for other, holder in said if other == name}) > 1]
    return tuple(dict.fromkeys(several))


def _verdict(found: Ruling) -> Verdict | None:
    """The verdict on one role (or none) in one place (or none)."""
    if not any(map(found.speaks, found.rules)):
        return _kinds_differ(found)
    speaking = [rule for rule in found.rules if found.speaks(rule) or rule.groups]
    if found.query.procedures and not any(rule.procedures for rule in speaking):
        return _unnamed(found, speaking)
    if found.place and not any(map(found.speaks, found.here)):
        return _uncovered(found)
    if found.role and found.query.procedures:
        return _about_role(found, speaking)
    if found.role:
        return _about_scope(found, speaking)
    return _about_procedure(found, speaking)


def _kinds_differ(found: Ruling) -> Verdict | None:
    """Only rules on kinds of the procedure speak of the role: they are quoted, and no verdict is drawn on the whole."""
    narrower = [rule for rule in found.rules if found.role and rule.stance(found.role)]
    if not narrower:
        return None
    wanted = [*narrower, *(rule for rule in found.rules if rule.groups and found.covers(rule))]
    first = Notice("kinds", frame("kinds_differ", found.language, **names_of(found)))
    covered = any(found.place in rule.places for rule in narrower)
    place = [] if not found.place or covered else [Notice("not-covered", _place_not_covered(found))]
    sides = [[r for r in narrower if r.stance(found.role) in said] for said in (YES, {Stance.NO})]
    if (not found.place or covered) and all(sides):
        return _kinds_conflict(found, wanted, sides)
    return Status.PARTIAL, "kinds-differ", (*place, first, *positions(found, wanted), _law(found))


def _kinds_conflict(found: Ruling, wanted: Sequence[Rule], sides: Sequence[Sequence[Rule]]) -> Verdict:
    """Of kinds of the procedure, some say yes and some say no."""
    yes, no = (list(dict.fromkeys(rule.holder for rule in side)) for side in sides)
    lines = [*positions(found, wanted), _law(found)]
    values = names_of(found) | {"yes": listed(yes, found.language), "no": listed(no, found.language)}
    values |= {"say_yes": word("say", len(yes), found.language), "say_no": word("say", len(no), found.language)}
    supervised = all(rule.stance(found.role) is Stance.SUPERVISED for rule in sides[0])
    values["supervised"] = frame("if_supervised", found.language) if supervised else ""
    first = Claim(frame("kinds_conflict", found.language, **values), shown_in([*sides[0], *sides[1]], lines))
    return Status.CONFLICTING, "sources-differ", (first, *lines)


def _about_role(found: Ruling, rules: Sequence[Rule]) -> Verdict:
    """Headline, then each position with its quote: the place's own first, the general ones labelled."""
    sentence, differ = headline(found)
    rules = _most_telling(found, rules)
    deciding = [rule for rule in (found.here or rules) if found.stance(rule)]
    if differ and found.here:
        deciding += [rule for rule in found.general if found.stance(rule)]
    lines = [*positions(found, rules), _law(found)]
    if _states_a_claim(found) and not differ and len({rule.holder for rule in deciding}) == 1:
        first = _in_their_words(found, sentence, _said_best(found, deciding))
    else:
        first = Claim(capitalised(sentence), shown_in(deciding, lines))
    status = Status.CONFLICTING if differ else Status.ANSWERED
    return status, "sources-differ" if differ else "rule", (first, *lines)


def _states_a_claim(found: Ruling) -> bool:
    """Whether the question rests on what a source is said to say: its own words then come first."""
    asked = fold(found.query.question)
    return bool(found.query.sources) and (found.query.presumes or bool(pattern("claims_said").search(asked)))


def _in_their_words(found: Ruling, verdict: str, rule: Rule) -> Claim:
    """The verdict with the sentence it rests on; a denied claim gets the sentence alone, for "yes" would confirm it."""
    own = _sentence_of(rule)
    asked = fold(found.query.question)
    if pattern("negated").search(asked) and not pattern("alone").search(asked):
        return next(iter(quoted([own], found.language)))
    quote = squeeze(own.quote.text)
    text = frame("in_their_words", found.language, verdict=verdict.rstrip("."), quote=quote)
    return Claim(capitalised(text), (own.quote,))


def _said_best(found: Ruling, rules: Sequence[Rule]) -> Rule:
    """The rule that speaks most plainly: names the role, or else says who may."""
    role = found.role
    named = [rule for rule in rules if role and role in (*rule.allowed, *rule.excluded)]
    naming = [rule for rule in rules if rule.closed or rule.or_higher or rule.allowed]
    return next(iter([*named, *naming, *rules]))


def _sentence_of(rule: Rule) -> Rule:
    """The rule with its own sentence only, without the one it leans on."""
    quote = rule.quote
    start, _ = list(sentence_spans(quote.text))[-1]
    return replace(rule, quote=replace(quote, start=quote.start + start))


def _most_telling(found: Ruling, rules: Sequence[Rule]) -> list[Rule]:
    """Of what one holder says to the same effect, the rules on the fewest treatments: a summary adds nothing."""

    def effect(rule: Rule) -> tuple[object, ...]:
        asked = frozenset(name for name in found.query.procedures if rule.speaks_of(name))
        return rule.holder, found.stance(rule) or rule.groups, asked

    least: dict[tuple[object, ...], int] = {}
    for rule in rules:
        least[effect(rule)] = min(len(rule.procedures), least.get(effect(rule), len(rule.procedures)))
    return [rule for rule in rules if len(rule.procedures) == least[effect(rule)]]


def _widest(rules: Sequence[Rule]) -> list[Rule]:
    """Of each holder's, the rules on the most treatments: asked of treatments in general, a table is too much."""
    most: dict[str, int] = {}
    for rule in rules:
        most[rule.holder] = max(len(rule.procedures), most.get(rule.holder, 0))
    return [rule for rule in rules if len(rule.procedures) == most[rule.holder]]


def _about_procedure(found: Ruling, rules: Sequence[Rule]) -> Verdict:
    """Asked "who may": every position, the place's own first; they differ where their lists of roles differ."""
    if not (found.query.procedures or found.query.sources):
        rules = _widest(rules)
    deciding = [rule for rule in found.here if rule in rules] or list(rules)
    compares = found.compares
    weighed = [*deciding, *(rule for rule in found.general if rule in rules)] if found.here else deciding
    wider = [r for r in weighed if r.closed or r.or_higher or ((found.here or compares) and (r.anyone or r.allowed))]
    telling = [rule for rule in wider if found.covers(rule)]
    differ = len({(frozenset(rule.allowed), rule.anyone) for rule in telling}) > 1
    lines = [*positions(found, rules), _law(found)]
    if demanded := _demanded(found, [rule for rule in deciding if found.covers(rule)], lines):
        lines.insert(0, demanded)
    elif differ:
        lines.insert(0, Claim(frame("names_differ", found.language, **names_of(found)), shown_in(telling, lines)))
    elif _states_a_claim(found):
        lines.insert(0, next(iter(quoted([_sentence_of(_said_best(found, deciding))], found.language))))
    elif not isinstance(lines[0], Claim) or holder_name(deciding[0].quote) not in lines[0].text:
        lines.insert(0, next(iter(quoted([deciding[0]], found.language))))
    return Status.CONFLICTING if differ else Status.ANSWERED, "sources-differ" if differ else "rule", tuple(lines)


def _demanded(found: Ruling, rules: Sequence[Rule], lines: Sequence[Line]) -> Claim | None:
    """Asked whether it has to be one role: whether a source names others that need not be as highly trained."""
    role, roles = found.query.must, lexicon().roles
    if not role:
        return None
    naming = [rule for rule in rules if rule.allowed]
    or_higher = pattern("or_higher_asked").search(fold(found.query.asked)) is not None
    enough = roles.entries[role].level if or_higher else 1000

    def others(rule: Rule) -> bool:
        return any(
            not (roles.includes(role, name) or roles.includes(name, role)) and roles.entries[name].level < enough
            for name in rule.allowed
        )

    with_others = [rule for rule in naming if others(rule) or (rule.or_higher and not or_higher)]
    telling = with_others or naming
    if not telling or (or_higher and not with_others and any(rule.stance(role) in NO for rule in naming)):
        return None
    named = any(rule.stance(role) in YES for rule in telling)
    key = "must_be" if not with_others else "need_not_be" if named else "not_that_one"
    holders = list(dict.fromkeys(rule.holder for rule in telling))
    values = names_of(replace(found, role=role)) | {"holders": listed(holders, found.language)}
    values |= {"say": word("say", len(holders), found.language), "name": word("name", len(holders), found.language)}
    return Claim(frame(key, found.language, **values), shown_in(telling, lines))


def _about_scope(found: Ruling, rules: Sequence[Rule]) -> Verdict:
    """Asked what a role may (or may not) do at all: the rules that let it, then those that leave it out."""
    said = [rule for rule in rules if rule in (found.here or (*found.general, *found.elsewhere))]
    groups = {
        "role_may": [rule for rule in said if found.stance(rule) in YES],
        "role_may_not": [rule for rule in said if found.stance(rule) in NO],
    }
    negated = pattern("negated").search(fold(found.query.asked)) is not None
    lines: list[Line] = []
    for key in sorted(groups, reverse=negated):
        if groups[key]:
            below = list(quoted(groups[key], found.language))
            holders = list(dict.fromkeys(rule.holder for rule in groups[key]))
            sentence = frame(
                key,
                found.language,
                holders=listed(holders, found.language),
                name=word("name", len(holders), found.language),
                role=role_name(found.role, found.language),
            )
            lines += [Claim(sentence, shown_in(groups[key], below)), *below]
    return Status.ANSWERED, "rule", (*lines, _law(found))


def _unnamed(found: Ruling, rules: Sequence[Rule]) -> Verdict:
    """No rule names the procedure: that is said first, then what is said of all procedures."""
    first = Notice("not-covered", frame("procedure_not_covered", found.language, **names_of(found)))
    place = [] if not found.place else [Notice("not-covered", _place_not_covered(found))]
    return Status.PARTIAL, "procedure-not-covered", (*place, first, *quoted(rules, found.language), _law(found))


def _uncovered(found: Ruling) -> Verdict:
    """The place is named as not covered first; then what is said in general, and whom to ask."""
    first = Notice("not-covered", _place_not_covered(found))
    inner = _verdict(Ruling(found.query, found.role, "", (), found.general, ())) if found.general else None
    body = [line for line in inner[2] if not (isinstance(line, Notice) and line.kind == "law")] if inner else []
    return Status.PARTIAL, "place-not-covered", (first, *body, _law(found))


def _place_not_covered(found: Ruling) -> str:
    key = "place_not_covered_procedure" if found.query.procedures else "place_not_covered"
    procedure = procedure_name(found.query.procedures, found.language)
    return frame(key, found.language, place=found.place_label, procedure=procedure)


def _law(found: Ruling) -> Notice:
    key = "not_law" if found.place else "not_law_general"
    return Notice("law", frame(key, found.language, place=found.place_label))


def _who_said(query: Query, rules: Sequence[Rule]) -> tuple[Line, ...]:
    """The rules that themselves name the roles and places of the question: whose words they are comes first."""
    own = fold(query.question)
    roles = set(lexicon().roles.named(own))
    places = {place.name for place in query.places if fold(place.name) in own or not roles}
    fitting = [
        rule
        for rule in rules
        if (roles or places)
        and roles <= {*rule.allowed, *rule.excluded}
        and places <= {*rule.places, *(() if rule.places else places)}
        and (not query.procedures or any(rule.speaks_of(name) for name in query.procedures))
    ]
    placed = [rule for rule in fitting if rule.places and (not query.places or query.places[0].name in rule.places)]
    higher = [rule for rule in fitting if rule.or_higher and "higher" in own]
    return tuple(quoted(higher or placed or fitting, query.language))


def _compared(query: Query, status: Status, lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """Asked whether sources agree, the first sentence says whether they do."""
    first = lines[0]
    if not _compares(query) or status is not Status.ANSWERED or not isinstance(first, Claim):
        return lines
    if len({holder_name(quote) for quote in first.quotes}) < 2:
        return lines  # one source alone neither agrees nor differs
    opening = frame("agree" if pattern("agree").search(fold(query.asked)) else "no_difference", query.language)
    verdict = first.text[:1].lower() + first.text[1:] if pattern("verdict").match(fold(first.text)) else first.text
    return (Claim(opening + verdict, first.quotes), *lines[1:])


def _compares(query: Query) -> bool:
    asked = fold(query.asked)
    return any(pattern(name).search(asked) for name in ("agree", "differ", "disagree"))
