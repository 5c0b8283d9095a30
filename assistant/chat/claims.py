"""Reads claims out of a model's reply while it streams in. Knows no passage: whether a claim is true is not its part.

A reply should be JSON Lines. Small models wrap them in prose, code fences, lists or an outer object, and leave commas
behind, so every object that closes is looked at, wherever it stands. A line that breaks off loses itself only.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from assistant.chat.failures import ModelFailure

_TRAILING_COMMA = re.compile(r",(\s*[\]}])")
_NUMBER = re.compile(r"\d{1,3}")


@dataclass(frozen=True, slots=True)
class Written:
    """A sentence as the model wrote it, unverified."""

    text: str
    passage: int  # 0: it named none
    quotes: tuple[str, ...]


class ClaimLines:
    """Feed it pieces of a reply; claims come out as soon as each is whole, whatever the pieces are."""

    def __init__(self) -> None:
        self.nothing = False  # the model said that no passage answers
        self._text = ""  # from the outermost object that is open, if one is
        self._opened: list[int] = []  # offsets of open braces in `_text`
        self._in_string = False
        self._escaped = False
        self._read = 0
        self._seen = False  # anything but white space

    def feed(self, piece: str) -> list[Written]:
        """The claims that this piece completes."""
        return [claim for sign in piece for claim in self._take(sign)]

    def end(self) -> None:
        """To be called after the last piece. Raises ModelFailure("garbage") where text came, but no claim."""
        if self._seen and not self._read and not self.nothing:
            raise ModelFailure("garbage", "no claim")

    def _take(self, sign: str) -> Iterator[Written]:
        self._seen = self._seen or not sign.isspace()
        if self._opened:
            self._text += sign
        if self._in_string:
            self._inside_string(sign)
        elif sign == "{":
            if not self._opened:
                self._text = sign
            self._opened.append(len(self._text) - 1)
        elif sign == '"':
            self._in_string = bool(self._opened)
        elif sign == "}" and self._opened:
            yield from self._claims(self._text[self._opened.pop() :])

    def _inside_string(self, sign: str) -> None:
        if sign == "\n":  # JSON allows none inside a string: this one was never closed
            self._opened, self._in_string, self._escaped = [], False, False
        elif self._escaped:
            self._escaped = False
        elif sign == "\\":
            self._escaped = True
        elif sign == '"':
            self._in_string = False

    def _claims(self, source: str) -> Iterator[Written]:
        claim = _claim(_parsed(source))
        if claim is None:
            return
        if claim.text:
            self._read += 1
            yield claim
        else:
            self.nothing = True


def _parsed(source: str) -> Any:
    for attempt in (source, _TRAILING_COMMA.sub(r"\1", source)):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _claim(value: Any) -> Written | None:
    """A claim, where the object is one: it has a text and quotes."""
    if not isinstance(value, dict) or not isinstance(value.get("text"), str):
        return None
    quotes = value.get("quotes", value.get("quote"))
    if isinstance(quotes, str):
        quotes = [quotes]
    if not isinstance(quotes, list):
        return None
    kept = tuple(quote.strip() for quote in quotes if isinstance(quote, str) and quote.strip())
    return Written(" ".join(value["text"].split()), _passage(value.get("passage")), kept)


def _passage(value: Any) -> int:
    """3, "3", "[3]", "passage 3" and [3] are all 3."""
    found = _NUMBER.search(json.dumps(value))
    return int(found.group()) if found else 0
