"""Cuts a message into the questions it asks: numbered, listed after a colon, or joined. Knows no words of any field."""

import re

from assistant.patterns import pattern
from assistant.text import fold

_QUESTION_WORD = (
    r"what|whats|who|how|where|when|why|which|can|could|does|do|is|are|will|should"
    r"|qu[eé]|qui[eé]n|c[oó]mo|d[oó]nde|cu[aá]l\w*|cu[aá]nto"
)
_ALWAYS = rf"(?<=\?)\s+|(?:,\s*|\s+)(?:and|also|plus|y)\s+(?=(?:{_QUESTION_WORD})\b)"
# "... and does it every day": after a statement only a word that can but ask begins a question.
_ASKING_WORD = r"what|whats|who|how|where|when|why|which|qu[eé]|qui[eé]n|c[oó]mo|d[oó]nde|cu[aá]l\w*|cu[aá]nto"
_JOINT = re.compile(rf"(?<=\?)\s+|(?:,\s*|\s+)(?:and|also|plus|y)\s+(?=(?:{_ASKING_WORD})\b)", re.IGNORECASE)
_JOINT_OR_COMMA = re.compile(rf"{_ALWAYS}|,\s+(?=(?:{_QUESTION_WORD})\b)", re.IGNORECASE)
_NUMBER = re.compile(r"(?:^|\s)\(?\d{1,2}[).]\s+")
_HEAD = re.compile(r"^([^:?!.]{2,60}):\s+(?=\S)")
_LISTED = re.compile(r",\s*(?:(?:and|y)\s+)?|\s+(?:and|y)\s+")
_SHARED = re.compile(r"^(?:what (?:are|is) )?([^?:.;]+?) ((?:of|for|after|before|with) [^,?:.;]+)\??$", re.IGNORECASE)
_HEAD_WORDS = 6


def pieces(text: str) -> list[str]:
    """The questions of a message, in order; what stands before a colon goes with every one of them."""
    if len(_NUMBER.findall(text)) > 1:
        return _clean(_NUMBER.split(text))
    head = _HEAD.match(text)
    if several := _of_one_thing(text):
        return several
    if not head or len(head.group(1).split()) > _HEAD_WORDS or pattern("opens_asking").match(fold(head.group(1))):
        opens = pattern("opens_asking").match(fold(text)) is not None
        return _clean((_JOINT_OR_COMMA if opens else _JOINT).split(text))
    found = _clean(_JOINT_OR_COMMA.split(text[head.end() :]))
    listed = [item for piece in found for item in (_clean(_LISTED.split(piece)) if not _asks(piece) else [piece])]
    return [f"{head.group(1)}: {item}" for item in listed] if len(listed) > 1 else [text]


def _of_one_thing(text: str) -> list[str]:
    """ "Risks, contraindications and session time of resurfacing": three questions about one thing."""
    match = _SHARED.match(text)
    named = match is not None and not _asks(match.group(1))
    items = _clean(_LISTED.split(match.group(1))) if match and named else []
    return [f"{item} {match.group(2)}?" for item in items] if match and len(items) > 2 else []


def _asks(piece: str) -> bool:
    return pattern("opens_asking").match(fold(piece)) is not None


def _clean(found: list[str]) -> list[str]:
    return [piece.strip() for piece in found if piece and piece.strip()]
