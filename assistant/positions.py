"""Each source's words on who may do it, under its name and by place. Decides nothing, knows no source."""

from collections.abc import Iterator, Sequence
from itertools import groupby, zip_longest

from assistant.frames import capitalised, frame, source_name
from assistant.rules import Rule
from assistant.ruling import Ruling
from assistant.text import squeeze
from assistant.types import Claim, Notice, Quote

Line = Claim | Notice


def positions(found: Ruling, rules: Sequence[Rule]) -> Iterator[Line]:
    """What is said of the place, then in general, then of other places, each labelled as what it is."""
    here = [rule for rule in rules if rule in found.here]
    general = [rule for rule in rules if rule in found.general]
    elsewhere = [rule for rule in rules if rule in found.elsewhere]
    yield from quoted(here, found.language)
    if general and (here or elsewhere):
        key = "general" if found.place else "general_no_place"
        yield Notice("general", frame(key, found.language, place=found.place_label))
    yield from quoted(general, found.language)
    if elsewhere:
        yield Notice("elsewhere", frame("elsewhere", found.language))
        yield from quoted(elsewhere, found.language)


def quoted(rules: Sequence[Rule], language: str) -> Iterator[Claim]:
    """One claim for each holder: lists of who does it first, then the document's order."""
    ordered = sorted(
        dict.fromkeys(rules), key=lambda rule: (rule.quote.document.id, rule.holder, not rule.closed, rule.quote.start)
    )
    for _, group in groupby(ordered, key=lambda rule: (rule.quote.document.id, rule.holder)):
        members = _merged([rule.quote for rule in group])
        text = " … ".join(f"“{squeeze(quote.text)}”" for quote in members)
        yield Claim(f"**{capitalised(source_name(members[0], language))}**: {text}", tuple(members))


def shown_in(rules: Sequence[Rule], lines: Sequence[Line]) -> tuple[Quote, ...]:
    """The quotes of `rules` as and in the order the lines below show them, so that one sentence has one number."""
    shown = [quote for line in lines if isinstance(line, Claim) for quote in line.quotes]
    found = [quote for quote in shown if any(_within(rule.quote, quote) for rule in rules)]
    missing = [rule.quote for rule in rules if not any(_within(rule.quote, quote) for quote in found)]
    return tuple(dict.fromkeys([*found, *missing]))


def _within(inner: Quote, outer: Quote) -> bool:
    return inner.document.id == outer.document.id and outer.start <= inner.start and inner.end <= outer.end


def _merged(quotes: Sequence[Quote]) -> list[Quote]:
    """Neighbouring sentences of one passage become one quote."""
    merged: list[Quote] = []
    for quote in quotes:
        last = merged[-1] if merged else None
        if last and last.passage == quote.passage and not quote.document.text[last.end : quote.start].strip():
            start, end = min(last.start, quote.start), max(last.end, quote.end)
            merged[-1] = Quote(last.document, last.passage, start, end)
        else:
            merged.append(quote)
    return merged


def without_bare_labels(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines without labels ("In general:") that nothing quoted follows."""
    kept: list[Line] = []
    for line, after in zip_longest(lines, lines[1:]):
        label = isinstance(line, Notice) and line.kind in ("general", "elsewhere")
        if not label or isinstance(after, Claim):
            kept.append(line)
    return tuple(kept)
