"""Estimates how many word pieces a text costs an embedding model. Knows sizes of words, no model and no vocabulary.

A WordPiece vocabulary made from English keeps common English words whole, cuts other words every two or three
letters, and everything that is not a Latin letter at every character. The estimate errs upwards for every language
tried: a passage that is a little too short is found as well, one that is too long is cut silently by the model.
"""

import re
from functools import lru_cache
from itertools import repeat
from math import ceil

_WORD = re.compile(r"[^\W\d_]+")
_VOWELS = frozenset("aeiouy")
# Words that make up a twelfth of any English prose and of no other language's.
_ENGLISH = frozenset({"the", "of", "and", "to", "in", "is", "or", "for", "with", "that", "are", "by", "be", "not"})
_LAST_LATIN = "\u024f"


def weight(text: str) -> int:
    """The word pieces of `text`, estimated."""
    words = _WORD.findall(text.lower())
    english = sum(map(_ENGLISH.__contains__, words)) >= 0.08 * len(words)
    others = len("".join(text.split())) - sum(map(len, words))
    return ceil(sum(map(_word_weight, words, repeat(english)))) + max(others, 0)


@lru_cache(maxsize=65536)
def _word_weight(word: str, english: bool) -> float:
    if max(word) > _LAST_LATIN or not _VOWELS.intersection(word):
        return len(word)
    if english and word.isascii():
        return 1 if len(word) <= 7 else len(word) / 4
    return max(1, len(word) / 2.2)


def shortened(text: str, limit: int) -> str:
    """The beginning of `text` that weighs `limit` at most, with an ellipsis where something is left out."""
    if weight(text) <= limit:
        return text
    size = len(text)
    while size and weight(text[:size]) >= limit:
        size = size * 4 // 5
    return text[:size].rstrip() + "…"
