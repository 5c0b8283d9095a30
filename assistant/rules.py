"""Reads from a passage who may perform what, where: each rule tied to the sentence or table row that says it.

General patterns of English over the lexicon's roles and procedures; knows no source and decides nothing.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache

from assistant.lexicon import lexicon
from assistant.patterns import pattern
from assistant.places import find_places
from assistant.text import fold
from assistant.types import Quote
from corpus.sentences import sentence_spans
from corpus.types import Document, Passage
from corpus.units import Span, Unit, units


class Stance(StrEnum):
    """What a rule says about one role."""

    YES = "yes"
    SUPERVISED = "supervised"  # yes, under supervision
    NO = "no"  # excluded, or left out of a list of those it "must be"
    UNLISTED = "unlisted"  # left out of a list of those who do it


@dataclass(frozen=True, slots=True)
class Rule:
    """One sentence or row on who performs something."""

    quote: Quote
    procedures: tuple[str, ...] = ()  # () = the document's procedures in general
    literal: tuple[str, ...] = ()  # as the sentence names them, where its heading says which kind is meant
    allowed: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()  # "medical professional": no verdict on one role follows
    or_higher: bool = False
    closed: bool = False  # names all who do it
    must: bool = False  # and says that it must be one of them
    supervised: bool = False
    anyone: bool = False  # "anyone with proper training"
    places: tuple[str, ...] = ()
    hedged: tuple[str, ...] = field(default=())  # places it speaks of as a belief

    @property
    def speaker(self) -> str:
        return self.quote.passage.speaker

    @property
    def holder(self) -> str:
        """Whose view it is, for telling two positions apart."""
        return self.speaker or self.quote.document.publisher or self.quote.document.title

    def stance(self, role: str) -> Stance | None:
        """What it says about `role`; None where it says nothing."""
        roles = lexicon().roles
        if any(roles.includes(name, role) for name in self.excluded):
            return Stance.NO
        yes = Stance.SUPERVISED if self.supervised and role != "physician" else Stance.YES
        if self.anyone or any(roles.includes(name, role) for name in self.allowed):
            return yes
        if self.or_higher and self.allowed:
            least = min(roles.entries[name].level for name in self.allowed)
            return yes if roles.entries[role].level >= least else Stance.NO
        if self.closed and self.allowed:
            return Stance.NO if self.must else Stance.UNLISTED
        return None

    def speaks_of(self, procedure: str) -> bool:
        """Whether what it says holds for `procedure`: said of it, of something broader, or of a kind of it."""
        names = lexicon().procedures
        return any(names.includes(own, procedure) or names.includes(procedure, own) for own in self.procedures)


_HEDGE = re.compile(r"\(?\b(?:i|we) (?:believe|think|assume|guess)\b([^).;]*)")


@lru_cache(maxsize=16384)
def rules_of(document: Document, passage: Passage) -> tuple[Rule, ...]:
    """Every rule of one passage, in reading order. A patient's own question states no rule."""
    if passage.kind == "question":
        return ()
    rules: list[Rule] = []
    before: _Context | None = None
    for unit in units(passage):
        for span in _statements(document, unit):
            context = _read(document, passage, unit, span, before)
            if rule := _rule(document, passage, unit, span, context):
                rules.append(rule)
            before = context
    return tuple(rules)


@dataclass(frozen=True, slots=True)
class _Context:
    """What a sentence names, and what it takes over from the one before."""

    roles: tuple[str, ...]
    procedures: tuple[str, ...]
    literal: tuple[str, ...]
    places: tuple[str, ...]
    start: int  # of the sentence, or of the one before where it leans on that one


def _statements(document: Document, unit: Unit) -> Iterator[Span]:
    if unit.kind == "row":
        yield unit.span
        return
    text = document.text[unit.span.start : unit.span.end]
    for start, end in sentence_spans(text):
        yield Span(unit.span.start + start, unit.span.start + end)


def _read(document: Document, passage: Passage, unit: Unit, span: Span, before: _Context | None) -> _Context:
    """Roles, procedures and places of a sentence; what a pronoun stands for comes from the sentence before."""
    text = document.text[span.start : span.end]
    words = lexicon()
    roles = tuple(words.roles.named(_without_supervisors(text)))
    procedures = tuple(words.procedures.narrowest(text))
    places = tuple(place.name for place in find_places(text))
    named = (roles, procedures, places)
    back = pattern("pronoun").search(fold(text)) is not None
    lead = document.text[unit.lead.start : unit.lead.end] if unit.lead else ""
    if not roles and back:
        roles = before.roles if before else tuple(words.roles.named(lead)) if unit.kind == "answer" else ()
    if not procedures and back and before:
        procedures = before.literal
    if not places and before:
        places = before.places
    leans = before is not None and (roles, procedures, places) != named
    leans = leans and before is not None and "\n" not in document.text[before.start : span.start]
    return _Context(
        roles, _narrowed(procedures, passage), procedures, places, before.start if before and leans else span.start
    )


