"""The last check before anything is shown: a claim says nothing that its quotes, its sources or the user did not.

Compares strings; knows no source.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from assistant.lexicon import lexicon
from assistant.places import find_places
from assistant.text import fold, squeeze
from assistant.types import Claim, Notice, Quote, Turn

Line = Claim | Notice
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")


def verified(lines: Iterable[Line], question: str, history: Sequence[Turn]) -> tuple[Line, ...]:
    """The lines that hold. A claim that does not is left out whole."""
    said = "\n".join([question, *(turn.text for turn in history if turn.role == "user")])
    return tuple(line for line in lines if isinstance(line, Notice) or holds(line, said))


def holds(claim: Claim, said: str) -> bool:
    """Every quote is its document's text inside its passage; no number, role, procedure or place is the claim's own."""
    if not claim.quotes or not all(_exact(quote) for quote in claim.quotes):
        return False
    if not all(_inside(part, claim.quotes) for part in _quoted_parts(claim.text)):
        return False
    ground = _names(said).union(*(_names(quote.text) | _names(_facts(quote)) for quote in claim.quotes))
    return _names(claim.text) <= ground


def says_only(text: str, ground: str) -> bool:
    """Whether every number, role, procedure and place of a text stands in another."""
    return _names(text) <= _names(ground)


def _exact(quote: Quote) -> bool:
    passage = quote.passage
    inside = passage.start <= quote.start < quote.end <= passage.end
    return inside and passage.text == quote.document.text[passage.start : passage.end]


def _quoted_parts(text: str) -> list[str]:
    """What stands between curly quotes, cut where the quote itself was shortened."""
    parts: list[str] = []
    depth, start = 0, 0
    for position, character in enumerate(text):
        if character == "“":
            start = position + 1 if depth == 0 else start
            depth += 1
        elif character == "”" and depth:
            depth -= 1
            if depth == 0:
                parts += text[start:position].split(" … ")
    return parts


def _inside(part: str, quotes: Sequence[Quote]) -> bool:
    shown = squeeze(part)
    titles = (quote.document.title for quote in quotes)
    return any(shown in squeeze(quote.text) for quote in quotes) or shown in map(squeeze, titles)


def _facts(quote: Quote) -> str:
    """What the sidecar says of a source may be said of it."""
    document = quote.document
    speakers = " ".join(f"{speaker.name} {speaker.role}" for speaker in document.speakers)
    return " ".join((document.title, document.publisher, document.kind, document.date, document.business, speakers))


@lru_cache(maxsize=8192)
def _names(text: str) -> frozenset[str]:
    """Numbers, roles, procedures and places of a text, as comparable marks."""
    words = lexicon()
    folded = fold(text)
    marks = set(_NUMBER.findall(folded))
    marks |= {f"#{name}" for name in words.roles.named(text)}
    procedures = words.procedures.named(text)
    marks |= {f"#{name}" for name in procedures}
    return frozenset(marks | {f"@{place.name}" for place in find_places(text)})
