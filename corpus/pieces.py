"""Cuts text into the pieces a page is set in: headings, paragraphs, lists, tables.

Knows how plain text and Markdown look, nothing of what the pieces mean together (structure.py does).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from markdown_it import MarkdownIt
from markdown_it.token import Token

from corpus.lines import BULLET, CELLS, Line, continues, lines_of

__all__ = ["BULLET", "Line", "Piece", "Shape", "lines_of", "looks_like_heading", "markdown_pieces", "plain_pieces"]

_NUMBERED_QUESTION = re.compile(r"^\s*\d{1,3}[.)]\s.*\?\s*$")
_STEP = re.compile(r"^\s*step\s+\d+\b", re.IGNORECASE)  # a heading below its section's, in plain text too
_TABLE_RULE = re.compile(r"^[\s|:=-]*-[\s|:=-]*$")
_ARTICLES = frozenset({"a", "an", "the", "and", "or", "as", "be", "is", "it"})
_PREPOSITIONS = frozenset({"at", "by", "for", "from", "in", "of", "on", "per", "to", "vs", "with", "w/"})
_SMALL_WORDS = _ARTICLES | _PREPOSITIONS
_HEADING_MAX = 110  # characters; longer single lines are sentences
_LINE_MAX = 90  # characters; a run of lines all shorter than this is a list of lines, not wrapped prose


class Shape(Enum):
    HEADING = auto()
    PARAGRAPH = auto()
    LIST = auto()
    TABLE = auto()


@dataclass(frozen=True, slots=True)
class Piece:
    """`text[start:end]`, set as `shape`; `level` of a heading counts from 1."""

    shape: Shape
    start: int
    end: int
    level: int = 0


def plain_pieces(text: str) -> Iterator[Piece]:
    """Pieces of a plain-text file: runs of lines between blank lines, told apart by how they look."""
    for run in _runs(lines_of(text)):
        yield from _run_pieces(run)


def markdown_pieces(text: str) -> Iterator[Piece]:
    """Pieces of a Markdown file, as CommonMark with tables sees its top-level blocks."""
    lines = lines_of(text)
    shapes = {"bullet_list": Shape.LIST, "ordered_list": Shape.LIST, "table": Shape.TABLE, "heading": Shape.HEADING}
    hidden = _front_matter(lines)
    visible = "\n" * hidden + text.split("\n", hidden)[hidden]
    for token in MarkdownIt("commonmark").enable("table").parse(visible):
        if token.level or token.map is None or token.nesting < 0 or token.type == "hr" or _is_comment(token):
            continue
        block = [line for line in lines[token.map[0] : token.map[1]] if line.text]
        if block:
            shape = shapes.get(token.type.removesuffix("_open"), Shape.PARAGRAPH)
            if shape is Shape.HEADING and sum(len(line.text) for line in block) > _HEADING_MAX:
                shape = Shape.PARAGRAPH
            level = int(token.tag[1]) if shape is Shape.HEADING else 0
            yield Piece(shape, block[0].start, block[-1].end, level)


def _front_matter(lines: Sequence[Line]) -> int:
    """The number of lines of a leading `---` block, which no Markdown viewer shows."""
    if lines[0].text != "---":
        return 0
    return next((number for number, line in enumerate(lines[1:], 2) if line.text in ("---", "...")), 0)


def _is_comment(token: Token) -> bool:
    html = token.content.strip()
    return token.type == "html_block" and html.startswith("<!--") and html.endswith("-->")


def _runs(lines: Sequence[Line]) -> Iterator[list[Line]]:
    run: list[Line] = []
    for line in lines:
        if line.text:
            run.append(line)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _run_pieces(run: list[Line]) -> Iterator[Piece]:
    """One run may hold a lead-in, then bullets or rows, then more text."""
    if len(run) == 1:
        line = run[0]
        shape = (
            Shape.LIST if _is_bullet(line.text) else Shape.HEADING if looks_like_heading(line.text) else Shape.PARAGRAPH
        )
        level = 0 if shape is not Shape.HEADING else 2 if _STEP.match(line.text) else 1
        yield Piece(shape, line.start, line.end, level)
        return
    shapes = _line_shapes(run)
    if set(shapes) == {Shape.PARAGRAPH} and _is_list_of_lines(run):
        shapes = [Shape.LIST] * len(run)
    start = 0
    for position in range(1, len(run) + 1):
        if position == len(run) or shapes[position] is not shapes[start]:
            yield Piece(shapes[start], run[start].start, run[position - 1].end)
            start = position


def _line_shapes(run: Sequence[Line]) -> list[Shape]:
    """The shape of each line; the rest of a wrapped bullet belongs to its list."""
    shapes = [_line_shape(line.text) for line in run]
    widest = max(len(line.text) for line in run)
    opened = run[0]
    for number, line in enumerate(run[1:], 1):
        goes_on = continues(run[number - 1], line, opened, widest)
        if goes_on and shapes[number - 1] is Shape.LIST and shapes[number] is Shape.PARAGRAPH:
            shapes[number] = Shape.LIST
        opened = opened if goes_on else line
    return shapes


def _line_shape(line: str) -> Shape:
    if _is_bullet(line):
        return Shape.LIST
    return Shape.TABLE if CELLS.search(line) or ("|" in line and _TABLE_RULE.match(line)) else Shape.PARAGRAPH


def _is_bullet(line: str) -> bool:
    return bool(BULLET.match(line)) and not _NUMBERED_QUESTION.match(line)


def _is_list_of_lines(run: Sequence[Line]) -> bool:
    """Opening hours, an address: short lines, most of which do not end like a line of wrapped prose."""
    if any(len(line.text) > _LINE_MAX for line in run):
        return False
    labelled = sum(bool(re.match(r"\s*[\w /&-]{2,30}:\s*\S", line.text)) for line in run)
    return labelled >= max(2, len(run) // 2)


def looks_like_heading(line: str) -> bool:
    """A line standing alone, short, set in title case, not ended like a sentence or a label."""
    line = line.strip()
    if len(line) > _HEADING_MAX or line[-1] in ".;,:!" or line[0].isdigit() or re.search(r"\d{3}", line):
        return False
    words = re.findall(r"[^\W\d_][\w'’-]*", line)
    weighty = [word for word in words if word.lower() not in _SMALL_WORDS]
    capitals = sum(word[0].isupper() for word in weighty)
    return bool(weighty) and words[0][0].isupper() and capitals >= 0.6 * len(weighty) and len(words) <= 16