def _narrowed(procedures: tuple[str, ...], passage: Passage) -> tuple[str, ...]:
    """A heading that names a kind of what the sentence names says which kind is meant ("the laser" under "Pixel")."""
    names = lexicon().procedures
    heading = names.narrowest(passage.headings[-1]) if len(passage.headings) > 1 else []
    narrower = [name for name in heading if any(own in names.broader(name) for own in procedures)]
    kept = [own for own in procedures if not any(own in names.broader(name) for name in narrower)]
    return tuple(dict.fromkeys([*kept, *narrower]))


def _without_supervisors(text: str) -> str:
    """The text with "under physician supervision" blanked: the supervisor is not the one who performs."""
    folded = fold(text)
    name = "overseen_by" if pattern("performs_or_supervises").search(folded) else "supervisor"
    return pattern(name).sub(lambda match: " " * len(match.group()), folded)


def _rule(document: Document, passage: Passage, unit: Unit, span: Span, context: _Context) -> Rule | None:
    text = fold(document.text[span.start : span.end])
    base = Rule(
        quote=Quote(document, passage, context.start, span.end),
        procedures=context.procedures,
        literal=context.literal,
        supervised=pattern("supervised").search(text) is not None,
        places=context.places,
        hedged=_hedged(text),
    )
    if unit.kind == "row":
        return _row_rule(document, unit, base)
    groups = tuple(lexicon().groups.named(_without_supervisors(text)))
    if (
        pattern("exam_rule").search(text)
        or pattern("some_of_them").search(text)
        or not (pattern("performs").search(text) or pattern("label").search(text) or pattern("demands").search(text))
    ):
        return None
    if pattern("anyone").search(text) and pattern("permits").search(text):
        return replace(base, anyone=True)
    return _sentence_rule(text, base, context.roles, groups)


def _sentence_rule(text: str, base: Rule, roles: Sequence[str], groups: Sequence[str]) -> Rule | None:
    roles = tuple(roles)
    own_roles = bool(roles)
    if pattern("forbids").search(text):
        return replace(base, excluded=roles, supervised=False) if own_roles and base.procedures else None
    if not own_roles:
        relevant = tuple(group for group in groups if group not in ("staff", "provider", "anyone"))
        return (
            replace(base, groups=relevant)
            if relevant and pattern("performs").search(text) and pattern("by_demand").search(text)
            else None
        )
    if pattern("or_higher").search(text):
        return replace(base, allowed=roles, or_higher=True)
    if pattern("label").search(text):
        return replace(base, allowed=roles)
    if pattern("demands").search(text) and pattern("listed").search(text):
        return replace(base, allowed=roles, closed=True, must=True)
    if pattern("permits").search(text) and (base.procedures or "performed" in text):
        return replace(base, allowed=roles)
    return None


def _row_rule(document: Document, unit: Unit, base: Rule) -> Rule | None:
    """A row of a table whose header speaks of providers: the cell with the procedure, the cell with the roles."""
    header = fold(document.text[unit.lead.start : unit.lead.end]) if unit.lead else fold(base.quote.passage.header)
    if not pattern("provider_header").search(header):
        return None
    cells = re.split(r"\s*\|\s*|\t+", base.quote.text.strip().strip("|"))
    words = lexicon()
    with_roles = [cell for cell in cells if words.roles.named(_without_supervisors(cell))]
    named = [cell for cell in cells if words.procedures.named(cell) and cell not in with_roles]
    if not with_roles or not named:
        return None
    roles = words.roles.named(_without_supervisors(" ".join(with_roles)))
    procedures = tuple(words.procedures.named(" ".join(named)))
    if any(words.procedures.entries[name].broader == ("injectables",) for name in procedures):
        procedures = tuple(dict.fromkeys([*procedures, *_listed_with_slash(named[0])]))
    return replace(base, procedures=procedures, literal=procedures, allowed=tuple(roles), closed=True)


def _listed_with_slash(cell: str) -> list[str]:
    """ "Botox/Dysport" names both."""
    return [name for part in cell.split("/") for name in lexicon().procedures.named(part)]


def _hedged(text: str) -> tuple[str, ...]:
    match = _HEDGE.search(text)
    if not match:
        return ()
    return tuple(place.name for place in find_places(match.group(1).strip().title()))
