"""Tells whether a question points at one place of a document: by words in quotation marks, or by a list's name.

Compares words; knows no source.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.patterns import pattern
from assistant.query import STOP_WORDS, Query
from assistant.text import WORD, fold, stem

_PARTS = re.compile(r"[—–:?!]|\s-\s")
_LEAST_WORDS = 3  # of a part of a heading, to be its name
_NAMED = 0.66  # share of a heading's words that a question must have to mean the list under it


@dataclass(frozen=True, slots=True)
class Pointing:
    """How a question points: the phrases that it quotes, and its stems where it wants a whole list."""

    phrases: tuple[str, ...]
    wanted: frozenset[str]
    asked: str = ""  # the question where it wants a whole list, folded, its hyphens spaces

    @classmethod
    def of(cls, query: Query) -> "Pointing":
        folded = fold(query.question)
        whole = pattern("asks_whole").search(folded) is not None
        phrases = tuple(quoted_phrases(folded))
        return cls(phrases, _stems(folded), folded.replace("-", " ")) if whole else cls(phrases, frozenset())

    def __bool__(self) -> bool:
        return bool(self.phrases or self.wanted)

    def at(self, own: str, kind: str, titles: Sequence[str]) -> bool:
        """Whether a unit with the words `own` has what the question quotes, or stands in a list of that name."""
        if any(_has(own, phrase) for phrase in self.phrases):
            return True
        if kind not in ("item", "row", "lead") or not self.wanted:
            return False
        if any(part in self.asked for title in titles for part in _names(title)):
            return True
        shares = [len(words & self.wanted) / len(words) for title in titles if len(words := _stems(fold(title))) > 1]
        return max(shares, default=0.0) >= _NAMED


def quoted_phrases(folded: str) -> list[str]:
    """What a folded question has in quotation marks, or asks for a mention of."""
    names = ("quoted_phrase", "mention_of")
    return [match.group("phrase").strip() for name in names for match in pattern(name).finditer(folded)]


def _names(title: str) -> list[str]:
    """The parts of a heading by which it may be called: "Who Performs What—and Why ..."."""
    return [fold(part).strip() for part in _PARTS.split(title) if len(part.split()) >= _LEAST_WORDS]


def _has(own: str, phrase: str) -> bool:
    """The phrase as it stands, or all of its words where it has several."""
    words = _stems(phrase)
    return phrase in " ".join(fold(own).split()) or (len(words) > 1 and words <= _stems(fold(own)))


def _stems(folded: str) -> frozenset[str]:
    return frozenset(stem(word) for word in WORD.findall(folded) if word not in STOP_WORDS)
