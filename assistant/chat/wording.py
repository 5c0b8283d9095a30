"""Words of a sentence as comparable marks: stems, groups of one meaning, the lexicon's entries. Knows no grammar."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any

from assistant.lexicon import lexicon, read_data
from assistant.query import STOP_WORDS
from assistant.spelling import weightiness
from assistant.text import WORD, fold
from assistant.text import stem as snowball

_CLAUSE = re.compile(
    r"[.;:!?|•()\n]+|\s-+\s?|\s?-{2,}\s?|(?<=\w)-(?=(?:it|something|and|but|not|just)\b)"
    r"|,?\s+(?=(?:but|because|although|though|while|whereas|unless|yet|so that|since|as long as|provided|"
    r"pero|porque|aunque|mientras|salvo)\b)"
    r"|,\s+(?=(?:and|or|so|which|who|where|if|when|once|even|then|as|the|it|they|you|he|she|this|these|results|most|"
    r"anyone|y|o|are|is|have|has|can|may|must|will|should|not)\b)"
    r"|\s+(?=and (?:may|can|cannot|must|is|are|will|should|has|have|do|does|don't|doesn't|did|was|were|not|wears?|that|"
    r"there|generally|never|always)\b)"
    r"|\s+(?=(?:if|when|once|until) )|(?<!say)(?<!tell)(?<!know)\s+(?=who )"
)
_LONGEST = 4  # words of a phrase


@dataclass(frozen=True, slots=True)
class Token:
    """A word or phrase at `start` of the folded text, with the marks it shares with words of the same meaning."""

    text: str
    start: int
    end: int
    clause: int
    marks: frozenset[str]
    weight: float  # how much it carries, in [0, 1]; 0 for words that carry nothing

    def meets(self, others: Iterable["Token"]) -> bool:
        return any(not self.marks.isdisjoint(other.marks) for other in others)


@dataclass(frozen=True)
class Wording:
    """A folded text with its tokens and the bounds of its clauses."""

    text: str
    tokens: tuple[Token, ...]
    bounds: tuple[tuple[int, int], ...]

    @property
    def content(self) -> tuple[Token, ...]:
        return tuple(token for token in self.tokens if token.weight)

    def clause_at(self, position: int) -> int:
        return next((n for n, (start, end) in enumerate(self.bounds) if start <= position < end), len(self.bounds) - 1)

    def within(self, start: int, end: int) -> tuple[Token, ...]:
        """Content between two offsets."""
        return tuple(token for token in self.content if start <= token.start < end)

    def clause(self, number: int) -> tuple[Token, ...]:
        return tuple(token for token in self.content if token.clause == number)


@cache
def data() -> dict[str, Any]:
    """meaning.yaml."""
    read: dict[str, Any] = read_data("meaning.yaml")
    return read


@cache
def any_of(*path: str) -> re.Pattern[str]:
    """The wordings listed under a key of meaning.yaml as one expression for folded text, whole words."""
    found: Any = data()
    for key in path:
        found = found[key]
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(str, found))})(?!\w)")


@cache
def _groups() -> dict[tuple[str, ...], frozenset[str]]:
    """Phrases, as stems, and the groups they stand in."""
    found: dict[tuple[str, ...], set[str]] = {}
    for group in data()["same"]:
        for phrase in group:
            found.setdefault(phrase_stems(phrase), set()).add(f"={group[0]}")
    words = lexicon()
    for kind, names in (("role", words.roles), ("procedure", words.procedures), ("concept", words.concepts)):
        for entry in names.entries.values():
            marks = {f"{kind}:{id}" for id in (entry.id, *names.broader(entry.id))}
            for name in entry.names:
                found.setdefault(phrase_stems(name), set()).update(marks)
    return {phrase: frozenset(marks) for phrase, marks in found.items()}


def stem(word: str) -> str:
    """Snowball stem; of an abbreviation's plural ("RNs"), which has no vowel, the singular."""
    word = data()["irregular"].get(word, word)
    return word[:-1] if len(word) <= 5 and word.endswith("s") and not re.search("[aeiouy]", word) else snowball(word)


def phrase_stems(phrase: str) -> tuple[str, ...]:
    """The stems of a phrase; "=word" stands for that form alone."""
    if str(phrase).startswith("="):
        return (str(phrase),)
    return tuple(stem(word) for word in _split(fold(str(phrase))))


def _split(folded: str) -> list[str]:
    return [part for word in WORD.findall(folded) for part in re.split(r"[-/.]", word) if part]


@cache
def _light() -> frozenset[str]:
    return frozenset(stem(fold(str(word))) for word in data()["light"]) | frozenset(map(stem, map(fold, STOP_WORDS)))


@lru_cache(maxsize=4096)
def wording(folded: str) -> Wording:
    """The wording of a folded text."""
    bounds = _bounds(folded)
    spans = [(match.group(), match.start(), match.end()) for match in re.finditer(r"[^\W_]+(?:'[^\W_]+)?", folded)]
    gloss = data()["gloss"]
    words = [gloss.get(word, word) for word, _, _ in spans]
    stems = [stem(word) for word in words]
    groups, light = _groups(), _light()
    marks: list[set[str]] = [{each} for each in stems]
    for own, word in zip(marks, words, strict=True):
        value = word if word.isdecimal() else data()["numbers"]["values"].get(word)
        if value is not None:
            own.add(f"#{int(value)}")
    carried = [each not in light or word.isdecimal() for each, word in zip(stems, words, strict=True)]
    for start in range(len(stems)):
        for length in range(min(_LONGEST, len(stems) - start), 0, -1):
            shared = groups.get(tuple(stems[start : start + length]))
            if shared is None:
                continue
            for position in range(start, start + length):
                marks[position] |= shared
            if length > 1 and not any(carried[start : start + length]):
                carried[start + length - 1] = True
    tokens = []
    for (word, start, end), own, heavy in zip(spans, marks, carried, strict=True):
        clause = next(n for n, (left, right) in enumerate(bounds) if left <= start < right)
        tokens.append(
            Token(word, start, end, clause, frozenset(own), _weight(word) if heavy and "=person" not in own else 0.0)
        )
    return Wording(folded, tuple(tokens), bounds)


def _bounds(folded: str) -> tuple[tuple[int, int], ...]:
    cuts = [0, *(match.end() for match in _CLAUSE.finditer(folded)), len(folded) + 1]
    cuts = sorted(set(cuts))
    return tuple(pairwise(cuts))


@lru_cache(maxsize=16384)
def _weight(word: str) -> float:
    return max(0.5, weightiness(data()["gloss"].get(word, word)))


def coverage(tokens: Sequence[Token], others: Sequence[Token]) -> float:
    """The share of the tokens' weight that `others` have, in [0, 1]; 0 where there is none."""
    whole = sum(token.weight for token in tokens)
    return sum(token.weight for token in tokens if token.meets(others)) / whole if whole else 0.0


def phrases_in(text: Wording, phrases: dict[tuple[str, ...], Any]) -> Iterator[tuple[int, int, Any]]:
    """Where phrases given by their stems stand: first token, one past the last, what they stand for; longest first."""
    stems = [stem(part) for token in text.tokens for part in (token.text,)]
    position = 0
    while position < len(stems):
        for length in range(min(5, len(stems) - position), 0, -1):
            value = phrases.get(tuple(stems[position : position + length]))
            if value is None and length == 1:
                value = phrases.get((f"={text.tokens[position].text}",))
            if value is not None:
                yield position, position + length, value
                position += length
                break
        else:
            position += 1
