"""Mends misspelt words of a question towards the words of the field and of the documents.

A word that English or Spanish knows is left as it is. Knows no grammar.
"""

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from itertools import pairwise

from rapidfuzz import process
from rapidfuzz.distance import OSA, Levenshtein

from assistant.lexicon import lexicon, read_data
from assistant.text import WORD, fold, stem


@cache
def _dictionaries() -> tuple[object, object]:
    # Loaded only for a question with a word that nobody knows: half a second, once.
    from spellchecker import SpellChecker

    return SpellChecker(language="en"), SpellChecker(language="es")


@cache
def _field_words() -> frozenset[str]:
    """Single words of the lexicon's names, of answer types and of places."""
    words = lexicon()
    names = [
        name
        for kind in (words.procedures, words.roles, words.groups, words.concepts)
        for entry in kind.entries.values()
        for name in entry.names
    ]
    places = read_data("places.yaml")
    names += [*_question_words(), *words.filler_words, *places["states"], *places["cities_of_several"]]
    names += [name for cities in places["cities"].values() for name in cities]
    return frozenset(word for name in names for word in WORD.findall(fold(str(name))))


@cache
def _question_words() -> frozenset[str]:
    return frozenset(read_data("lexicon.yaml")["question_words"])


@cache
def _ranks() -> dict[str, int]:
    """English words by how often they are used, 0 the most frequent."""
    counts = _dictionaries()[0].word_frequency.dictionary  # type: ignore[attr-defined]
    return {word: rank for rank, word in enumerate(sorted(counts, key=counts.__getitem__, reverse=True))}


def is_english(word: str) -> bool:
    """Whether the word list has a folded word: one that it lacks may be a slip that could not be mended."""
    return word in _ranks()


def weightiness(word: str) -> float:
    """How much a word of a question is likely to carry, in (0, 1], by how rare it is in English at large."""
    rank = _ranks().get(word, len(_ranks()))
    return 0.25 if rank < 1300 else 0.6 if rank < 3000 else 1.0


@cache
def is_light(word: str) -> bool:
    """Whether a folded word belongs to talk about anything: people, papers, verbs of saying and doing, manner."""
    return stem(word) in _light_words()


@cache
def _light_words() -> frozenset[str]:
    families: dict[str, list[str]] = read_data("light.yaml")
    return frozenset(stem(fold(str(word))) for words in families.values() for word in words)


_RARE = 30_000  # a word this far down the list of English words may be a slip for a treatment ("filers")
_SOUND_ALIKE = ("aeiouy", "szcx", "ckq", "pf", "vw", "dt", "bp", "mn", "gj")


def _plausible(written: str, meant: str) -> bool:
    """Whether one letter stands for another that sounds like it: "lazer" may mean "laser", "laker" does not."""
    if sorted(written) == sorted(meant):
        return True
    edits = Levenshtein.editops(written, meant)
    swaps = [(written[edit.src_pos], meant[edit.dest_pos]) for edit in edits if edit.tag == "replace"]
    return len(written) > 8 or all(any(a in group and b in group for group in _SOUND_ALIKE) for a, b in swaps)


class Spelling:
    """Mends words towards `vocabulary` (folded words of the documents) and the lexicon."""

    def __init__(self, vocabulary: Iterable[str]) -> None:
        self._known = frozenset(vocabulary) | _field_words()
        self._targets = tuple(sorted(word for word in self._known if len(word) >= 4 and word.isalpha()))
        self._word = lru_cache(maxsize=4096)(self._mended)

    def mended(self, text: str) -> str:
        """`text` with misspelt words put right; unchanged where nothing is near enough."""
        mended = WORD.sub(
            lambda match: self._word(match.group(), match.start() > 0 and match.group()[0].isupper()), text
        )
        return _DOSE.sub(r"\1does", self._completed(mended))

    def _completed(self, text: str) -> str:
        """The text with the second word of a treatment as its name has it: "chemical peal"."""
        for first, second in reversed(list(pairwise(WORD.finditer(text)))):
            written, follow = fold(second.group()), _followers().get(fold(first.group()), frozenset())
            if written not in self._known and (meant := [word for word in sorted(follow) if _is_slip(written, word)]):
                text = text[: second.start()] + meant[0] + text[second.end() :]
        return text

    def _mended(self, word: str, name: bool) -> str:
        """`name`: set with a capital inside the text, so that it is mended only towards the words of the field."""
        folded = fold(word)
        if folded in _short() and folded not in self._known:
            return _short()[folded]
        parts = re.split(r"[-'.]", folded)
        if (
            len(folded) < 3
            or not folded.isalpha()
            or folded in self._known
            or all(part in self._known for part in parts)
        ):
            return word
        if folded.endswith("s") and folded[:-1] in self._known:
            return word
        if _ranks().get(folded, 0) > _RARE and (meant := self._of_the_field(folded)):
            return meant
        if any(form in dictionary for dictionary in _dictionaries() for form in (folded, word.lower())):  # type: ignore[operator]
            return word
        if len(folded) < 4:
            return word
        reach = 1 if len(folded) < 6 else 2 if len(folded) < 10 else 3
        near = process.extract(folded, self._targets, scorer=OSA.distance, score_cutoff=reach, limit=8)
        near = [item for item in near if _plausible(folded, item[0])]
        if name:
            near = [item for item in near if item[0] in _field_words()]
        near.sort(key=lambda item: (item[1], item[0] not in _question_words(), abs(len(item[0]) - len(folded))))
        same_start = [item for item in near if item[0][0] == folded[0]]
        best = (same_start or [item for item in near if item[1] <= 1])[:1]
        return str(best[0][0]) if best else word

    def _of_the_field(self, folded: str) -> str | None:
        """The treatment that a rare word is one letter away from."""
        near = process.extractOne(folded, _treatment_words(), scorer=OSA.distance, score_cutoff=1)
        return str(near[0]) if near and near[0][0] == folded[0] and _plausible(folded, near[0]) else None


def _is_slip(written: str, meant: str) -> bool:
    near = len(written) > 3 and written[0] == meant[0] and OSA.distance(written, meant) <= 1
    return near and _ranks().get(written, _RARE + 1) > _RARE


@cache
def _followers() -> dict[str, frozenset[str]]:
    """By the first word of treatments' names of two words: the words that can come second."""
    pairs: dict[str, set[str]] = {}
    for entry in lexicon().procedures.entries.values():
        for name in entry.names:
            if len(words := fold(name).split()) == 2 and len(words[1]) >= 4:
                pairs.setdefault(words[0], set()).add(words[1])
    return {first: frozenset(seconds) for first, seconds in pairs.items()}


@cache
def _short() -> dict[str, str]:
    """Words as typed in haste, by what they mean."""
    shorthand: dict[str, str] = read_data("lexicon.yaml")["shorthand"]
    return shorthand


_DOSE = re.compile(  # "how long dose it take"
    r"\b((?:how (?:long|much|many|often)|what|when|where|why|who) )dose\b(?!\s+(?:of|for|is|do|does|should))", re.I
)


@cache
def _treatment_words() -> tuple[str, ...]:
    names = (name for entry in lexicon().procedures.entries.values() for name in entry.names)
    found = {word for name in names for word in WORD.findall(fold(name)) if len(word) >= 5}
    return tuple(sorted(found | {f"{word}s" for word in found}))
