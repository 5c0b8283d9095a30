"""A document as HTML with one quote marked in it. Knows nothing of answers or of the browser."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from assistant.page.desk import FindDocument
from corpus.pieces import Line, Piece, Shape, lines_of, plain_pieces
from corpus.types import Document

WINDOW = 20_000  # characters shown on either side of the quote; a book would stall a phone
_HASHES = re.compile(r"^#{1,6}\s+")
_GONE = (
    '<p class="passage-gone" role="alert">This document has changed since the answer was given. Please ask again.</p>'
)


@dataclass(frozen=True, slots=True)
class Span:
    start: int
    end: int


def passage_view(wanted: object, find: FindDocument) -> dict[str, str]:
    """`{"title", "facts", "body"}` for a citation as the browser sends it back.

    Any browser may ask for any span of the documents: they are the same for everybody, so nothing leaks.
    """
    document = find(str(wanted.get("document", ""))) if isinstance(wanted, Mapping) else None
    if document is None or not isinstance(wanted, Mapping):
        return {"title": "Not found", "facts": "", "body": _GONE}
    span = _span_of(document, wanted)
    facts = facts_html(document, str(wanted.get("speaker", ""))[:200])
    body = document_html(document, span) if span else _GONE
    return {"title": document.title, "facts": facts, "body": body}


def _span_of(document: Document, wanted: Mapping[str, object]) -> Span | None:
    """Where the quote stands now: at its offsets, or moved by an edit elsewhere; None where it is gone."""
    start, quote = wanted.get("start"), wanted.get("quote")
    if not isinstance(start, int) or not isinstance(quote, str) or not quote:
        return None
    if start < 0 or document.text[start : start + len(quote)] != quote:
        start = document.text.find(quote)
    return Span(start, start + len(quote)) if start >= 0 else None


def facts_html(document: Document, speaker: str = "") -> str:
    """What the source is: who publishes it, what kind it is, who speaks, how old it is."""
    known = {person.name: person.role for person in document.speakers}
    voice = ", ".join(filter(None, (speaker, known.get(speaker, "")))) if speaker in known else ""
    facts = (
        ("Publisher", document.publisher),
        ("Kind", document.kind),
        ("Speaker", voice),
        ("Date", document.date),
        ("Its notice", document.disclaimer),
    )
    rows = "".join(f"<div><dt>{name}</dt><dd>{escape(fact)}</dd></div>" for name, fact in facts if fact)
    return f"<dl>{rows}</dl>"


def document_html(document: Document, span: Span) -> str:
    """The document's text as headings, paragraphs and lists, the span inside `<mark>`."""
    text = document.text
    pieces = [
        piece for piece in plain_pieces(text) if piece.end > span.start - WINDOW and piece.start < span.end + WINDOW
    ]
    if not pieces:
        return _GONE
    before = "" if not text[: pieces[0].start].strip() else '<p class="cut">The document begins earlier.</p>'
    after = "" if not text[pieces[-1].end :].strip() else '<p class="cut">The document goes on.</p>'
    return before + "".join(_piece_html(text, piece, span) for piece in pieces) + after


def _piece_html(text: str, piece: Piece, span: Span) -> str:
    lines = [line for line in lines_of(text, piece.start, piece.end) if line.text]
    if piece.shape is Shape.HEADING:
        return "".join(f"<h4>{_line_html(line, span, without=_HASHES)}</h4>" for line in lines)
    if piece.shape is Shape.LIST:
        return f"<ul>{''.join(f'<li>{_line_html(line, span)}</li>' for line in lines)}</ul>"
    return f"<p>{'<br>'.join(_line_html(line, span) for line in lines)}</p>"


def _line_html(line: Line, span: Span, without: re.Pattern[str] | None = None) -> str:
    """One line, every character of it but what `without` matches at its start (Markdown's marks of a heading)."""
    skipped = without.match(line.text) if without else None
    skip = skipped.end() if skipped else 0
    start = min(max(span.start - line.start, skip), len(line.text))
    end = min(max(span.end - line.start, skip), len(line.text))
    before, inside, after = (escape(part) for part in (line.text[skip:start], line.text[start:end], line.text[end:]))
    return f"{before}<mark>{inside}</mark>{after}" if inside else before + after
