"""Who may perform what, where: the verdict of the rules that were found, and the lines that say it.

Weighs rules against each other by place; knows no source and no sentence of any document.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from assistant.frames import capitalised, frame, holder_name, listed, procedure_name, role_name, source_name, word
from assistant.lexicon import lexicon
from assistant.rules import Rule, Stance
from assistant.text import fold, squeeze
from assistant.types import Claim, Notice, Quote, Status
from assistant.understand import Query

_YES = (Stance.YES, Stance.SUPERVISED)
_NO = (Stance.NO, Stance.UNLISTED)

Line = Claim | Notice


@dataclass(frozen=True, slots=True)
class Ruling:
    """The rules that apply to one question, sorted by what they speak about."""

    query: Query
    role: str  # "" where the question asks who
    place: str  # "" where it names none
    here: tuple[Rule, ...]  # name the place
    general: tuple[Rule, ...]  # name no place
    elsewhere: tuple[Rule, ...]  # name other places; kept only where the question names none
    language: str = "en"

    def stances(self, rules: Iterable[Rule]) -> dict[str, set[Stance]]:
        """What each holder says of the role."""
        found: dict[str, set[Stance]] = {}
        for rule in rules:
            stance = rule.stance(self.role)
            if stance is not None:
                found.setdefault(rule.holder, set()).add(stance)
        return found


def ruling(query: Query, rules: Sequence[Rule], role: str, place: str, language: str = "en") -> Ruling:
    """Sort the rules that speak of the question's procedures (all of them where it names none)."""
    fitting = [rule for rule in rules if _fits(rule, query, role)]
    if role and any(rule.procedures and rule.stance(role) for rule in fitting):
        fitting = [rule for rule in fitting if rule.procedures]
    here = tuple(rule for rule in fitting if place and place in rule.places)
    general = tuple(rule for rule in fitting if not rule.places)
    elsewhere = () if place else tuple(rule for rule in fitting if rule.places)
    return Ruling(query, role, place, here, general, elsewhere, language)


def _fits(rule: Rule, query: Query, role: str) -> bool:
    if query.procedures and rule.procedures and not any(rule.speaks_of(name) for name in query.procedures):
        return False
    if not query.procedures and not role and not rule.procedures:
        return True
    return bool(rule.procedures or rule.allowed)


def answer(query: Query, rules: Sequence[Rule]) -> tuple[Status, str, tuple[Line, ...]] | None:
    """Status, reason and lines for every place and role asked about; None where no rule speaks to the question."""
    if asked_who_said(query) and (said := _who_said(query, rules)):
        return Status.ANSWERED, "attribution", said
    roles = query.roles
    if roles and query.places and not query.procedures:
        local = [name for rule in rules if query.places[0].name in rule.places for name in rule.procedures]
        query = replace(query, procedures=tuple(dict.fromkeys(local)))
    found = [
        part
        for place in [place.name for place in query.places[:3]] or [""]
        for role in (roles if len(roles) <= 2 else ()) or ("",)
        if (part := _ruled(ruling(query, rules, role, place, query.language)))
    ]
    if not found:
        return None
    status = min((part[0] for part in found), key=list(Status).index)
    lines = tuple(dict.fromkeys(line for part in found for line in part[2]))
    return status, next(part[1] for part in found if part[0] is status), _compared(query, status, lines)


def _ruled(found: Ruling) -> tuple[Status, str, tuple[Line, ...]] | None:
    """The verdict on one role (or none) in one place (or none)."""
    rules = (*found.here, *found.general, *found.elsewhere)
    speaking = [rule for rule in rules if not found.role or rule.stance(found.role) or rule.groups]
    if not any(not found.role or rule.stance(found.role) for rule in speaking):
        return None
    if found.query.procedures and not any(rule.procedures for rule in speaking):
        return _unnamed(found, speaking)
    if found.place and not any(not found.role or rule.stance(found.role) for rule in found.here):
        return _uncovered(found, speaking)
    if found.role and found.query.procedures:
        return _about_role(found, speaking)
    if found.role:
        return _about_scope(found, speaking)
    return _about_procedure(found, speaking)


