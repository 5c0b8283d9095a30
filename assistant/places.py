"""Finds the states, cities and countries a text names. Knows geography, nothing of who speaks about it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain

from assistant.alternation import any_of
from assistant.lexicon import read_data
from assistant.text import fold

# Names that are also people's names or plain words: a place only where the sentence treats them as one.
_NAMESAKES = frozenset({"georgia", "virginia", "jordan", "chad", "niger", "togo", "guinea", "jersey", "turkey", "mali"})
# Cities whose names are plain words: only after a preposition or before their state.
_WORD_CITIES = frozenset(
    "reading mobile orange independence normal enterprise surprise union commerce industry liberty hope success temple"
    " marina concord tracy lancaster gilbert chandler allen may paris florence madison jackson austin charlotte".split()
)
_SPANISH_WORDS = frozenset({"la", "sf"})  # "a la clínica" is no city
_WORD_CODES = frozenset("OK HI OH IN OR ME AL DE LA PA MD".split())  # opening a text, rather a word or role
_ROLE_CODES = frozenset({"PA", "MD"})
_PREPOSITION = "in|within|inside|across|throughout|near|around|from|at|to|for|of|about|and|or|en|de|para|sobre|y"
_CLINIC = r"med\s?spa|medical spa|medi-?spa|day spa|clinic|practice|salon|spa|office|location|branch|site|store|team"
_A_CLINIC = re.compile(_CLINIC)
_BEFORE = rf"(?:\b(?:{_PREPOSITION})\s+(?:the\s+)?(?:state\s+of\s+|city\s+of\s+|estado\s+de\s+|downtown\s+)?|,\s*)"
# "Las Vegas: ...", "Atlanta, Georgia: ...", "Chicago. Esthetician. ..."
_SET_OFF = r"(?=(?:, [a-z ]{2,20})?:|\s*[.;,](?:\s|$)|\s+[-–—]\s)"
# Beginnings of names in several words that are no plain words: such a city needs nothing around it.
_SAINTS = r"(?:san|santa|los|las|ft\.?|fort|st\.?|saint|palm|west palm|new orleans|salt lake)\s"
_SAFE_CODES = frozenset("CA FL NY TX NJ NV AZ WA NC SC TN KY WI MN GA IL MI DC OK VA".split())  # no role, no word
_SMALL_CODES = frozenset("ca fl ny tx nj nv az nc sc tn ky wi mn ga dc".split())
_AFTER = r"(?=\s*(?:\?|\(|:|\.|,|$|'s\b|law|rule|regulation|board|license|allow|permit|require|let|say|state\b))"

_CODE = re.compile(
    r"(?:^|\b[Ii]n|\b[Ff]rom|\b[Ff]or|\b[Aa]bout|\b[Oo]f|\b[Ee]n|,)\s*(?<![A-Za-z])([A-Z]{2})(?!\w)(?=\s*(?:$|[?.,:!;)]|\w))"
)

_FEW = 5  # words: a question of so few is made of names
_BARE_CODE = re.compile(r"(?<![\w-])[A-Za-z]{2}(?![\w-])")


@dataclass(frozen=True, slots=True)
class Place:
    """A state of the US, or a country. `named` is what the text calls it: a city stands for its state."""

    name: str
    named: str

    @property
    def label(self) -> str:
        return self.name if fold(self.named) == fold(self.name) or len(self.named) < 4 else f"{self.named}, {self.name}"


@dataclass(frozen=True)
class _Gazetteer:
    states: dict[str, str]  # folded name -> state
    codes: dict[str, str]  # "CA" -> state
    cities: dict[str, list[str]]  # folded name -> states, most populous city first
    state_names: re.Pattern[str]
    city_names: re.Pattern[str]
    city_set_off: re.Pattern[str]
    city_of_clinic: re.Pattern[str]
    city_in_state: re.Pattern[str]
    city_anywhere: re.Pattern[str]
    city_alone: re.Pattern[str]
    city_of_words: re.Pattern[str]
    countries: dict[str, str]


@cache
def _gazetteer() -> _Gazetteer:
    data = read_data("places.yaml")
    states = {fold(name): name for name in data["states"]}
    states |= {fold(other): name for name, entry in data["states"].items() for other in entry["names"]}
    cities = {fold(name): [state] for state, names in data["cities"].items() for name in names}
    cities |= {fold(name): found for name, found in data["cities_of_several"].items()}
    cities |= {other: found for name, found in cities.items() for other in _spellings(name)}
    of_state = re.compile(rf"{_any_of(list(states)).pattern} ")  # "kansas city"
    set_off = [name for name in cities if name not in _WORD_CITIES]
    countries = {fold(name): name for name in data["countries"]} | {
        fold(k): v for k, v in data["country_names"].items()
    }
    return _Gazetteer(
        states=states,
        codes={entry["code"]: name for name, entry in data["states"].items()},
        cities=cities,
        state_names=_any_of([*states, *(name for name in countries if name not in states)]),
        city_names=re.compile(_BEFORE + _any_of(list(cities)).pattern),
        city_set_off=re.compile(rf"(?:^|[.!?;]\s)\W*{_any_of(set_off).pattern}{_SET_OFF}"),
        city_in_state=re.compile(rf"{_any_of(list(cities)).pattern}(?=,?\s+{_any_of(list(states)).pattern})"),
        city_alone=_any_of([name for name in cities if re.match(_SAINTS, name) or of_state.match(name)]),
        city_anywhere=_any_of(set_off),
        city_of_words=_any_of([name for name in cities if " " in name]),
        city_of_clinic=re.compile(rf"{_any_of(set_off).pattern}(?=\s+(?:{_CLINIC})s?\b)"),
        countries=countries,
    )


def _spellings(name: str) -> Iterator[str]:
    """A city's name as people shorten it: "Ft Lauderdale", "St. Petersburg"."""
    for long, short in (("fort ", "ft"), ("saint ", "st"), ("st. ", "st"), ("mount ", "mt")):
        if name.startswith(long):
            yield from (
                start + name[len(long) :] for start in (f"{short} ", f"{short}. ", long.replace("st. ", "saint "))
            )


