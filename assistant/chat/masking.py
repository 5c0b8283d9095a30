"""Puts placeholders where a user's words say who they are, and the words back. Knows no model and stores nothing.

What it finds has a pattern: masking.yaml lists them, and phonenumbers, a port of the library that Android dials with,
finds telephone numbers. A name without "my name is" or the like has none and stays.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from importlib.resources import files
from ipaddress import ip_address
from typing import Any

import phonenumbers
import yaml

_REGION = "US"  # for numbers without a country's code
_LOCAL = 7  # digits of a number without its area code; two wavelengths side by side have as many
_SPEAKS_OF_PHONES = re.compile(
    r"\b(?:phone|call|cell|mobile|tel|text|fax|reach|number|ll[aá]m|tel[eé]fono|m[oó]vil)", re.I
)
_Spans = Callable[[str], Iterator[tuple[int, int]]]
_PLACEHOLDER = re.compile(r"\[([A-Z]+_\d+)\]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Finding:
    """`text[start:end]` says who somebody is."""

    kind: str  # EMAIL, URL, IP, CARD, SSN, ID, DATE, PHONE, ADDRESS, NAME
    start: int
    end: int


class Mask:
    """The placeholders of one conversation: the same words get the same placeholder, "[EMAIL_1]"."""

    def __init__(self) -> None:
        self._placeholders: dict[tuple[str, str], str] = {}
        self._originals: dict[str, str] = {}

    def mask(self, text: str) -> str:
        """The text with placeholders."""
        pieces, end = [], 0
        for finding in findings(text):
            pieces += [text[end : finding.start], self._placeholder(finding.kind, text[finding.start : finding.end])]
            end = finding.end
        return "".join([*pieces, text[end:]])

    def cover(self, text: str) -> str:
        """An answer of ours with the user's own words masked again; the documents' telephone numbers stay."""
        if not self._originals:
            return text
        names = {original: name for name, original in self._originals.items()}
        longest_first = sorted(map(re.escape, names), key=len, reverse=True)
        return re.sub("|".join(longest_first), lambda found: f"[{names[found.group()]}]", text)

    def restore(self, text: str) -> str:
        """The text with the user's own words again; a placeholder nobody gave out stays. For the screen only."""
        return _PLACEHOLDER.sub(lambda found: self._originals.get(found.group(1).upper(), found.group(0)), text)

    def _placeholder(self, kind: str, original: str) -> str:
        key = kind, re.sub(r"[\W_]+", "", original).casefold()
        if key not in self._placeholders:
            name = f"{kind}_{1 + sum(other == kind for other, _ in self._placeholders)}"
            self._placeholders[key] = f"[{name}]"
            self._originals[name] = original
        return self._placeholders[key]


def findings(text: str) -> list[Finding]:
    """What in the text says who somebody is: in order, none inside another."""
    found: list[Finding] = []
    for finding in _candidates(text):
        if all(finding.end <= other.start or finding.start >= other.end for other in found):
            found.append(finding)
    return sorted(found, key=lambda finding: finding.start)


def _candidates(text: str) -> Iterator[Finding]:
    """Earlier ones win where two overlap."""
    for kind, spans in _finders():
        yield from (Finding(kind, start, end) for start, end in spans(text))


def _phones(text: str) -> Iterator[tuple[int, int]]:
    speaks_of_phones = _SPEAKS_OF_PHONES.search(_PLACEHOLDER.sub(" ", text)) is not None  # "[PHONE_1]" is our word
    # Numbers that could exist, not only those assigned: nobody should have to be reachable to be masked.
    for match in phonenumbers.PhoneNumberMatcher(text, _REGION, leniency=phonenumbers.Leniency.POSSIBLE):
        if sum(sign.isdecimal() for sign in match.raw_string) > _LOCAL or speaks_of_phones:
            yield match.start, match.end


def _matches(pattern: re.Pattern[str], check: Callable[[str], bool], text: str) -> Iterator[tuple[int, int]]:
    group = "it" if "it" in pattern.groupindex else 0
    return (match.span(group) for match in pattern.finditer(text) if check(match[group]))


def _is_address(text: str) -> bool:
    try:
        return bool(ip_address(text))
    except ValueError:
        return False


def _is_card(text: str) -> bool:
    """Luhn's check, ISO/IEC 7812-1: every second digit from the right doubled, the sum divisible by ten."""
    digits = [int(sign) for sign in reversed(text) if sign.isdecimal()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _is_number(text: str) -> bool:
    return sum(sign.isdecimal() for sign in text) >= 3


_CHECKS: dict[str, Callable[[str], bool]] = {"ip": _is_address, "luhn": _is_card, "number": _is_number}


@cache
def _finders() -> list[tuple[str, _Spans]]:
    data: dict[str, Any] = yaml.safe_load(files("assistant.chat").joinpath("masking.yaml").read_text("utf-8"))
    parts: dict[str, str] = data["parts"]
    finders: list[tuple[str, _Spans]] = []
    for entry in data["kinds"]:
        if entry.get("library") == "phonenumbers":
            finders.append((entry["kind"], _phones))
        for pattern in entry.get("any", ()):
            compiled = re.compile(_filled(pattern, parts))
            finders.append((entry["kind"], partial(_matches, compiled, _CHECKS.get(entry.get("check", ""), bool))))
    return finders


def _filled(pattern: str, parts: dict[str, str]) -> str:
    return re.sub(r"<([A-Z_]+)>", lambda name: parts[name.group(1)], pattern)