_WHO_SAID = re.compile(
    r"\b(?:which|what) (?:of them|one|doctor|source|page|document|site)\b[^?]*\b(?:say|says|said|think|thinks|claims?|allows?|mentions?)\b"
    r"|\bwho\b[^?]{0,15}\b(?:said|says|claims|claimed|wrote|told)\b|\bname of the (?:one|doctor|person)\b|\bqui[eé]n (?:dijo|dice)\b"
)
_COMPARES = re.compile(
    r"\b(agree|agrees|same thing|say the same|consistent)\b|\b(disagree|disagrees|differ|differs|contradict|conflict|different)\b"
)
_ALONE = re.compile(
    r"\b(?:alone|on (?:her|his|their|its) own|by (?:her|him|them)sel(?:f|ves)|independently|unsupervised|without (?:\w+ )?(?:supervision|oversight|a doctor)|sola|solo)\b"
)


def asked_who_said(query: Query) -> bool:
    return _WHO_SAID.search(fold(query.question)) is not None


def _who_said(query: Query, rules: Sequence[Rule]) -> tuple[Line, ...]:
    """The rules that themselves name the roles and places of the question: whose words they are comes first."""
    own = fold(query.question)
    roles = set(lexicon().roles.named(own))
    places = {place.name for place in query.places if fold(place.name) in own or not roles}
    fitting = [
        rule
        for rule in rules
        if roles <= {*rule.allowed, *rule.excluded}
        and (places <= set(rule.places) if places else True)
        and (not query.procedures or any(rule.speaks_of(name) for name in query.procedures))
        and (roles or places)
    ]
    placed = [rule for rule in fitting if rule.places and (not query.places or query.places[0].name in rule.places)]
    higher = [rule for rule in fitting if rule.or_higher and "higher" in own]
    return tuple(quoted(higher or placed or fitting, query.language))