def _any_of(names: list[str]) -> re.Pattern[str]:
    anyone = any_of(names)
    return re.compile(rf"(?<!\w)({anyone})(?!\w)")


@lru_cache(maxsize=1024)
def find_places(text: str) -> tuple[Place, ...]:
    """Places named in `text`, each state once, in order of appearance."""
    known, folded = _gazetteer(), fold(text)
    found: list[tuple[int, int, Place]] = []
    for start, end, place in sorted(_named(text, folded, known), key=lambda item: item[0] - item[1]):
        # The longest name wins: "Colorado Springs", "District of Columbia".
        again = any((start, end, place.named) == (left, right, other.named) for left, right, other in found)
        if _free(found, start) or again:  # again: a city's name that two states have
            found.append((start, end, place))
    found.extend((start, end, place) for start, end, place in _codes(text, known) if _free(found, start))
    places: dict[str, Place] = {}
    for _, _, place in sorted(found, key=lambda item: item[0]):
        places.setdefault(place.name, place)
    return tuple(places.values())


def is_city(name: str) -> bool:
    """Whether a city is called so."""
    return fold(name) in _gazetteer().cities


def _named(text: str, folded: str, known: _Gazetteer) -> Iterator[tuple[int, int, Place]]:
    """Cities after a preposition, states and countries anywhere, each with its span."""
    set_off = (match for match in known.city_set_off.finditer(folded) if text[match.start(1)].isupper())
    ways = [known.city_names, known.city_alone, known.city_in_state]
    if len(folded.split()) <= _FEW:
        ways.append(known.city_anywhere)  # "botox tampa nurse"
    titled = (m for m in known.city_of_words.finditer(folded) if text[m.start(1) : m.end(1)].istitle())  # "Long Beach"
    for match in chain(set_off, titled, *(way.finditer(folded) for way in ways)):
        if match.group(1) in _SPANISH_WORDS and not re.search(r"\b(?:in|near|from)\s+$", folded[: match.start(1)]):
            continue
        if not _lies_elsewhere(folded, match, known):
            yield from _city(text, match)
    yield from _of_a_clinic(text, folded, known)
    for match in known.state_names.finditer(folded):
        name = re.sub(r"[\s-]+", " ", match.group(1))
        if name not in _NAMESAKES or _used_as_place(folded, match.start(1), match.end(1)):
            place = known.states.get(name) or known.countries[name]
            yield match.start(1), match.end(1), Place(place, place)


