"""Tells the clause that asks from what is said beside it: "I'm a journalist. Where do ...?", "bit of a wimp here, ...".

Looks at punctuation and how a clause begins; knows no words of any field.
"""

import re
from collections.abc import Iterator

from assistant.patterns import pattern
from assistant.text import WORD, fold, stem

# Where one clause ends and the next begins. A full stop inside a figure or an abbreviation is followed by no space.
_END = re.compile(r"[.!?;…]+\s+|\s[-–—]+\s|:\s+|,\s+|\n+")


def clauses(text: str) -> list[tuple[int, int]]:
    """Start and end of every clause of `text`, in order; the mark that ends one belongs to it."""
    starts = [0, *(match.end() for match in _END.finditer(text))]
    ends = [*(match.end() for match in _END.finditer(text)), len(text)]
    return [(start, end) for start, end in zip(starts, ends, strict=True) if text[start:end].strip()]


def asides(text: str) -> tuple[tuple[int, int], ...]:
    """The clauses of `text` beside the ones that ask, as (start, end). None where no clause asks, or all do."""
    folded = fold(text)
    found = clauses(folded)
    asking = [span for span in found if _asks(folded[slice(*span)])]
    if not asking or len(asking) == len(found):
        return ()
    return tuple(_beside(folded, found, asking))


def said_beside(text: str) -> frozenset[str]:
    """Stems of words that stand only beside the clause that asks."""
    spans = asides(text)
    said = {stem(word) for start, end in spans for word in WORD.findall(fold(text[start:end]))}
    for start, end in reversed(spans):
        text = text[:start] + text[end:]
    return frozenset(said - {stem(word) for word in WORD.findall(fold(text))})


def _beside(folded: str, found: list[tuple[int, int]], asking: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Clauses that neither ask nor belong to one that does: a condition, a list or the rest of its sentence."""
    for position, (start, end) in enumerate(found):
        clause = folded[start:end]
        if (start, end) in asking or pattern("belongs").match(clause):
            continue
        if not clause.rstrip().endswith((".", "!", ";")) and not pattern("of_oneself").search(clause):
            continue  # "thread lifts: how do they work?": the topic, named first
        after_asking = position > 0 and found[position - 1] in asking
        if after_asking and folded[found[position - 1][0] : start].rstrip().endswith((",", ":", "-")):
            continue  # "Which of these: infection, hair loss": what follows the question is what it asks about
        yield start, end


def _asks(clause: str) -> bool:
    return clause.rstrip().endswith("?") or pattern("opens_asking").match(clause) is not None
