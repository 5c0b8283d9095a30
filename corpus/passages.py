"""Cuts blocks into passages: pieces small enough for an embedding model to read whole.

Knows sizes, not vectors. Every passage is a span of its document: `document.text[start:end] == text`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from corpus.lines import BULLET, lines_of, paragraph_lines
from corpus.sentences import sentence_spans
from corpus.structure import heading_text
from corpus.types import Block, BlockKind, Document, Passage
from corpus.weight import shortened, weight

# Changes whenever the same document would be cut differently, so that an index made by older rules is renewed.
SPLITTER_VERSION = "2"

MAX_CHARACTERS = 850
# all-MiniLM-L6-v2 reads 256 word pieces, two of them its own marks, and silently drops the rest. 850 characters of
# English prose have about 190; other languages, numbers and addresses have more. The estimate may err by 5 %.
MAX_PIECES = 236
_TITLE_PIECES = 60  # at most, of a document's title and again of the other headings
_HEADER_PIECES = 50
_PACKED = 600  # short paragraphs under one heading are put together up to this length

_LINEWISE = (BlockKind.LIST, BlockKind.TABLE, BlockKind.STEP)


def split(document: Document, blocks: Iterable[Block]) -> tuple[Passage, ...]:
    """Passages of one document in reading order. A document of headings alone is one passage."""
    read = _without_bare_headings(document.text, list(blocks))
    passages = [passage for block in _packed(read) for passage in _cut(document.text, document.id, block)]
    if not passages and document.text.strip():
        start = len(document.text) - len(document.text.lstrip())
        whole = Block(BlockKind.PARAGRAPH, start, len(document.text.rstrip()), (document.title,))
        passages = list(_cut(document.text, document.id, whole))
    return tuple(passages)


def _without_bare_headings(text: str, blocks: Sequence[Block]) -> Iterator[Block]:
    """Headings under which nothing stands, three in a row or at the end, are lines to be found like any other."""
    following: tuple[str, ...] = ()
    turned: list[Block] = []
    for is_heading, run in groupby(reversed(blocks), key=lambda block: block.kind is BlockKind.HEADING):
        members = list(run)
        bare = is_heading and (not turned or len(members) >= 3)
        for block in members:
            name = heading_text(text[block.start : block.end])
            if bare and name not in following and name != block.headings[0]:
                block = replace(block, kind=BlockKind.PARAGRAPH, headings=block.headings[:1])
            turned.append(block)
        following = members[-1].headings
    return reversed(turned)


def _packed(blocks: Iterable[Block]) -> Iterator[Block]:
    """Blocks without headings, neighbouring short paragraphs of one section and speaker joined."""
    waiting: Block | None = None
    for block in blocks:
        if waiting is not None and _packs(waiting, block):
            waiting = replace(waiting, end=block.end)
            continue
        if waiting is not None:
            yield waiting
        waiting = None if block.kind is BlockKind.HEADING else block
    if waiting is not None:
        yield waiting


def _packs(first: Block, second: Block) -> bool:
    prose = (BlockKind.PARAGRAPH, BlockKind.ANSWER, BlockKind.QUESTION)
    return (
        first.kind is second.kind
        and first.kind in prose
        and (first.headings, first.speaker) == (second.headings, second.speaker)
        and second.end - first.start <= _PACKED
    )


@dataclass(frozen=True, slots=True)
class _Room:
    """What a passage may hold beside its headings and, from a block's second passage on, its header."""

    text: str
    pieces: int
    characters: int = MAX_CHARACTERS

    def holds(self, start: int, end: int) -> bool:
        if end - start > self.characters:
            return False
        return end - start <= self.pieces or weight(self.text[start:end]) <= self.pieces


def _cut(text: str, document_id: str, block: Block) -> Iterator[Passage]:
    """The block as one passage, or cut at its lines or sentences where it is too long."""
    headings, header = _trail(block.headings), _header(text, block)
    first = _Room(text, MAX_PIECES - weight(" > ".join(headings)))
    later = _Room(text, first.pieces - weight(header), MAX_CHARACTERS - len(header))
    for number, (start, end) in enumerate(_groups(_atoms(block, later), first, later)):
        above = header if number else ""
        yield Passage(document_id, start, text[start:end], block.kind, headings, block.speaker, above)


def _trail(headings: tuple[str, ...]) -> tuple[str, ...]:
    """The headings, short enough to leave room for the text: the title and the nearest one matter most."""
    if weight(" > ".join(headings)) <= 2 * _TITLE_PIECES:
        return headings
    return tuple(shortened(heading, _TITLE_PIECES) for heading in dict.fromkeys((headings[0], headings[-1])))


def _header(text: str, block: Block) -> str:
    """What the second half of a long block hangs on: column names, a list's lead-in, a question."""
    lines = [line.text.strip() for line in paragraph_lines(text, block.start, block.end)]
    if block.kind is BlockKind.TABLE:
        lines = [line for line in lines if "|" in line or "\t" in line]
    elif block.kind is BlockKind.LIST:
        lines = [] if BULLET.match(lines[0]) or not lines[0].endswith(":") else lines
    elif block.kind is not BlockKind.FAQ:
        return ""
    return shortened(lines[0][:200], _HEADER_PIECES) if lines else ""


def _atoms(block: Block, room: _Room) -> Iterator[tuple[int, int]]:
    """The smallest spans a cut may fall between: lines of a list, rows of a table, sentences elsewhere."""
    lines = lines_of if block.kind is BlockKind.TABLE else paragraph_lines
    for line in lines(room.text, block.start, block.end):
        if not line.text.strip():
            continue
        start = line.end - len(line.text.lstrip())
        if block.kind in _LINEWISE and room.holds(start, line.end):
            yield start, line.end
            continue
        for left, right in sentence_spans(line.text.lstrip()):
            yield from _pieces(start + left, start + right, room)


def _pieces(start: int, end: int, room: _Room) -> Iterator[tuple[int, int]]:
    """A sentence longer than a passage is cut at spaces; there is no better place."""
    while not room.holds(start, end):
        cut = min(start + room.characters, end)
        while cut > start + 1 and not room.holds(start, cut):
            cut = start + (cut - start) * 4 // 5
        space = room.text.rfind(" ", start + 1, cut)
        cut = space if space > start else cut
        yield start, cut
        start = cut + 1 if room.text[cut : cut + 1] == " " else cut
    if start < end:
        yield start, end


def _groups(atoms: Iterable[tuple[int, int]], first: _Room, later: _Room) -> Iterator[tuple[int, int]]:
    room = first
    group: tuple[int, int] | None = None
    for start, end in atoms:
        if group is not None and room.holds(group[0], end):
            group = (group[0], end)
            continue
        if group is not None:
            yield group
            room = later
        group = (start, end)
    if group is not None:
        yield group
