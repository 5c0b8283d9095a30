"""Texts -> stems, and stems -> numbers. Knows nothing of scores or of where texts come from."""

import mmap
import re
import threading
from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

WORD = re.compile(r"\w\w+")
# fmt: off
STOP_WORDS = frozenset((  # Lucene's English list, which bm25s has too
    "a", "an", "and", "are", "as", "at", "be", "but", "by", "for", "if", "in", "into", "is", "it", "no", "not", "of",
    "on", "or", "such", "that", "the", "their", "then", "there", "these", "they", "this", "to", "was", "will", "with",
))
# fmt: on

REMEMBERED = 4096  # stems whose numbers are kept
_local = threading.local()  # a stemmer keeps a cache and must not be shared by threads


def terms(text: str) -> list[str]:
    """The stems (Snowball English) of the words that count."""
    return list(_stemmer().stemWords([word for word in WORD.findall(text.lower()) if word not in STOP_WORDS]))


class Numbering(dict[str, int]):
    """Words -> the numbers of their stems, -1 for a stop word; a stem not seen before gets the next number.

    Each word is stemmed once, however often it comes: stemming is most of the work of reading a text.
    """

    def __init__(self, stems: Sequence[str] = ()) -> None:
        super().__init__()
        self.stems = {stem: number for number, stem in enumerate(stems)}

    def __missing__(self, word: str) -> int:
        stem = None if word in STOP_WORDS else _stemmer().stemWord(word)
        number = -1 if stem is None else self.stems.setdefault(stem, len(self.stems))
        self[word] = number
        return number

    def of(self, text: str) -> list[int]:
        """The numbers of the words of a text that count, in order."""
        return [number for number in map(self.__getitem__, WORD.findall(text.lower())) if number >= 0]


class WordList:
    """Sorted stems in a file, found by halving: neither opening it nor a look-up reads all of it."""

    def __init__(self, folder: Path) -> None:
        # As a memoryview each number is read in a tenth of the time that an array takes.
        self._starts = mapped(folder / "word-starts.npy").data
        with (folder / "words.txt").open("rb") as file:
            self._letters: Any = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if len(self) else b""
        self.find = lru_cache(REMEMBERED)(self._find)

    def __len__(self) -> int:
        return len(self._starts) - 1

    def _find(self, stem: str) -> int | None:
        """The number of a stem; None where no text has it. (As `find`, which remembers.)"""
        letters = stem.encode()
        number = bisect_left(range(len(self)), letters, key=self._at)
        return number if number < len(self) and self._at(number) == letters else None

    def all(self) -> list[str]:
        """All stems by their number."""
        return [self._at(number).decode() for number in range(len(self))]

    def _at(self, number: int) -> bytes:
        return bytes(self._letters[self._starts[number] : self._starts[number + 1]])


def mapped(path: Path) -> npt.NDArray[Any]:
    """An array in a file, mapped into memory; without numpy's own class for that, whose slices are slow to make."""
    return np.asarray(np.load(path, mmap_mode="r"))


def write_word_list(folder: Path, stems: Sequence[str]) -> None:
    """Write stems that are sorted by their code points, which is the order of their UTF-8 bytes too."""
    letters = [stem.encode() for stem in stems]
    starts = np.zeros(len(letters) + 1, dtype=np.int64)
    np.cumsum([len(each) for each in letters], out=starts[1:])
    np.save(folder / "word-starts.npy", starts)
    (folder / "words.txt").write_bytes(b"".join(letters))


def _stemmer() -> Any:
    if not hasattr(_local, "stemmer"):
        import Stemmer

        _local.stemmer = Stemmer.Stemmer("english")
    return _local.stemmer
