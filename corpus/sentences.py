"""Cuts text into sentences with their offsets. Knows nothing of documents.

sentencex (Wikimedia) knows abbreviations and never loses a character, which offsets need.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

import sentencex

# sentencex cuts after these although what follows belongs to them.
_JOINS = re.compile(r"\b(?:Ste|Apt|Bldg|Blvd|approx|incl)\.\s*$")


@lru_cache(maxsize=65536)
def sentence_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Spans `(start, end)` of the sentences of `text`, outer whitespace left out."""
    return tuple(_spans(text))


def _spans(text: str) -> Iterator[tuple[int, int]]:
    start = end = 0
    for segment in sentencex.segment("en", text):
        end += len(segment)
        if _JOINS.search(text[start:end]):
            continue
        yield from _trimmed(text, start, end)
        start = end
    yield from _trimmed(text, start, end)


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[start:end]
    inner = piece.strip()
    if inner:
        left = start + piece.index(inner)
        yield left, left + len(inner)
