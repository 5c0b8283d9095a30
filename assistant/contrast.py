"""What a question says that the evidence does not: figures, names, a denial, an opposite.

A near miss shares most words with its evidence and differs in one of these. Compares words; knows no source.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from assistant.query import STOP_WORDS
from assistant.text import WORD, fold, stem

_DENIALS = frozenset(
    """not no never cannot without neither nor none nobody nothing except unable fail fails failed failing lack lacks
    lacked lacking refuse refuses refused deny denies denied nunca ninguno ninguna nadie nada""".split()
)
_OPPOSING = ("non", "un", "in", "im", "ir", "il", "dis")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


@dataclass(frozen=True, slots=True)
class Contrast:
    """Counts, 0 where the evidence says all that the question does."""

    numbers: int  # figures of the question that are not in the unit
    names: int  # names of the question that are not in the passage
    denial: int  # 1 where the question denies and the unit does not
    opposites: int  # words of the question whose opposite the passage has instead ("formal", "informal")


def contrast(question: str, unit: str, passage: str, frequency: Callable[[str], int]) -> Contrast:
    """What `question` says beside a `unit` (sentence, item or row) of a `passage`; `frequency` counts a stem's
    passages, so that a prefix is taken for one only before a word that the documents use."""
    found = _words(passage)
    in_passage = {stem(word) for word in found}
    absent = {word for word in _words(question) if word not in STOP_WORDS and stem(word) not in in_passage}
    opposites = sum(1 for word in absent if _bare(word, frequency) in in_passage)
    opposites += len({bare for word in found if (bare := _bare(word, frequency))} & {stem(word) for word in absent})
    return Contrast(
        numbers=len(set(_NUMBER.findall(question)) - set(_NUMBER.findall(unit))),
        names=len({stem(fold(name)) for name in _names(question)} - in_passage),
        denial=int(denies(question) and not denies(unit)),
        opposites=opposites,
    )


def denies(text: str) -> bool:
    """Whether a text says that something is not so."""
    return any(word in _DENIALS or word.endswith("n't") for word in WORD.findall(fold(text)))


@lru_cache(maxsize=16384)
def _words(text: str) -> frozenset[str]:
    return frozenset(WORD.findall(fold(text)))


def _names(question: str) -> list[str]:
    """Words with a capital inside a sentence; where every word has one, none says anything."""
    words = [match for match in WORD.finditer(question) if not _opens_sentence(question[: match.start()])]
    capital = [match.group() for match in words if match.group()[0].isupper()]
    shouted = len(capital) > len(words) / 2
    return [] if shouted else [word for word in capital if fold(word) not in STOP_WORDS]


def _opens_sentence(before: str) -> bool:
    return before.rstrip()[-1:] in ("", *".?!¿¡")


def _bare(word: str, frequency: Callable[[str], int]) -> str:
    """The stem of the word that an opposing prefix stands before; empty where there is none."""
    if not word.startswith(_OPPOSING):
        return ""
    for prefix in _OPPOSING:
        rest = word.removeprefix(prefix)
        if rest != word and len(rest) >= 4 and frequency(stem(rest)):
            return stem(rest)
    return ""
