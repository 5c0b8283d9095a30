"""Cuts blocks into passages: pieces small enough for an embedding model to read whole.

Knows sizes, not vectors. Every passage is a span of its document: `document.text[start:end] == text`.
"""

from collections.abc import Iterable, Iterator

from dataclasses import dataclass

from corpus.pieces import BULLET, paragraph_lines
from corpus.sentences import sentence_spans
from corpus.types import Block, BlockKind, Document, Passage
from corpus.weight import shortened, weight

# Changes whenever the same document would be cut differently, so that an index made by older rules is renewed.
SPLITTER_VERSION = "2"

MAX_CHARACTERS = 850
# all-MiniLM-L6-v2 reads 256 word pieces, two of them its own marks, and silently drops the rest. 850 characters of
# English prose have about 190; other languages, numbers and addresses have more. The estimate may err by 5 %.
MAX_PIECES = 236
_TRAIL_PIECES = 80  # the headings' share of them
_HEADER_PIECES = 50
_PACKED = 600  # short paragraphs under one heading are put together up to this length

_LINEWISE = (BlockKind.LIST, BlockKind.TABLE, BlockKind.STEP)


def split(document: Document, blocks: Iterable[Block]) -> tuple[Passage, ...]:
    """Passages of one document in reading order. A document of headings alone is one passage."""
    passages = [passage for block in _packed(blocks) for passage in _cut(document.text, document.id, block)]
    if not passages and document.text.strip():
        start = len(document.text) - len(document.text.lstrip())
        whole = Block(BlockKind.PARAGRAPH, start, len(document.text.rstrip()), (document.title,))
        passages = list(_cut(document.text, document.id, whole))
    return tuple(passages)


def _packed(blocks: Iterable[Block]) -> Iterator[Block]:
    """Blocks without headings, neighbouring short paragraphs of one section and speaker joined."""
    waiting: Block | None = None
    for block in blocks:
        if waiting is not None and _packs(waiting, block):
            waiting = Block(waiting.kind, waiting.start, block.end, waiting.headings, waiting.speaker)
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


def _cut(text: str, document_id: str, block: Block) -> Iterator[Passage]:
    """The block as one passage, or cut at its lines or sentences where it is too long."""
    header = _header(text, block) if block.kind is BlockKind.TABLE else ""
    for number, (start, end) in enumerate(_groups(_atoms(text, block), MAX_CHARACTERS - len(header))):
        yield Passage(
            document_id, start, text[start:end], block.kind, block.headings, block.speaker, header if number else ""
        )


def _header(text: str, block: Block) -> str:
    rows = [line.text for line in lines_of(text, block.start, block.end) if "|" in line.text or "\t" in line.text]
    return rows[0].strip()[:200] if rows else ""


def _atoms(text: str, block: Block) -> Iterator[tuple[int, int]]:
    """The smallest spans a cut may fall between: lines of a list, sentences elsewhere."""
    for line in lines_of(text, block.start, block.end):
        if not line.text.strip():
            continue
        start = line.end - len(line.text.lstrip())
        if block.kind in _LINEWISE and line.end - start <= MAX_CHARACTERS:
            yield start, line.end
            continue
        for left, right in sentence_spans(line.text.lstrip()):
            yield from _pieces(start + left, start + right, text)


def _pieces(start: int, end: int, text: str) -> Iterator[tuple[int, int]]:
    """A sentence longer than a passage is cut at spaces; there is no better place."""
    while end - start > MAX_CHARACTERS:
        cut = text.rfind(" ", start + 1, start + MAX_CHARACTERS)
        cut = cut if cut > start else start + MAX_CHARACTERS
        yield start, cut
        start = cut + 1 if text[cut : cut + 1] == " " else cut
    if start < end:
        yield start, end


def _groups(atoms: Iterable[tuple[int, int]], limit: int) -> Iterator[tuple[int, int]]:
    group: tuple[int, int] | None = None
    for start, end in atoms:
        if group is not None and end - group[0] <= limit:
            group = (group[0], end)
            continue
        if group is not None:
            yield group
        group = (start, end)
    if group is not None:
        yield group
