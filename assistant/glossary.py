"""Explains terms of the quotes in plain words, labelled as ours. Knows only glossary.yaml."""

import re
from collections.abc import Sequence
from functools import cache, lru_cache

from assistant.lexicon import read_data
from assistant.types import Claim, Notice

_LABEL = {"en": "In plain words (ours): ", "es": "En palabras sencillas (nuestras): "}
MOST = 4  # terms explained under one answer


@cache
def _terms() -> tuple[tuple[str, re.Pattern[str], dict[str, str]], ...]:
    return tuple(
        (entry["names"][0], _pattern(entry), {"en": entry["en"], "es": entry["es"]})
        for entry in read_data("glossary.yaml").values()
    )


def _pattern(entry: dict[str, list[str]]) -> re.Pattern[str]:
    """Abbreviations keep their case; a term is not found in a longer one that means something else."""
    names = "|".join(sorted(map(re.escape, entry["names"]), key=len, reverse=True))
    before = "".join(rf"(?<!{re.escape(other.removesuffix(entry['names'][-1]))})" for other in entry.get("not", ()))
    return re.compile(rf"\b{before}(?:{names})\b", 0 if entry.get("abbreviation") else re.IGNORECASE)


@lru_cache(maxsize=8192)
def _occurring(text: str) -> tuple[int, ...]:
    """The numbers of the terms that stand in a quote, be it inside a longer term."""
    return tuple(number for number, (_, pattern, _) in enumerate(_terms()) if pattern.search(text))


def explanations(claims: Sequence[Claim], language: str) -> tuple[Notice, ...]:
    """One notice that explains the terms standing in the quotes shown, longest match first."""
    text = "\n".join(quote.text for claim in claims for quote in claim.quotes)
    found: list[str] = []
    possible = {number for claim in claims for quote in claim.quotes for number in _occurring(quote.text)}
    for number in sorted(possible):
        name, pattern, meaning = _terms()[number]
        if len(found) < MOST and pattern.search(text):
            text = pattern.sub(" ", text)
            found.append(f"{name} = {meaning[language]}")
    return (Notice("glossary", f"{_LABEL[language]}{'; '.join(found)}."),) if found else ()
