"""Shows both sides where a question offers two: "a reason to or a reason not to", "only doctors or anyone".

Compares words of the question with units; knows no source.
"""

import re
from collections.abc import Sequence

from assistant.evidence import Evidence
from assistant.lexicon import lexicon
from assistant.patterns import pattern
from assistant.query import Query, telling_terms
from assistant.readings import vocabulary
from assistant.text import WORD, fold, stem

_SIDES = re.compile(
    r"\b(?:and|but) (?:then|also|elsewhere|later|(?:another|the other)(?: \w+)?) (?:says?|states?|claims?|lists?)\b"
    r"|\b(?:or|versus|vs\.?|o)\b"
    r"|['\"”’]\s*(?:and|y)\s*['\"“‘]",
    re.IGNORECASE,
)
_LIMITS = frozenset("only anyone everyone never always must solo nunca siempre cualquiera".split())
_GENERAL = frozenset({"#medspa", "#perform"})
_SAYS = 0.6  # share of a side's words from which a unit says it


def with_both_sides(query: Query, chosen: Sequence[Evidence], evidence: Sequence[Evidence]) -> list[Evidence]:
    """`chosen` and, for each side of the question that none of them says, the unit that says it best."""
    if not chosen or not pattern("either_or").search(fold(query.text)):
        return list(chosen)
    found = list(chosen)
    sides = [_marks(side) for side in _SIDES.split(query.subject)]
    for marks in (side for side in sides if side):
        best = max(evidence, key=lambda item: (_share(item, marks), item.score))
        said = _share(best, marks)
        if said >= _SAYS and all(_share(item, marks) < said for item in found):
            found.append(best)
    return [*found, *_other_sources(found, evidence)]


def _other_sources(found: Sequence[Evidence], evidence: Sequence[Evidence]) -> list[Evidence]:
    """The best unit of each document not shown that has as much of the question as what is."""
    shown = {item.document.id for item in found}
    others: list[Evidence] = []
    for item in evidence:
        if item.document.id not in shown and item.named and item.own >= 0.5 * found[0].own:
            shown.add(item.document.id)
            others.append(item)
    return others


def _marks(side: str) -> frozenset[str]:
    """What a side names, stems of its other telling words, and of those that shut in or out."""
    named = {mark for mark in vocabulary(side) if mark.startswith("#")} - _GENERAL
    limits = {stem(word) for word in WORD.findall(fold(side)) if word in _LIMITS}
    for mention in reversed(lexicon().concepts.find(side)):
        side = f"{side[: mention.start]} {side[mention.end :]}"
    return frozenset({*named, *telling_terms(side), *limits})


def _share(item: Evidence, marks: frozenset[str]) -> float:
    return len(marks & vocabulary(item.words)) / len(marks)
