"""Folding and cutting of words, the same for questions and documents. Knows no language but its letters."""

import re
import unicodedata
from functools import lru_cache

import Stemmer

WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_QUOTES = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "\u00a0": " ", "–": "-", "—": "-", "®": " ", "™": " "})


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    lowered = character.lower()
    base = unicodedata.normalize("NFD", lowered)[:1] if lowered.isalpha() else lowered
    return base if len(base) == 1 else character


def fold(text: str) -> str:
    """Lower case, no accents, straight quotes and hyphens; every character keeps its offset."""
    plain = text if text.isascii() else text.translate(_QUOTES)
    return plain.lower() if plain.isascii() else "".join(map(_fold_character, plain))


def squeeze(text: str) -> str:
    """Runs of whitespace as one space, for showing a quote inside a sentence."""
    return " ".join(text.split())


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Snowball English stem of a folded word."""
    # A stemmer of its own per call: PyStemmer's are not safe to share between threads.
    return str(Stemmer.Stemmer("english", 0).stemWord(word.removesuffix("'s").replace("-", "").replace(".", "")))


def words(text: str) -> list[str]:
    """Folded words in order."""
    return WORD.findall(fold(text))


def plain(text: str) -> str:
    """Words only, for comparing two wordings."""
    return " ".join(re.findall(r"\w+", fold(text)))