def _compared(query: Query, status: Status, lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """Asked whether sources agree, the first sentence says whether they do."""
    asked = _COMPARES.search(fold(query.question))
    first = lines[0]
    if not asked or status is not Status.ANSWERED or not isinstance(first, Claim):
        return lines
    opening = frame("agree" if asked.group(1) else "no_difference", query.language)
    return (Claim(opening + first.text[:1].lower() + first.text[1:], first.quotes), *lines[1:])


def _unnamed(found: Ruling, rules: Sequence[Rule]) -> tuple[Status, str, tuple[Line, ...]]:
    """No rule names the procedure: that is said first, then what is said of all procedures."""
    procedure = procedure_name(found.query.procedures, found.language)
    first = Notice("not-covered", frame("procedure_not_covered", found.language, procedure=procedure))
    return Status.PARTIAL, "procedure-not-covered", (first, *quoted(rules, found.language), _law(found))


def _uncovered(found: Ruling, rules: Sequence[Rule]) -> tuple[Status, str, tuple[Line, ...]]:
    """The place is named as not covered first; then what is said in general, and whom to ask."""
    label = next((place.label for place in found.query.places if place.name == found.place), found.place)
    covered_otherwise = bool(found.query.procedures) and any(found.place in rule.places for rule in rules)
    key = "place_not_covered_procedure" if found.query.procedures or covered_otherwise else "place_not_covered"
    procedure = procedure_name(found.query.procedures, found.language)
    first = Notice("not-covered", frame(key, found.language, place=label, procedure=procedure))
    general = Ruling(found.query, found.role, "", (), found.general, (), found.language)
    body: tuple[Line, ...] = ()
    if found.general:
        inner = _ruled(general)
        body = (
            tuple(line for line in inner[2] if not (isinstance(line, Notice) and line.kind == "law")) if inner else ()
        )
    law = Notice("law", frame("not_law", found.language, place=label))
    return Status.PARTIAL, "place-not-covered", (first, *body, law)


def _about_role(found: Ruling, rules: Sequence[Rule]) -> tuple[Status, str, tuple[Line, ...]]:
    """Headline, then each position with its quote: the place's own first, the general ones labelled."""
    local = found.stances(found.here or (*found.general, *found.elsewhere))
    wider = found.stances(found.general) if found.here else {}
    headline, differ = _headline(found, local, wider)
    deciding = [rule for rule in (found.here or rules) if rule.stance(found.role)]
    if differ and found.here:
        deciding += [rule for rule in found.general if rule.stance(found.role)]
    lines: list[Line] = [Claim(headline, tuple(rule.quote for rule in deciding))]
    lines += _positions(found, rules)
    lines.append(_law(found))
    status = Status.CONFLICTING if differ else Status.ANSWERED
    return status, "sources-differ" if differ else "rule", tuple(lines)


def _headline(found: Ruling, local: dict[str, set[Stance]], wider: dict[str, set[Stance]]) -> tuple[str, bool]:
    """The verdict sentence, attributed, and whether the sources differ."""
    yes = [holder for holder, said in local.items() if said & set(_YES)]
    no = [holder for holder, said in local.items() if said & set(_NO)]
    supervised = bool(yes) and all(Stance.YES not in local[holder] for holder in yes)
    names = _Names(found)
    if yes and no:
        return names.differ(yes, no, supervised), True
    if no:
        against = [holder for holder, said in wider.items() if said & set(_YES)]
        if all(said <= {Stance.UNLISTED} for said in local.values()) and not against:
            return names.not_listed(no), False
        return names.verdict("no_say_but" if against else "no_say", no, against), bool(against)
    against = [holder for holder, said in wider.items() if said & set(_NO) and holder not in yes]
    if supervised and _ALONE.search(fold(found.query.question)):
        return names.verdict("only_supervised", yes, against), bool(against)
    key = "yes_supervised" if supervised else "yes_say"
    return names.verdict(
        f"{key}_but" if against and key == "yes_say" else key + ("_but" if against else ""), yes, against
    ), bool(against)


@dataclass(frozen=True, slots=True)
class _Names:
    """Fills the headline frames with the names of a ruling."""

    found: Ruling

    @property
    def common(self) -> dict[str, str]:
        language = self.found.language
        place = next((place.label for place in self.found.query.places if place.name == self.found.place), "")
        return {
            "role": role_name(self.found.role, language) if self.found.role else "",
            "procedure": procedure_name(self.found.query.procedures, language),
            "where": frame("in_place", language, place=place) if place else "",
        }

    def verdict(self, key: str, holders: Sequence[str], others: Sequence[str]) -> str:
        language = self.found.language
        return frame(
            key,
            language,
            holders=listed(holders, language),
            say=word("say", len(holders), language),
            others=listed(others, language),
            allow=word("allow", len(others), language),
            leave=word("leave", len(others), language),
            **self.common,
        )

    def not_listed(self, holders: Sequence[str]) -> str:
        language = self.found.language
        return frame(
            "not_listed",
            language,
            holders=listed(holders, language),
            name=word("name", len(holders), language),
            **self.common,
        )

    def differ(self, yes: Sequence[str], no: Sequence[str], supervised: bool) -> str:
        language = self.found.language
        if set(yes) == set(no) and len(set(yes)) == 1:
            return frame("differ_itself", language, holder=yes[0], **self.common)
        return frame(
            "differ",
            language,
            yes=listed(yes, language),
            no=listed(no, language),
            say_yes=word("say", len(yes), language),
            say_no=word("say", len(no), language),
            supervised=frame("if_supervised", language) if supervised else "",
            **self.common,
        )


def _positions(found: Ruling, rules: Sequence[Rule]) -> Iterator[Line]:
    label = next((place.label for place in found.query.places if place.name == found.place), found.place)
    here = [rule for rule in rules if rule in found.here]
    general = [rule for rule in rules if rule in found.general]
    elsewhere = [rule for rule in rules if rule in found.elsewhere]
    yield from quoted(here, found.language)
    if general and (here or elsewhere):
        key = "general" if found.place else "general_no_place"
        yield Notice("general", frame(key, found.language, place=label))
    yield from quoted(general, found.language)
    if elsewhere:
        yield Notice("elsewhere", frame("elsewhere", found.language))
        yield from quoted(elsewhere, found.language)


def quoted(rules: Sequence[Rule], language: str) -> Iterator[Claim]:
    """One claim for each holder, with every rule of theirs in the document's order."""
    ordered = sorted(dict.fromkeys(rules), key=lambda rule: (rule.quote.document.id, rule.holder, rule.quote.start))
    for _, group in groupby(ordered, key=lambda rule: (rule.quote.document.id, rule.holder)):
        members = _merged([rule.quote for rule in group])
        text = " … ".join(f"“{squeeze(quote.text)}”" for quote in members)
        yield Claim(f"**{capitalised(source_name(members[0], language))}**: {text}", tuple(members))


def _merged(quotes: Sequence[Quote]) -> list[Quote]:
    """Neighbouring sentences of one passage become one quote."""
    merged: list[Quote] = []
    for quote in quotes:
        last = merged[-1] if merged else None
        text = quote.document.text
        if (
            last
            and last.passage == quote.passage
            and not text[last.end : quote.start].strip()
            and quote.start >= last.end
        ):
            merged[-1] = Quote(last.document, last.passage, last.start, quote.end)
        else:
            merged.append(quote)
    return merged


def _law(found: Ruling) -> Notice:
    if not found.place:
        return Notice("law", frame("not_law_general", found.language))
    label = next((place.label for place in found.query.places if place.name == found.place), found.place)
    return Notice("law", frame("not_law", found.language, place=label))


def _about_procedure(found: Ruling, rules: Sequence[Rule]) -> tuple[Status, str, tuple[Line, ...]]:
    """Asked "who may": every position, the most telling first; they differ where closed lists differ."""
    naming = list(rules)
    deciding = [rule for rule in found.here if rule in naming] or naming
    compares = _COMPARES.search(fold(found.query.question)) is not None
    telling = [
        rule for rule in deciding if rule.closed or rule.or_higher or (compares and (rule.anyone or rule.allowed))
    ]
    differ = len({(frozenset(rule.allowed), rule.anyone) for rule in telling}) > 1
    first = deciding[0]
    lines = [*_positions(found, naming), _law(found)]
    if differ:
        names = _Names(found).common
        headline = frame("names_differ", found.language, **names)
        lines.insert(0, Claim(headline, tuple(rule.quote for rule in telling)))
    elif not isinstance(lines[0], Claim) or holder_name(first.quote) not in lines[0].text:
        lines.insert(0, next(iter(quoted([first], found.language))))
    return Status.CONFLICTING if differ else Status.ANSWERED, "sources-differ" if differ else "rule", tuple(lines)


_NEGATED = re.compile(r"\b(?:not|n't|cannot|never|without|excluded|off limits|no puede|no pueden)\b|n't\b")


def _about_scope(found: Ruling, rules: Sequence[Rule]) -> tuple[Status, str, tuple[Line, ...]]:
    """Asked what a role may (or may not) do at all: the rules that let it, then those that leave it out."""
    said = [rule for rule in rules if rule in (found.here or (*found.general, *found.elsewhere))]
    may = [rule for rule in said if rule.stance(found.role) in _YES]
    may_not = [rule for rule in said if rule.stance(found.role) in _NO]
    negated = _NEGATED.search(fold(found.query.question)) is not None
    lines: list[Line] = []
    for key, group in sorted((("role_may", may), ("role_may_not", may_not)), reverse=negated):
        if group:
            holders = list(dict.fromkeys(rule.holder for rule in group))
            name = word("name", len(holders), found.language)
            role = role_name(found.role, found.language)
            headline = frame(key, found.language, holders=listed(holders, found.language), name=name, role=role)
            lines.append(Claim(headline, tuple(rule.quote for rule in group)))
            lines += quoted(group, found.language)
    return Status.ANSWERED, "rule", (*lines, _law(found))
