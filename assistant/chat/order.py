"""Whether a sentence turns an order round: before and after, safer than, under and over. Knows no negation."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from assistant.chat.wording import Token, Wording, coverage, data, phrase_stems, phrases_in

_OBJECT = 3  # content words that "before" or "after" speaks of
_BOTH = re.compile(r"\bbefore[- ]and[- ](?:\w+ ){0,3}after\b|\bantes y despues\b")
_LIKE = re.compile(r"(?<!un)\blike\b|\bas [\w ]+ (?:do|does|is|are)\b|\bsame as\b")
_LESS = re.compile(r"\b(?:less|younger|fewer|shorter|lower|smaller|sooner|earlier)\b[^.;]* than\b")


@dataclass(frozen=True)
class Order:
    """One "before" or "after": what stands after it, and what the clause around it says."""

    order: str
    what: tuple[Token, ...]
    main: tuple[Token, ...]


@cache
def _orders() -> dict[tuple[str, ...], str]:
    return {phrase_stems(phrase): order for order, phrases in data()["time_order"].items() for phrase in phrases}


def is_reordered(sentence: Wording, quote: Wording) -> bool:
    """Whether "before" something became "after" it, or the first of two things the second."""
    ours, theirs = _ordered(sentence), _ordered(quote)
    for mine in ours:
        same = [other.order for other in theirs if _same(mine.what, other.what)]
        if same and mine.order not in same:
            return True
        if not same and any(_is_reversed(mine, other) for other in theirs if other.order == mine.order):
            return True
    return False


def _ordered(text: Wording) -> list[Order]:
    found: list[Order] = []
    if _BOTH.search(text.text):
        return found
    for _, last, order in phrases_in(text, _orders()):
        end = text.tokens[last - 1].end
        stop = text.bounds[text.clause_at(end - 1)][1]
        what = text.within(end, stop)[:_OBJECT]
        inside = {token.start for token in what}
        found.append(Order(order, what, tuple(token for token in text.content if token.start not in inside)))
    both = {each.order for each in found}
    return found if len(both) == 1 else [each for each in found if each.what]


def _same(ours: Sequence[Token], theirs: Sequence[Token]) -> bool:
    return bool(ours) and coverage(ours[:2], theirs) > 0.45


def _is_reversed(mine: Order, other: Order) -> bool:
    """ "A after B" told as "B after A"."""
    return coverage(mine.what, other.main) > 0.6 and coverage(other.what, mine.main) > 0.6


def is_compared_otherwise(sentence: Wording, quote: Wording) -> bool:
    """ "A is safer than B" told as "B is safer than A"; "unlike A" told as "like A"."""
    if "unlike" in quote.text and "unlike" not in sentence.text and _LIKE.search(sentence.text):
        return True
    ours, theirs = _than(sentence), _than(quote)
    if not ours or not theirs:
        return False
    (less, more), (other_less, other_more) = ours, theirs
    swapped = less.meets(other_more) and not less.meets([other_less]) and any(other_less.meets([each]) for each in more)
    same = less.meets([other_less])
    turned = _LESS.search(sentence.text) is not None, _LESS.search(quote.text) is not None
    return swapped if turned[0] == turned[1] else same


def _than(text: Wording) -> tuple[Token, tuple[Token, ...]] | None:
    """What stands after "than", and the words before it."""
    position = text.text.find(" than ")
    after = text.within(position + len(" than "), len(text.text)) if position >= 0 else ()
    return (after[0], text.within(0, position)) if after else None


_UP = r"(?:over|above|older than|more than|at least|no less than)"
_DOWN = r"(?:under|below|younger than|less than|at most|no more than)"


def bounds_swapped(sentence: str, quote: str) -> bool:
    """Whether "under 18" became "over 18"."""
    for ours, theirs in ((_UP, _DOWN), (_DOWN, _UP)):
        for match in re.finditer(rf"\b{ours} (?:the age of |age )?(\d+)", sentence):
            number = match.group(1)
            if re.search(rf"\b{theirs} (?:the age of |age )?{number}\b", quote) and not re.search(
                rf"\b{ours} (?:the age of |age )?{number}\b", quote
            ):
                return True
    return False
