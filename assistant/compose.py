"""Turns evidence into lines: attributed quotes, lists whole, steps in order. Decides nothing, knows no source."""

import re
from collections.abc import Callable, Iterator, Sequence

from assistant.evidence import Evidence
from assistant.frames import as_quoted, capitalised, frame, source_name
from assistant.patterns import pattern
from assistant.text import fold, squeeze
from assistant.types import Claim, Notice, Quote
from corpus.types import BlockKind, Passage
from corpus.units import Span, Unit, units, whole

Line = Claim | Notice
Siblings = Callable[[Passage], Sequence[Passage]]  # the other steps of the same section, in order

_CONTEXT = 420  # characters that a quoted sentence may grow to with its neighbours
_POINTS_BACK = re.compile(
    r"\W*(?:it|its|it's|they|them|their|these|those|this|that|that's|he|she|but|however|also|incidentally)\b"
)


def lines_of(chosen: Sequence[Evidence], question: str, siblings: Siblings, language: str) -> tuple[Line, ...]:
    """The lines for the chosen evidence, best first; what one line shows whole is not said again."""
    lines: list[Line] = []
    shown: list[tuple[str, Span]] = []
    for evidence in chosen:
        if any(evidence.document.id == id and span.start <= evidence.unit.span.start < span.end for id, span in shown):
            continue
        for claim in _claims(evidence, question, siblings, language):
            if any(
                squeeze(claim.quotes[0].text) in squeeze(quote.text)
                for line in lines
                if isinstance(line, Claim) and len(claim.quotes) == 1
                for quote in line.quotes
            ):
                continue  # the page says it twice
            lines.append(claim)
            shown += [(quote.document.id, Span(quote.start, quote.end)) for quote in claim.quotes]
    return tuple(lines)


def _claims(evidence: Evidence, question: str, siblings: Siblings, language: str) -> Iterator[Claim]:
    passage = evidence.passage
    introduces = evidence.document.text[: evidence.unit.span.end].rstrip().endswith(":")
    if passage.kind is BlockKind.STEP or (introduces and passage.kind is BlockKind.PARAGRAPH and siblings(passage)):
        yield from _steps(evidence, question, siblings, language)
    elif evidence.pointed and evidence.unit.kind in ("item", "row") and pattern("asks_whole").search(fold(question)):
        yield _whole_list(evidence, language)
    elif evidence.unit.kind == "row":
        yield _row(evidence, language) if evidence.own > 0 else _whole_list(evidence, language)
    elif evidence.unit.kind == "item":
        if asks_for_item(evidence) or (evidence.named and not evidence.unit.lead):
            yield _item(evidence, language)
        if evidence.unit.lead or not evidence.named:  # points under a bare heading have no more in common than that
            yield _whole_list(evidence, language)
    elif evidence.unit.kind == "lead":
        yield _whole_list(evidence, language)
    else:
        yield _quoted(evidence, language)


def asks_for_item(evidence: Evidence) -> bool:
    """Whether the question is about this one item, rather than about the list it stands in."""
    return evidence.named and evidence.own >= 0.34


def _quoted(evidence: Evidence, language: str) -> Claim:
    quote = in_context(evidence)
    return Claim(as_quoted([quote], language), (quote,))


def in_context(evidence: Evidence) -> Quote:
    """The sentence with what its paragraph says next, and before it where it points back: a caveat is never cut off."""
    text, passage, span = evidence.document.text, evidence.passage, evidence.unit.span
    sentences = [unit.span for unit in units(passage) if unit.kind in ("sentence", "answer")]
    if evidence.unit.kind != "sentence" or span not in sentences:
        return evidence.quote
    position = sentences.index(span)
    start, end = span.start, span.end
    if _POINTS_BACK.match(fold(text[start:end])) and position and _adjoin(text, sentences[position - 1], span):
        start = sentences[position - 1].start
    for following in sentences[position + 1 :]:
        if not _adjoin(text, Span(start, end), following) or following.end - start > _CONTEXT:
            break
        end = following.end
    return Quote(evidence.document, passage, start, end)


def _adjoin(text: str, first: Span, second: Span) -> bool:
    """Whether two spans stand in one paragraph."""
    return "\n\n" not in text[first.end : second.start]


def _item(evidence: Evidence, language: str) -> Claim:
    quote = evidence.quote
    lead = _lead(evidence)
    if lead is None:
        return _quoted(evidence, language)
    text = f"{squeeze(lead.text)} … {squeeze(quote.text)}"
    return Claim(frame("quote", language, source=source_name(quote, language), quote=text), (lead, quote))


def _lead(evidence: Evidence) -> Quote | None:
    lead = evidence.unit.lead
    if lead is None or lead.start < evidence.passage.start:
        return None
    return Quote(evidence.document, evidence.passage, lead.start, lead.end)


def _row(evidence: Evidence, language: str) -> Claim:
    """A table row: its first cell names what the others say something about."""
    quote = evidence.quote
    label, *cells = re.split(r"\s*\|\s*|\t+", quote.text.strip().strip("|").strip())
    text = frame(
        "row", language, source=source_name(quote, language), row=squeeze(label), quote=squeeze(" | ".join(cells))
    )
    return Claim(text, (quote,))


def _whole_list(evidence: Evidence, language: str) -> Claim:
    """The lead-in and every item, quoted as one span."""
    passage, text = evidence.passage, evidence.document.text
    members = [unit for unit in units(passage) if unit.kind in ("item", "row")]
    span = whole(passage)
    lead = members[0].lead if members else None
    items = "\n".join(f"- {squeeze(text[unit.span.start : unit.span.end])}" for unit in members)
    quote = Quote(evidence.document, passage, span.start, span.end)
    source = source_name(quote, language)
    if lead is None:  # only a heading names it, and that is not in the quote
        return Claim(frame("list_alone", language, source=source, items="\n" + items), (quote,))
    lead_text = squeeze(text[lead.start : lead.end])
    shown = frame("list", language, source=source, lead=lead_text, items="\n" + items)
    return Claim(shown, (quote,))


def _steps(evidence: Evidence, question: str, siblings: Siblings, language: str) -> Iterator[Claim]:
    """One step where it alone is asked for; else all steps of the section in order."""
    every = siblings(evidence.passage)
    if evidence.passage.kind is BlockKind.STEP and (
        not pattern("all_steps").search(fold(question)) or re.search(r"\bstep \d", fold(question)) or len(every) < 2
    ):
        every = [evidence.passage]
    quotes = [Quote(evidence.document, step, step.start, step.end) for step in every]
    head = frame("steps", language, source=source_name(quotes[0], language)) if len(every) > 1 else ""
    shown = "\n\n".join(_step_text(quote, units(step)) for quote, step in zip(quotes, every, strict=True))
    opening = head or f"{capitalised(source_name(quotes[0], language))}:"
    yield Claim(f"{opening}\n\n{shown}", tuple(quotes))


def _step_text(quote: Quote, members: Sequence[Unit]) -> str:
    text = quote.document.text
    head = squeeze(text[members[0].span.start : members[0].span.end])
    items = [squeeze(text[unit.span.start : unit.span.end]) for unit in members[1:]]
    return "\n".join([f"**{head}**", "", *(f"- {item}" for item in items)])
