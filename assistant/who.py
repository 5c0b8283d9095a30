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
from assistant.rules import Rule
from assistant.ruling import NO, YES, Ruling, rule_on
from assistant.text import fold
from assistant.types import Claim, Notice, Status
from assistant.understand import Query

Verdict = tuple[Status, str, tuple[Line, ...]]  # status, reason, lines

_MOST_PLACES, _MOST_ROLES = 3, 2  # asked about in one question; more roles than that ask who may


def answer(query: Query, rules: Sequence[Rule]) -> Verdict | None:
    """The verdict for every place and role asked about; None where no rule speaks to the question."""
    if pattern("who_said").search(fold(query.question)) and (said := _who_said(query, rules)):
        return Status.ANSWERED, "attribution", said
    if query.roles and query.places and not query.procedures:
        local = [name for rule in rules if query.places[0].name in rule.places for name in rule.procedures]
        query = replace(query, procedures=tuple(dict.fromkeys(local)))
    found = [
        verdict
        for place in [place.name for place in query.places[:_MOST_PLACES]] or [""]
        for role in (query.roles if len(query.roles) <= _MOST_ROLES else ()) or ("",)
        if (verdict := _verdict(rule_on(query, rules, role, place)))
    ]
    if not found:
        return None
    status = min((verdict[0] for verdict in found), key=list(Status).index)
    lines = tuple(dict.fromkeys(line for verdict in found for line in verdict[2]))
    return status, next(verdict[1] for verdict in found if verdict[0] is status), _compared(query, status, lines)


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
    place = [] if not found.place else [Notice("not-covered", _place_not_covered(found))]
    return Status.PARTIAL, "kinds-differ", (*place, first, *positions(found, wanted), _law(found))


def _about_role(found: Ruling, rules: Sequence[Rule]) -> Verdict:
    """Headline, then each position with its quote: the place's own first, the general ones labelled."""
    sentence, differ = headline(found)
    rules = _most_telling(found, rules)
    deciding = [rule for rule in (found.here or rules) if found.stance(rule)]
    if differ and found.here:
        deciding += [rule for rule in found.general if found.stance(rule)]
    lines = [*positions(found, rules), _law(found)]
    first = Claim(capitalised(sentence), shown_in(deciding, lines))
    status = Status.CONFLICTING if differ else Status.ANSWERED
    return status, "sources-differ" if differ else "rule", (first, *lines)


def _most_telling(found: Ruling, rules: Sequence[Rule]) -> list[Rule]:
    """Of what one holder says to the same effect, the rules on the fewest treatments: a summary adds nothing."""

    def effect(rule: Rule) -> tuple[object, ...]:
        asked = frozenset(name for name in found.query.procedures if rule.speaks_of(name))
        return rule.holder, found.stance(rule) or rule.groups, asked

    least: dict[tuple[object, ...], int] = {}
    for rule in rules:
        least[effect(rule)] = min(len(rule.procedures), least.get(effect(rule), len(rule.procedures)))
    return [rule for rule in rules if len(rule.procedures) == least[effect(rule)]]


def _about_procedure(found: Ruling, rules: Sequence[Rule]) -> Verdict:
    """Asked "who may": every position, the place's own first; they differ where their lists of roles differ."""
    deciding = [rule for rule in found.here if rule in rules] or list(rules)
    compares = _compares(found.query)
    weighed = [*deciding, *found.general] if found.here else deciding
    wider = [r for r in weighed if r.closed or r.or_higher or ((found.here or compares) and (r.anyone or r.allowed))]
    telling = [rule for rule in wider if found.covers(rule)]
    differ = len({(frozenset(rule.allowed), rule.anyone) for rule in telling}) > 1
    lines = [*positions(found, rules), _law(found)]
    if differ:
        lines.insert(0, Claim(frame("names_differ", found.language, **names_of(found)), shown_in(telling, lines)))
    elif not isinstance(lines[0], Claim) or holder_name(deciding[0].quote) not in lines[0].text:
        lines.insert(0, next(iter(quoted([deciding[0]], found.language))))
    return Status.CONFLICTING if differ else Status.ANSWERED, "sources-differ" if differ else "rule", tuple(lines)


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
    opening = frame("agree" if pattern("agree").search(fold(query.asked)) else "no_difference", query.language)
    return (Claim(opening + first.text[:1].lower() + first.text[1:], first.quotes), *lines[1:])


def _compares(query: Query) -> bool:
    asked = fold(query.asked)
    return bool(pattern("agree").search(asked) or pattern("differ").search(asked))
