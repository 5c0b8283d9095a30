"""Puts pieces together into blocks: a list with its lead-in, a question with its answer, a step.

Knows page structure; knows nothing of sidecars but the parts they name, nothing of passages' sizes.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from corpus.errors import SourceProblem
from corpus.pieces import Piece, Shape
from corpus.sidecar import Part
from corpus.types import Block, BlockKind

_STEP = re.compile(r"^\W*step\s+\d+\b", re.IGNORECASE)
_NUMBERED_QUESTION = re.compile(r"^\W*\d{1,3}[.)]\s.*\?\W*$", re.DOTALL)
_ASKED = re.compile(r"^\W*q(?:uestion)?\s*\d*[:.)]", re.IGNORECASE)
_FAQ_HEADING = re.compile(r"\b(?:faqs?|frequently asked|common questions|preguntas frecuentes)\b", re.IGNORECASE)
_SHAPE_KINDS = {
    Shape.HEADING: BlockKind.HEADING,
    Shape.PARAGRAPH: BlockKind.PARAGRAPH,
    Shape.LIST: BlockKind.LIST,
    Shape.TABLE: BlockKind.TABLE,
}


def heading_text(text: str) -> str:
    """A heading without Markdown's marks: hashes, a line below it, emphasis."""
    lines = [line.strip() for line in text.strip().split("\n")]
    if len(lines) > 1 and not lines[-1].strip("=-"):
        lines.pop()
    return " ".join(lines).strip("#").strip().strip("*_").strip()


def blocks_of(text: str, pieces: Iterable[Piece], title: str, parts: Sequence[Part] = ()) -> tuple[Block, ...]:
    """Blocks of a document in reading order, headings included, each with its heading trail."""
    trailed = list(_with_trails(text, pieces, title))
    with_questions = _join_under(text, trailed, _is_faq_question, BlockKind.FAQ)
    with_steps = _join_under(text, with_questions, _is_step, BlockKind.STEP)
    return tuple(_with_parts(text, _with_lead_ins(text, with_steps), parts))


def _with_trails(text: str, pieces: Iterable[Piece], title: str) -> Iterator[Block]:
    trail: list[tuple[int, str]] = []
    for piece in pieces:
        if piece.shape is Shape.HEADING:
            name = heading_text(text[piece.start : piece.end])
            trail = [(level, heading) for level, heading in trail if level < piece.level]
            if name != title:
                trail.append((piece.level, name))
        headings = (title, *(heading for _, heading in trail))
        yield Block(_SHAPE_KINDS[piece.shape], piece.start, piece.end, headings)


def _is_faq_question(text: str, block: Block) -> bool:
    """A numbered question, "Q: ...", or a question under a heading that announces questions."""
    words = text[block.start : block.end].strip()
    if block.kind not in (BlockKind.HEADING, BlockKind.PARAGRAPH) or len(words) > 300:
        return False
    under_faq = any(_FAQ_HEADING.search(heading) for heading in block.headings)
    return bool(
        _NUMBERED_QUESTION.match(words) or _ASKED.match(words) or (under_faq and words.rstrip("*_ ").endswith("?"))
    )


def _is_step(text: str, block: Block) -> bool:
    return block.kind in (BlockKind.HEADING, BlockKind.PARAGRAPH) and bool(_STEP.match(text[block.start : block.end]))


@dataclass
class _Open:
    """A question or step that takes in the blocks after it, until the next one or a heading."""

    block: Block
    filled: bool = False


def _join_under(
    text: str, blocks: Iterable[Block], opens: Callable[[str, Block], bool], kind: BlockKind
) -> Iterator[Block]:
    """Let each block that `opens` a question or step take in what belongs to it."""
    current: _Open | None = None
    for block in blocks:
        if opens(text, block):
            if current:
                yield current.block
            current = _Open(replace(block, kind=kind))
        elif current and block.kind is not BlockKind.HEADING and _takes(current, block):
            current = _Open(replace(current.block, end=block.end), filled=True)
        else:
            if current:
                yield current.block
            current = None
            yield block
    if current:
        yield current.block


def _takes(current: _Open, block: Block) -> bool:
    """An answer is what follows directly; closing prose after a step's list is not the step's."""
    if current.block.kind is BlockKind.STEP and current.filled:
        return block.kind is BlockKind.LIST
    return True


def _with_lead_ins(text: str, blocks: Iterable[Block]) -> Iterator[Block]:
    """Join a list or table to the paragraph before it when that ends with a colon."""
    waiting: Block | None = None
    for block in blocks:
        joins = (
            waiting is not None
            and block.kind in (BlockKind.LIST, BlockKind.TABLE)
            and text[waiting.start : waiting.end].rstrip().endswith(":")
            and waiting.headings == block.headings
        )
        if waiting is not None and not joins:
            yield waiting
        if waiting is not None and joins:
            block = replace(block, start=waiting.start)
        waiting = block if block.kind is BlockKind.PARAGRAPH else None
        if waiting is None:
            yield block
    if waiting is not None:
        yield waiting


def _with_parts(text: str, blocks: Iterable[Block], parts: Sequence[Part]) -> Iterator[Block]:
    """Give each block of a named part its kind and speaker; a part runs to the start of the next."""
    starts = [_only_occurrence(text, part.starts) for part in parts]
    for block in blocks:
        inside = [part for part, start in zip(parts, starts, strict=True) if start <= block.start]
        if inside and block.kind is not BlockKind.HEADING:
            kind = inside[-1].kind if block.kind is BlockKind.PARAGRAPH else block.kind
            block = replace(block, kind=kind, speaker=inside[-1].speaker)
        yield block


def _only_occurrence(text: str, beginning: str) -> int:
    found = text.count(beginning)
    if found != 1:
        raise SourceProblem(f"the sidecar starts a part at {beginning!r}, which the text has {found} times, not once")
    return text.index(beginning)
