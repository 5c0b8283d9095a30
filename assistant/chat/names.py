"""Finds the roles, places, drugs and proper names of a sentence that its ground does not have. Knows no source."""

import re
from collections.abc import Collection, Iterator
from functools import cache
from typing import Any

from assistant.lexicon import lexicon, read_data
from assistant.places import find_places, is_city
from assistant.text import fold, stem

_WORD = re.compile(r"[^\W_]+(?:['’.&+-][^\W_]+)*")
_OPENS = re.compile(r"(?:^|[.!?:;…“\"(\[•–—-]\s*|\n)$")
_TITLE = re.compile(r"\b(?:Dr|Mr|Ms|Mrs|Prof|Dra?)\.?\s+$")
_CONTRACTED = re.compile(
    r"(?:i|you|we|they|he|she|it|that|there|what|who|where|here|let|\w+n)['’](?:ll|re|ve|d|s|m|t)$"
)
_SPEAKS = re.compile(
    r"^\s*(?:,[^,]{1,50},\s*)?(?:says|said|states|believes|thinks|notes|warns|claims|writes|wrote|advises|recommends|adds|"
    r"explains|suggests|argues|feels|reports|offers|provides|dice|afirma|cree|recomienda)\b|^['’]s\b"
)


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = read_data("meaning.yaml")
    return data


def new_roles(text: str, ground: str) -> tuple[str, ...]:
    """Roles and occupations that `text` names and `ground` does not."""
    roles = lexicon().roles
    text = re.sub(_data()["spanish_medical"], r"\1", fold(text))
    known = set(roles.named(ground))
    if "laser-technician" in known:
        known.add("technician")
    new = [name for name in roles.named(text) if name not in known]
    folded, ground_words = fold(text), _stems(ground)
    for entry in _data()["occupations"]:
        names = entry if isinstance(entry, list) else [entry]
        if not any(set(map(stem, name.split())) <= ground_words for name in names):
            new += [name for name in names if _has(folded, name)]
    return tuple(new)


def new_places(text: str, ground: str) -> tuple[str, ...]:
    """States, cities and countries that `text` names and `ground` does not."""
    known = {place.name for place in find_places(ground)}
    folded = fold(ground)
    return tuple(
        place.named
        for place in find_places(text)
        if (place.name not in known and not _has(folded, fold(place.named)))
        or (fold(place.named) != fold(place.name) and len(place.named) > 2 and not _same_place(place.named, folded))
    )


def _same_place(named: str, ground: str) -> bool:
    """Whether the ground has the city, or the state under another name ("D.C.")."""
    return _has(ground, fold(named)) or not is_city(named)


def new_drugs(text: str, ground: str) -> tuple[str, ...]:
    """Drugs, substances and brands that `text` names and `ground` does not; brand and substance are one."""
    folded, known = fold(text), fold(ground)
    new = [
        names[0]
        for names in _drugs()
        if any(_has(folded, name) for name in names) and not any(_has(known, name) for name in names)
    ]
    ending = _drug_ending()
    listed = {name for names in _drugs() for name in names}
    for word in _WORD.findall(folded):
        bare = word.removesuffix("s")
        if ending.search(bare) and bare not in listed and bare not in _data()["not_drugs"] and not _has(known, bare):
            new.append(word)
    return tuple(new)


@cache
def _drugs() -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(fold(name) for name in names) for names in _data()["drugs"])


@cache
def _drug_ending() -> re.Pattern[str]:
    return re.compile(_data()["drug_endings"])


def new_names(text: str, ground: str, plain: Collection[str] = ()) -> tuple[str, ...]:
    """Words set with a capital as names are, that stand neither in `ground` nor in the lexicon.

    `plain`: stems that begin a sentence without being a name, whatever a dictionary says.
    """
    known = _stems(ground)
    covered = [(m.start, m.end) for names in _name_kinds() for m in names.find(text)]
    found = []
    for match in _WORD.finditer(text):
        word = match.group()
        if not word[0].isupper() or any(start <= match.start() < end for start, end in covered):
            continue
        folded = fold(word)
        if (
            _CONTRACTED.match(folded)
            or folded.rstrip(".") in _data()["plain_capitals"]
            or _known(folded, known)
            or _is_place_word(text, match)
        ):
            continue
        if (
            _OPENS.search(text[: match.start()])
            and not _TITLE.search(text[: match.start()])
            and not _opens_as_name(text, match, known, plain)
        ):
            continue
        found.append(word)
    return tuple(found)


def _opens_as_name(text: str, match: re.Match[str], known: Collection[str], plain: Collection[str]) -> bool:
    """Whether the first word of a sentence is a name: a second one follows, it speaks, or no dictionary has it."""
    folded, after = fold(match.group()), text[match.end() :]
    following = re.match(r"\s+([A-Z][\w-]*\.?)", after)
    if (
        following
        and not _known(fold(following.group(1)), known)
        and fold(following.group(1)) not in _data()["plain_capitals"]
    ):
        covered = any(m.start == 0 for names in _name_kinds() for m in names.find(following.group(1)))
        if not covered and not find_places(f"in {following.group(1)}"):
            return True
    if stem(folded) in plain:
        return False
    if _SPEAKS.search(after) and stem(folded) not in _speakers():
        return True
    return not all(part in _dictionary() for part in re.split(r"[-'’.]", match.group().lower()) if part)


@cache
def _speakers() -> frozenset[str]:
    """Stems of ordinary words that may speak: "It says", "The page explains"."""
    data = _data()
    nouns = [*data["neutral_voices"], *data["outside_voices"], *(n for names in data["voices"].values() for n in names)]
    return frozenset(stem(fold(word)) for noun in nouns for word in str(noun).split()) | {
        "there",
        "that",
        "here",
        "what",
        "let",
    }


def _known(folded: str, known: Collection[str]) -> bool:
    return stem(folded) in known or all(stem(part) in known for part in re.split(r"[-'.&/]", folded) if part)


def _is_place_word(text: str, match: re.Match[str]) -> bool:
    """Places are another check's; here they are no names."""
    return any(fold(match.group()) in fold(place.named) for place in find_places(text)) or any(
        fold(match.group()).removesuffix("'s") in fold(place.name).split() for place in find_places(text)
    )


@cache
def _dictionary() -> Any:
    # Loaded only where a sentence begins with a word that nothing else knows.
    from spellchecker import SpellChecker

    return frozenset(SpellChecker(language="en").word_frequency.words()) | frozenset(
        SpellChecker(language="es").word_frequency.words()
    )


def _name_kinds() -> Iterator[Any]:
    words = lexicon()
    yield from (words.procedures, words.roles, words.groups, words.concepts)


def _stems(text: str) -> frozenset[str]:
    words = [fold(word) for word in _WORD.findall(text)]
    parts = [part for word in words for part in re.split(r"[-'’.&/]", word)]
    return frozenset(map(stem, [*words, *parts]))


def _has(text: str, name: str) -> bool:
    return name in text and re.search(rf"(?<!\w){re.escape(name)}(?:e?s|'s)?(?!\w)", text) is not None
