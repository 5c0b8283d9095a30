"""Reads the numbers of a sentence, in digits or in words, with the unit each counts. Knows no source.

The words stand in meaning.yaml under `numbers`.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from assistant.lexicon import read_data
from assistant.text import fold

_EXEMPT = frozenset({911.0, 988.0})  # the numbers to call in an emergency, in the US
_PHONE = re.compile(r"(?:\+?1[-. ])?\(?\b(\d{3})\)?[-. /]{1,2}(\d{3})[-. ](\d{4})\b")
_CLOCK = re.compile(r"\b(\d{1,2})(?::(\d{2}))?\s*([ap])\.?\s?m\b\.?|\b(\d{1,2}):(\d{2})\b")
_DIGITS = re.compile(r"(?<![a-z\d])(?<![a-z]-)(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?![\d])")
_LISTED = re.compile(r"\s*(?:,\s*(?:and/or|and|or)?|\n[\s•]*|;|\b(?:and|or)\b)\s*")  # between things listed
_MOST_LISTED = 12
_TOKEN = re.compile(r"#\d+#|\d+(?:\.\d+)?|[a-z]+|[%$/]")


@dataclass(frozen=True, slots=True)
class Quantity:
    """`value` of `unit`: "2 hours" is (120, "minute"), "9 AM" is (540, "am"); "" where nothing says what it counts."""

    value: float
    unit: str = ""


@dataclass(frozen=True)
class _Words:
    values: dict[str, float]
    ordinals: dict[str, float]
    units: dict[str, tuple[str, float]]  # folded word -> unit, how many of it
    phrases: list[tuple[re.Pattern[str], str]]
    implied: list[tuple[re.Pattern[str], str]]
    single: frozenset[str]


@cache
def _words() -> _Words:
    data = read_data("meaning.yaml")["numbers"]
    return _Words(
        values={fold(str(word)): float(value) for word, value in data["values"].items()},
        ordinals={fold(str(word)): float(value) for word, value in data["ordinals"].items()},
        units={
            fold(word): (str(unit), float(size))
            for unit, sizes in data["units"].items()
            for size, names in sizes.items()
            for word in names
        },
        phrases=[(re.compile(rf"\b(?:{pattern})\b"), f" {text} ") for pattern, text in data["phrases"].items()],
        implied=[(re.compile(rf"\b(?:{pattern})\b"), text) for pattern, text in data["implied"].items()],
        single=frozenset(data["single"]),
    )


def new_quantities(text: str, ground: str) -> tuple[Quantity, ...]:
    """The quantities of `text` that `ground` does not have."""
    known = _read(ground, of_ground=True)
    return tuple(each for each in _read(text) if each.value not in _EXEMPT and not _is_known(each, known))


def quantities(text: str) -> frozenset[Quantity]:
    """Every quantity that `text` gives."""
    return _read(text)


def counts_listed(quantity: Quantity, quote: str) -> bool:
    """Whether a bare number counts what a sentence or list of the quote lists: "one of the three roles"."""
    if quantity.unit or not 2 <= quantity.value <= _MOST_LISTED:
        return False
    lists = [quote, *re.split(r"(?<=[.:|])\s", quote)]
    counts = {len(_LISTED.split(each.strip(" .;"))) for each in lists if _LISTED.search(each)}
    return bool({quantity.value, quantity.value + 1} & counts)  # a comma may stand before the list, too


def _is_known(quantity: Quantity, known: Iterable[Quantity]) -> bool:
    if quantity == Quantity(1):
        return True
    for other in known:
        if quantity == other or (quantity.value == other.value and "" in (quantity.unit, other.unit)):
            return True
        if quantity.unit == "" and other.unit in ("am", "pm") and _hour(other) == quantity.value:
            return True
        # A bare number may stand for a count whose unit was converted: "between 15 and 120" of "2 hours".
        if quantity.unit == "" and any(other == Quantity(quantity.value * size, unit) for unit, size in _sizes()):
            return True
    return False


@cache
def _sizes() -> frozenset[tuple[str, float]]:
    return frozenset(_words().units.values())


def _hour(clock: Quantity) -> float:
    hours = clock.value / 60 % 12
    return hours or 12.0


def _read(text: str, of_ground: bool = False) -> frozenset[Quantity]:
    words = _words()
    folded = fold(text)
    found: set[Quantity] = set()
    if of_ground:  # "annually" lets a sentence say "once a year"
        folded = " ".join([folded, *(supplied for pattern, supplied in words.implied if pattern.search(folded))])
    for pattern, plain in words.phrases:
        folded = pattern.sub(plain, folded)
    folded = _PHONE.sub(lambda match: _noted(found, Quantity(float("".join(match.groups())))), folded)
    folded = _CLOCK.sub(lambda match: _clock(found, match, of_ground), folded)
    folded = _DIGITS.sub(lambda match: f" {match.group(1).replace(',', '')} ", folded)
    return frozenset(found | set(_counted(_TOKEN.findall(folded), words)))


def _noted(found: set[Quantity], quantity: Quantity) -> str:
    found.add(quantity)
    return " "


def _clock(found: set[Quantity], match: re.Match[str], of_ground: bool) -> str:
    hour, minute, half, plain_hour, plain_minute = match.groups()
    hours, minutes = int(hour or plain_hour), int(minute or plain_minute or 0)
    if half:
        found.add(Quantity(hours % 12 * 60 + minutes + 720 * (half == "p"), f"{half}m"))
    elif hours >= 13:
        found.add(Quantity(hours * 60 + minutes, "pm"))
    if (half is None and hours < 13) or of_ground:
        found.add(Quantity(hours + minutes / 100, ""))
    return " "


def _counted(tokens: list[str], words: _Words) -> Iterator[Quantity]:
    """Numbers in reading order; a range gives its unit to both ends ("three to six months")."""
    pending: list[float] = []
    position = 0
    while position < len(tokens):
        token = tokens[position]
        value, used, ordinal = _value(tokens, position, words)
        if value is None:
            unit = words.units.get(token)
            if unit or token not in _LINKS:
                yield from _with_unit(pending, unit)
                pending = []
            position += 1
            continue
        following = _unit_after(tokens, position + used, words)
        before = tokens[position - 1] if position else ""
        if (ordinal or token in words.single) and (
            following is None or (ordinal and value == 1 and following[0] not in _SPANS)
        ):
            position += used
            continue
        if before == "$":
            yield Quantity(value, "dollar")
        elif following and ordinal:
            yield from _with_unit([value], following)
        else:
            pending.append(value)
        position += used
    yield from _with_unit(pending, None)


_SPANS = frozenset({"minute", "month"})  # "the first year" is a length of time, "the first treatment" is no count
_LINKS = frozenset(
    {
        "to",
        "and",
        "or",
        "between",
        "from",
        "a",
        "y",
        "o",
        "entre",
        "de",
        "more",
        "full",
        "whole",
        "further",
        "additional",
        "extra",
        "different",
        "separate",
        "of",
        "single",
        "least",
    }
)


def _with_unit(values: list[float], unit: tuple[str, float] | None) -> Iterator[Quantity]:
    for value in values:
        yield Quantity(round(value * unit[1], 4), unit[0]) if unit else Quantity(value)


def _unit_after(tokens: list[str], position: int, words: _Words) -> tuple[str, float] | None:
    """The unit among the next two words: "one full year", "two additional sessions"."""
    for token in tokens[position : position + 2]:
        if token in words.units:
            return words.units[token]
        if token not in _LINKS:
            return None
    return None


def _value(tokens: list[str], position: int, words: _Words) -> tuple[float | None, int, bool]:
    """The number that begins at `position`, how many words it takes, and whether it is an ordinal."""
    token = tokens[position]
    if token[0].isdigit():
        value, used = float(token), 1
        if tokens[position + 1 : position + 2] and tokens[position + 1] in ("st", "nd", "rd", "th"):
            return value, 2, True
        if tokens[position + 1 : position + 2] and tokens[position + 1] in ("hundred", "thousand", "million"):
            return value * words.values[tokens[position + 1]], 2, False
        return value, used, False
    if token in words.ordinals:
        return words.ordinals[token], 1, True
    if token not in words.values:
        return None, 1, False
    total, used = words.values[token], 1
    while position + used < len(tokens):
        value_next = words.values.get(tokens[position + used])
        if value_next is None:
            break
        if value_next >= 100 and total < value_next:
            total *= value_next
        elif (total >= 20 and total % 10 == 0 and value_next < 10) or (total >= 100 and value_next < 100):
            total += value_next
        else:
            break
        used += 1
    return total, used, False
