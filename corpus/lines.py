"""Lines of a text with their offsets, and which of them are one paragraph or item that was wrapped.

Knows how lines look, nothing of blocks.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

BULLET = re.compile(r"^\s*(?:[•▪◦‣·*+–-]|\d{1,3}[.)]|[a-z]\))\s+\S")
CELLS = re.compile(r"\S\s+\|\s+\S|^\s*\|.*\|\s*$|\S\t+\S")
_LABEL = re.compile(r"\s*[\w /&-]{2,30}:\s*\S")
_ENDED = re.compile(r"[.!?:;…]['\"”’)\]*_]*$")
_WRAPPED_AT = 50  # characters; nobody wraps prose at less


@dataclass(frozen=True, slots=True)
class Line:
    """`text` without trailing whitespace, and where it starts."""

    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def lines_of(text: str, start: int = 0, end: int | None = None) -> list[Line]:
    """The lines of `text[start:end]` with their offsets, without trailing whitespace."""
    lines, offset = [], start
    for raw in text[start:end].split("\n"):
        lines.append(Line(raw.rstrip(), offset))
        offset += len(raw) + 1
    return lines


def paragraph_lines(text: str, start: int = 0, end: int | None = None) -> list[Line]:
    """The same with the lines of one wrapped paragraph or item as one Line, newlines inside."""
    lines = lines_of(text, start, end)
    joined: list[Line] = []
    widest = 0
    for number, line in enumerate(lines):
        if number == 0 or not lines[number - 1].text:
            widest = _width_from(lines, number)
        if number and continues(lines[number - 1], line, joined[-1], widest):
            before = joined.pop()
            joined.append(Line(text[before.start : line.end], before.start))
        else:
            joined.append(line)
    return joined


def _width_from(lines: Sequence[Line], number: int) -> int:
    """The length of the longest line up to the next blank one."""
    widest = 0
    for line in lines[number:]:
        if not line.text:
            break
        widest = max(widest, len(line.text))
    return widest


def continues(before: Line, line: Line, opened: Line, widest: int) -> bool:
    """Does `line` go on where `before` was wrapped? `opened` is the line the paragraph or item began with.

    It does below a bullet when it is indented further, when it begins in lower case after an unfinished line, and
    when its first word would not have fitted on the line before.
    """
    if not before.text or not line.text or BULLET.match(line.text):
        return False
    if CELLS.search(line.text) or CELLS.search(before.text):
        return False
    if BULLET.match(opened.text) and _indent(line.text) > _indent(opened.text):
        return True
    first = line.text.split(maxsplit=1)[0]
    if first[0].islower() and not _ENDED.search(before.text):
        return True
    return widest >= _WRAPPED_AT and len(before.text) + 1 + len(first) > widest and not _LABEL.match(line.text)


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())
