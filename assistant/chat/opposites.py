"""Pairs of opposites ("common", "rare") in a text, and on which side of a pair it stands. Knows no clause that denies.

The pairs stand in meaning.yaml under `opposites`; a word and its "un-" are a pair wherever they meet.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from assistant.chat.scopes import scopes
from assistant.chat.wording import Token, Wording, any_of, coverage, data, phrase_stems, phrases_in, stem

_REACH = 3  # content words that a negator turns round
_ALIKE = 0.25  # of a clause, told beside a word of a pair
_SHORTEST = 4  # letters of a word that "un-" may turn
_LESS = re.compile(r"\b(?:less|least|not (?:as|so))\s+$")
_NONE = re.compile(r"\s+no\s+\w")
_PREFIX = re.compile(r"(?:un|non|in|im|dis|ir)-?(?=\w{4})")

Phrases = Mapping[tuple[str, ...], tuple[tuple[str, str], ...]]


@dataclass(frozen=True)
class Side:
    """A word of a pair of opposites, on the side it stands for after negators."""

    axis: str
    word: str  # "+" or "-", before negators
    side: str  # after them
    clause: int
    start: int
    end: int
    turned: bool  # by a negator near it
    denied: bool  # its whole clause is
    holds: bool  # a negator itself: "no surgery"


@cache
def _opposites() -> dict[tuple[str, ...], tuple[tuple[str, str], ...]]:
    found: dict[tuple[str, ...], tuple[tuple[str, str], ...]] = {}
    for axis, sides in data()["opposites"].items():
        for side, phrases in sides.items():
            for phrase in phrases:
                key = phrase_stems(phrase)
                if (axis, side) not in found.get(key, ()):
                    found[key] = (*found.get(key, ()), (axis, side))
    # A stem on both sides of one pair ("qualified", "unqualified" stay apart; "needless" may not) tells nothing.
    return {
        key: tuple(pair for pair in pairs if (pair[0], "-+"[pair[1] == "-"]) not in pairs)
        for key, pairs in found.items()
    }


@lru_cache(maxsize=2048)
def sides(text: Wording, bases: frozenset[str] = frozenset()) -> tuple[Side, ...]:
    """The words of pairs in a text; `bases` are stems that another text turns by "un-", or this one does."""
    phrases = _opposites()
    if bases:
        phrases = {**_prefixed(bases, text), **phrases}
    blank = any_of("denial", "neutral").sub(lambda match: " " * len(match.group()), text.text)
    negators = [*any_of("denial", "private").finditer(blank)]
    taken = {position for match in negators for position in range(*match.span())}
    negators += [
        match
        for match in any_of("denial", "negators").finditer(blank)
        if match.start() not in taken and match.group() != "non"
    ]
    denied = [range(clause.start, clause.end) for clause in scopes(text).denied]
    found = []
    for first, last, pairs in phrases_in(text, dict(phrases)):
        token, end = text.tokens[first], text.tokens[last - 1].end
        turns = sum(_turns(match, token, text) for match in negators if match.end() <= token.start)
        turns += bool(_LESS.search(text.text[: token.start]))
        turns += _NONE.match(text.text, end) is not None  # "requires no downtime"
        for axis, side in pairs if pairs and pairs[0][0] != "nothing" else ():
            now = side if turns % 2 == 0 else "-+"[side == "-"]
            within = any(token.start in each for each in denied)
            holds = any(token.start <= match.start() < end for match in negators)
            found.append(Side(axis, side, now, token.clause, token.start, end, bool(turns), within, holds))
    return tuple(found)


def _prefixed(bases: frozenset[str], text: Wording) -> dict[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """For each base the pair of it and of the words of this text that turn it."""
    found: dict[tuple[str, ...], tuple[tuple[str, str], ...]] = {(base,): ((f"un-{base}", "+"),) for base in bases}
    for token in text.tokens:
        if base := base_of(token.text, bases):
            found[(stem(token.text),)] = ((f"un-{base}", "-"),)
    return found


def base_of(word: str, bases: frozenset[str]) -> str:
    """The stem that "un-" turns in a word, where it is one of `bases`; "" otherwise."""
    match = _PREFIX.match(word)
    base = stem(word[match.end() :]) if match else ""
    return base if len(base) >= _SHORTEST and base in bases else ""


def shared_bases(one: Wording, other: Wording) -> frozenset[str]:
    """Stems that one text has and the other turns by "un-"."""
    stems = [frozenset(stem(token.text) for token in text.tokens) for text in (one, other)]
    turned = [
        frozenset(base for token in text.tokens if (base := base_of(token.text, there)))
        for text, there in ((one, stems[1]), (other, stems[0]))
    ]
    return turned[0] | turned[1]


def _turns(match: re.Match[str], token: Token, text: Wording) -> bool:
    start = match.start()
    if text.clause_at(start) != token.clause or start >= token.start:
        return False
    if re.search(r",|\bby\b", text.text[start : token.start]):
        return False
    between = [
        each for each in text.tokens if start < each.start < token.start and (each.weight or "=person" in each.marks)
    ]
    return len(between) < _REACH


def are_opposed(sentence: Wording, quote: Wording, excepting: bool = False) -> bool:
    """Whether the texts stand on opposite sides of a pair where they speak of the same thing.

    `excepting`: an "unless" of the quote turns what it denies into a condition; pairs that deny are then left alone.
    """
    ours, theirs = _compared(sentence, quote)
    left_out = frozenset(data()["denials"]) if excepting else frozenset()
    if any(_opposed(sentence, ours, quote, theirs, axis) for axis in _shared(ours, theirs) - left_out):
        return True
    same = (_axes(ours) & _axes(theirs)) - _shared(ours, theirs)
    return not excepting and any(_denied_in_one(sentence, ours, quote, theirs, axis) for axis in same)


def settled(sentence: Wording, quote: Wording) -> tuple[frozenset[int], frozenset[int]]:
    """Offsets, in each, of words of pairs that both have and that are denied: `are_opposed` compares these."""
    ours, theirs = _compared(sentence, quote)
    shared, both = _shared(ours, theirs), _axes(ours) & _axes(theirs)
    first, second = (
        frozenset(
            position
            for side in each
            if (side.axis in shared and side.turned) or (side.axis in both and side.holds)
            for position in range(side.start, side.end)
        )
        for each in (ours, theirs)
    )
    return first, second


def _compared(sentence: Wording, quote: Wording) -> tuple[tuple[Side, ...], tuple[Side, ...]]:
    """The sides of both on pairs that tell degrees; what denies is compared clause by clause."""
    bases = shared_bases(sentence, quote)
    skipped = frozenset(data()["denied_by_clause"])
    ours, theirs = (
        tuple(side for side in sides(text, bases) if side.axis not in skipped) for text in (sentence, quote)
    )
    return ours, theirs


def _shared(ours: tuple[Side, ...], theirs: tuple[Side, ...]) -> frozenset[str]:
    """The pairs of which the texts have different words: where both have one word, their clauses are compared."""
    words = [
        {axis: {side.word for side in each if side.axis == axis} for axis in _axes(each)} for each in (ours, theirs)
    ]
    return frozenset(
        axis for axis in words[0].keys() & words[1].keys() if words[0][axis] | words[1][axis] == {"+", "-"}
    )


def _axes(found: tuple[Side, ...]) -> frozenset[str]:
    return frozenset(side.axis for side in found)


def _denied_in_one(
    sentence: Wording, our_sides: tuple[Side, ...], quote: Wording, their_sides: tuple[Side, ...], axis: str
) -> bool:
    """Whether a word both have is denied by a negator near it in one, where no clause of the other denies it."""
    ours = [side for side in our_sides if side.axis == axis]
    theirs = [side for side in their_sides if side.axis == axis]
    for one, other in ((ours, theirs), (theirs, ours)):
        if all(side.turned and side.denied for side in one) and not any(side.denied for side in other):
            bare = any(len(quote.clause(side.clause)) <= 1 for side in theirs)  # "it's critical"
            return bare or any(_alike(sentence, mine, quote, side) >= _ALIKE for mine in ours for side in theirs)
    return False


def _opposed(
    sentence: Wording, our_sides: tuple[Side, ...], quote: Wording, their_sides: tuple[Side, ...], axis: str
) -> bool:
    ours = [side for side in our_sides if side.axis == axis]
    theirs = [side for side in their_sides if side.axis == axis]
    for mine in ours:
        alike = {side: _alike(sentence, mine, quote, side) for side in theirs}
        best = max(alike.values())
        if any(side.side == mine.side for side, value in alike.items() if value >= best - 0.01):
            return False
    return True


def _alike(sentence: Wording, mine: Side, quote: Wording, theirs: Side) -> float:
    """How much of the other side's clause this side's clause tells."""
    ours = [token for token in sentence.clause(mine.clause) if not mine.start <= token.start < mine.end]
    others = [token for token in quote.clause(theirs.clause) if not theirs.start <= token.start < theirs.end]
    return coverage(others, ours)
