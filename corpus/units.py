"""Cuts a passage into what can be quoted: sentences, list items, table rows, a FAQ's answer.

Knows structure, not meaning. Offsets are code points into the document's text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from corpus.lines import BULLET, Line, lines_of, paragraph_lines
from corpus.sentences import sentence_spans
from corpus.types import BlockKind, Passage

_ANSWER_MAX = 700  # characters; a longer FAQ answer is quoted by sentence
_LEAD_MAX = 330  # characters
_MARK = re.compile(r"^\s*(?:[•▪◦‣·*+–-]|\d{1,3}[.)]|[a-z]\))\s+")
_RULE_ROW = re.compile(r"^[\s|:=-]+$")


@dataclass(frozen=True, slots=True)
class Span:
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Unit:
    """The least that can be shown without changing what it says."""

    kind: str  # "sentence", "lead", "item", "row", "answer"
    span: Span
    lead: Span | None = None  # what it hangs on: a list's lead-in, a table's header, a FAQ's question, a step's name


@lru_cache(maxsize=65536)
def units(passage: Passage) -> tuple[Unit, ...]:
    """The units of one passage in reading order."""
    cutters = {
        BlockKind.LIST: _list_units,
        BlockKind.STEP: _list_units,
        BlockKind.TABLE: _table_units,
        BlockKind.FAQ: _faq_units,
    }
    return tuple(cutters.get(passage.kind, _prose_units)(passage))


def whole(passage: Passage) -> Span:
    """A list, step or table as it is quoted: from its lead-in's last sentence, or its first item, to its end."""
    found = units(passage)
    members = [unit for unit in found if unit.kind in ("item", "row")]
    if not members:
        return Span(passage.start, passage.end)
    lead = members[0].lead
    inside = lead is not None and lead.start >= passage.start
    return Span(lead.start if lead is not None and inside else members[0].span.start, members[-1].span.end)


def _lines(passage: Passage) -> list[Line]:
    """The passage's lines with their places in the document; wrapped ones are one."""
    lines = lines_of(passage.text) if passage.kind is BlockKind.TABLE else paragraph_lines(passage.text)
    return [Line(line.text, line.start + passage.start) for line in lines if line.text.strip()]


def _prose_units(passage: Passage) -> Iterator[Unit]:
    for line in _lines(passage):
        yield from _sentences(line)


def _sentences(line: Line, lead: Span | None = None) -> Iterator[Unit]:
    for start, end in sentence_spans(line.text):
        yield Unit("sentence", Span(line.start + start, line.start + end), lead)


def _list_units(passage: Passage) -> Iterator[Unit]:
    """The lead-in, then items. Lines without bullets are items where none has one."""
    lines = _lines(passage)
    bulleted = any(BULLET.match(line.text) for line in lines)
    lead: Span | None = None
    seen_item = bool(passage.header)  # the second half of a long list begins with items
    for line in lines:
        if BULLET.match(line.text) or not (bulleted or line.text.endswith(":")):
            yield Unit("item", _item_span(line), lead)
            seen_item = True
        elif seen_item:
            yield from _sentences(line)
        else:
            lead = _lead_span(line)
            yield Unit("lead", lead)


def _lead_span(line: Line) -> Span:
    """The paragraph that ends in a colon; of a long one, its last sentence."""
    if len(line.text) <= _LEAD_MAX:
        return _item_span(line)
    return list(_sentences(line))[-1].span


def _item_span(line: Line) -> Span:
    mark = _MARK.match(line.text)
    offset = mark.end() if mark else len(line.text) - len(line.text.lstrip())
    return Span(line.start + offset, line.end)


def _table_units(passage: Passage) -> Iterator[Unit]:
    header: Span | None = None
    for line in _lines(passage):
        if not ("|" in line.text or "\t" in line.text):
            yield Unit("lead", _lead_span(line)) if line.text.endswith(":") else next(iter(_sentences(line)))
        elif _RULE_ROW.match(line.text):
            continue
        elif header is None and not passage.header:
            header = _item_span(line)
        else:
            yield Unit("row", _item_span(line), header)


def _faq_units(passage: Passage) -> Iterator[Unit]:
    """The answer as one unit under its question; a long one by sentence."""
    if passage.header:  # the second half of a long answer; its question stands in the first
        yield from _prose_units(passage)
        return
    question, *answer = _lines(passage)
    asked = _item_span(question)
    if answer and answer[-1].end - answer[0].start <= _ANSWER_MAX and len(answer) == 1:
        start = answer[0].end - len(answer[0].text.lstrip())
        yield Unit("answer", Span(start, answer[-1].end), asked)
        return
    for line in answer:
        if BULLET.match(line.text):
            yield Unit("item", _item_span(line), asked)
        else:
            yield from _sentences(line, asked)
    if not answer:
        yield Unit("sentence", asked)
