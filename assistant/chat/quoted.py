"""Finds a quote that a model gave in the passages it was shown. Compares characters; knows no meaning.

Only typography is forgiven: quotation marks, dashes, white space, list bullets, case, and punctuation at either end.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Protocol

from corpus.types import Document, Passage
from corpus.units import Span, units

_SAME = str.maketrans("‘’‚‛`´“”„‟«»–—−‐‑‒", "''''''" + '"' * 6 + "-" * 6)
_DROPPED = frozenset("®™\u00ad\u200b\u200c\u200d\u2060\ufeff")
_BULLETS = frozenset("•▪◦‣·")
_ENDS = " \t\n\"'.,;:!?-…()[]{}*_|"
_ELLIPSIS = re.compile(r"\s*(?:\[\s*(?:\.\.\.|…)\s*\]|\(\s*(?:\.\.\.|…)\s*\)|\.\.\.+|…|\. \. \.)\s*")
_SHORTEST = 3  # words: a shorter quote stands in too many places to carry a sentence


class Shown(Protocol):
    """A passage as the model was shown it, with its document. A `Quote` is one."""

    @property
    def document(self) -> Document: ...

    @property
    def passage(self) -> Passage: ...


def locate(quote: str, shown: Shown) -> Span | None:
    """Where in the document the passage says `quote`, in code points; None where it does not."""
    return _find(quote, shown.passage)


def quote_defect(quote: str, number: int, shown: Sequence[Shown]) -> str | None:
    """ "invented-quote", "wrong-passage" or "stitched-quote"; None for a quote of passage `number`, counted from 1."""
    named = shown[number - 1].passage if 1 <= number <= len(shown) else None
    if named is not None and (span := _find(quote, named)):
        return None if len(_words(quote)) >= _SHORTEST or _is_unit(span, named) else "invented-quote"
    others = [each.passage for each in shown if each.passage is not named]
    if len(_words(quote)) >= _SHORTEST and any(_find(quote, passage) for passage in others):
        return "wrong-passage"
    return "stitched-quote" if _is_stitched(quote, [each.passage for each in shown]) else "invented-quote"


def comparable(text: str) -> str:
    """`text` with everything folded that two copies of one quote may differ in."""
    return _folded(text)[0].strip(_ENDS)


@lru_cache(maxsize=1024)
def _folded(text: str) -> tuple[str, tuple[int, ...]]:
    """The folded text, and for each of its characters the offset it came from."""
    characters: list[str] = []
    offsets: list[int] = []
    for offset, character in enumerate(text.translate(_SAME)):
        if character in _DROPPED:
            continue
        kept = " " if character.isspace() or character in _BULLETS else character.lower()
        last = characters[-1] if characters else " "
        if kept == " " and last in " -":
            continue
        if kept == "-" and last == " " and characters:
            characters.pop(), offsets.pop()
        if kept == "-" and characters and characters[-1] == "-":
            continue
        characters.append(kept if len(kept) == 1 else character)
        offsets.append(offset)
    return "".join(characters), tuple(offsets)


def _find(quote: str, passage: Passage) -> Span | None:
    wanted = comparable(quote)
    text, offsets = _folded(passage.text)
    start = text.find(wanted) if wanted else -1
    while start >= 0:
        end = start + len(wanted)
        if _is_edge(text, start) and _is_edge(text, end):
            return Span(passage.start + offsets[start], passage.start + offsets[end - 1] + 1)
        start = text.find(wanted, start + 1)
    return None


def _is_edge(text: str, position: int) -> bool:
    """Whether no word goes on across `position`: "able to" is no quote of "unable to"."""
    return not (0 < position < len(text) and text[position - 1].isalnum() and text[position].isalnum())


def _is_unit(span: Span, passage: Passage) -> bool:
    return any(
        comparable(passage.text[unit.span.start - passage.start : unit.span.end - passage.start])
        == comparable(passage.text[span.start - passage.start : span.end - passage.start])
        for unit in units(passage)
    )


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", _folded(text)[0])


def _is_stitched(quote: str, passages: Sequence[Passage]) -> bool:
    """Whether it is glued of pieces that each stand somewhere: at an ellipsis, or of at least two words each."""
    parts = [part for part in _ELLIPSIS.split(quote) if comparable(part)]
    texts = [f" {' '.join(_words(passage.text))} " for passage in passages]
    if len(parts) > 1:
        return all(any(_joined(_words(part)) in text for text in texts) for part in parts)
    return _pieces(_words(quote), texts)


def _pieces(words: Sequence[str], texts: Sequence[str]) -> bool:
    reached = {0}
    for end in range(2, len(words) + 1):
        if any(
            start in reached and any(_joined(words[start:end]) in text for text in texts) for start in range(end - 1)
        ):
            reached.add(end)
    return len(words) > 3 and len(words) in reached


def _joined(words: Sequence[str]) -> str:
    return f" {' '.join(words)} "