def _lies_elsewhere(folded: str, city: re.Match[str], known: _Gazetteer) -> bool:
    """Whether another state or country is named right after it: "Ontario, Canada"."""
    after = known.state_names.match(folded, city.end(1) + 2) if folded[city.end(1) :].startswith(", ") else None
    if after and re.match(r",? (?:and|or) |, [a-z]+,? (?:and|or) ", folded[after.end() :]):
        return False  # one of a list of places
    name = re.sub(r"[\s-]+", " ", after.group(1)) if after else ""
    return bool(name) and known.states.get(name) not in known.cities[re.sub(r"[\s-]+", " ", city.group(1))]


def _city(text: str, match: re.Match[str]) -> Iterator[tuple[int, int, Place]]:
    """The city's state; where several have one of that name, each, unless the text names one of them."""
    known = _gazetteer()
    name = text[match.start(1) : match.end(1)]
    states = known.cities[re.sub(r"[\s-]+", " ", match.group(1))]
    if len(states) > 1:
        rest = fold(f"{text[: match.start(1)]} | {text[match.end(1) :]}")
        named = {known.states.get(re.sub(r"[\s-]+", " ", found.group(1))) for found in known.state_names.finditer(rest)}
        named |= {known.codes.get(code) for code in re.findall(r"\b[A-Z]{2}\b", text)}
        states = [state for state in states if state in named] or states
    for state in states:
        yield match.start(1), match.end(1), Place(state, name.title() if name.islower() else name)


def _of_a_clinic(text: str, folded: str, known: _Gazetteer) -> Iterator[tuple[int, int, Place]]:
    """Cities before the word for a clinic: "Houston medspa", "a Tampa clinic"."""
    for match in known.city_of_clinic.finditer(folded) if _A_CLINIC.search(folded) else ():
        yield from _city(text, match)


def _free(found: list[tuple[int, int, Place]], start: int) -> bool:
    return not any(left <= start < right for left, right, _ in found)


def _used_as_place(folded: str, start: int, end: int) -> bool:
    before = re.search(rf"(?:{_BEFORE}|\b(?:does|do|did|will|would)\s+)$", folded[:start]) is not None
    return ((before or start == 0) and re.match(_AFTER, folded[end:]) is not None) or folded.strip(" ?.!") == folded[
        start:end
    ]


def _at_an_end(text: str, match: re.Match[str]) -> bool:
    """Whether a code in small letters opens or closes the text, or follows a preposition: there it is no slip."""
    before, after = text[: match.start()].strip(), text[match.end() :].strip(" ?.!")
    return not before or not after or re.search(r"\b(?:in|from|for)$", before) is not None


def _city_before(before: str, state: str) -> bool:
    """Whether "in" or one of the state's cities stands before a code that also names a role ("NP, PA")."""
    if not before.rstrip().endswith(","):
        return True
    words = fold(before).rstrip(" ,").split()
    return any(state in _gazetteer().cities.get(" ".join(words[-count:]), ()) for count in (1, 2, 3))


def _codes(text: str, known: _Gazetteer) -> list[tuple[int, int, Place]]:
    """Two-letter codes: upper case, after "in" or a comma; never in a text that is all upper case."""
    matches = list(_CODE.finditer(text))
    letters = [character for character in text if character.isalpha()]
    if sum(character.isupper() for character in letters) > 0.7 * len(letters):
        return []
    found = []
    for match in _BARE_CODE.finditer(text):  # "Irvine CA", "rn laser ca"
        state = known.codes.get(match.group().upper())
        alone = match.group() in _SAFE_CODES and re.search(r"[A-Z][a-z]+\.? $", text[: match.start()])
        if state and (alone or (match.group() in _SMALL_CODES and _at_an_end(text, match))):
            found.append((match.start(), match.end(), Place(state, state)))
    for match in matches:
        state = known.codes.get(match.group(1))
        set_off = text[match.end(1) :].lstrip().startswith((",", ":", "-"))
        if match.start(1) == 0 and (match.group(1) in _WORD_CODES or not set_off):
            continue  # "NY, esthetician": first, and set off
        if state and not (match.group(1) in _ROLE_CODES and not _city_before(text[: match.start(1)], state)):
            found.append((match.start(1), match.end(1), Place(state, state)))
    return found
