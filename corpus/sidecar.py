"""Reads the YAML beside a source file: what is known about it, what is dropped, repaired and who speaks.

Knows the format of the sidecar, nothing of the text it belongs to.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from corpus.cleaning import Edit
from corpus.errors import SourceProblem
from corpus.types import BlockKind, Speaker


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a question-and-answer page, from the line it starts with to the next part."""

    starts: str  # the first line of the stretch, or its beginning
    kind: BlockKind
    speaker: str = ""


@dataclass(frozen=True, slots=True)
class Sidecar:
    """What a person wrote down about one source. Every field is optional."""

    title: str = ""
    publisher: str = ""
    kind: str = "document"
    business: str = ""
    speakers: tuple[Speaker, ...] = ()
    jurisdictions: tuple[str, ...] = ()
    date: str = "undated"
    copied: str = "unknown"
    terms: str = ""
    disclaimer: str = ""
    edits: tuple[Edit, ...] = ()
    parts: tuple[Part, ...] = ()


_EDIT_FIELDS = ("drop", "after", "insert", "between", "why", "times")


def read(path: Path) -> Sidecar:
    """Read one sidecar. Raises SourceProblem, in one sentence, for anything it cannot mean."""
    return parse(content_of(path), path.name)


def content_of(path: Path) -> bytes:
    """What a sidecar holds, not yet understood. Raises SourceProblem where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(path.name, error) from error


def parse(content: bytes, name: str) -> Sidecar:
    """What the sidecar of this name says. Raises SourceProblem, in one sentence, for anything it cannot mean."""
    try:
        data = yaml.safe_load(content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n"))
    except (ValueError, RecursionError, yaml.YAMLError) as error:  # a date such as 2024-13-45: ValueError
        raise _unreadable(name, error) from error
    try:
        return _from_mapping(_mapping({} if data is None else data, "the whole", _names(Sidecar)))
    except SourceProblem as problem:
        raise SourceProblem(f"its sidecar {name} is wrong: {problem}") from problem


def _unreadable(name: str, error: Exception) -> SourceProblem:
    return SourceProblem(f"its sidecar {name} cannot be read as YAML: {' '.join(str(error).split())}")


def _from_mapping(data: Mapping[str, Any]) -> Sidecar:
    values: dict[str, Any] = {
        name: _text(data, name)
        for name in ("title", "publisher", "kind", "business", "date", "copied", "terms", "disclaimer")
        if data.get(name) is not None
    }
    values["speakers"] = tuple(
        Speaker(_text(speaker, "name"), _text(speaker, "role", ""))
        for speaker in _mappings(data, "speakers", _names(Speaker))
    )
    values["jurisdictions"] = tuple(str(place) for place in _list(data, "jurisdictions"))
    values["edits"] = tuple(_edit(entry) for entry in _mappings(data, "edits", _EDIT_FIELDS))
    values["parts"] = tuple(_part(entry) for entry in _mappings(data, "parts", _names(Part)))
    return Sidecar(**values)


def _edit(entry: Mapping[str, Any]) -> Edit:
    """`drop: TEXT [after: TEXT]` leaves TEXT out; `insert: TEXT, between: [LEFT, RIGHT]` puts TEXT in."""
    why, times = _text(entry, "why"), entry.get("times", 1)
    if not isinstance(times, int) or times < 1:
        raise SourceProblem(f"'times' is {times!r}, not a whole number from 1 up")
    if ("drop" in entry) == ("insert" in entry):
        raise SourceProblem(f"the edit because of {why!r} needs either 'drop' or 'insert'")
    if "drop" in entry:
        left = _text(entry, "after", "", strip=False)
        return Edit(left + _text(entry, "drop", strip=False), left, why, times)
    sides = _list(entry, "between")
    if len(sides) != 2:
        raise SourceProblem(f"the edit because of {why!r} needs 'between: [LEFT, RIGHT]'")
    left, right = map(str, sides)
    return Edit(left + right, left + _text(entry, "insert", strip=False) + right, why, times)


def _part(entry: Mapping[str, Any]) -> Part:
    kind = _text(entry, "kind")
    if kind not in list(BlockKind):
        raise SourceProblem(f"{kind!r} is no kind of part; known are {', '.join(BlockKind)}")
    return Part(_text(entry, "starts", strip=False), BlockKind(kind), _text(entry, "speaker", ""))


def _text(entry: Mapping[str, Any], name: str, default: str | None = None, strip: bool = True) -> str:
    """A field's text. Raises SourceProblem where it is empty or missing and has no default."""
    value = entry.get(name, default)
    if isinstance(value, (list, dict)):
        raise SourceProblem(f"{name!r} is a list or a mapping, not a text")
    text = "" if value is None else str(value)
    text = text.strip() if strip else text
    if not text and default is None:
        raise SourceProblem(f"{name!r} is missing or empty")
    return text


def _list(data: Mapping[str, Any], name: str) -> list[Any]:
    value = data.get(name)
    if value is not None and not isinstance(value, list):
        raise SourceProblem(f"{name!r} is not a list")
    return value or []


def _mappings(data: Mapping[str, Any], name: str, known: Sequence[str]) -> list[Mapping[str, Any]]:
    return [_mapping(entry, f"an entry of {name!r}", known) for entry in _list(data, name)]


def _mapping(value: object, what: str, known: Sequence[str]) -> Mapping[str, Any]:
    """`value` as names and values. Raises SourceProblem for another thing or a name that means nothing."""
    if not isinstance(value, dict):
        raise SourceProblem(f"{what} is not a mapping of names to values")
    for name in value:
        if name not in known:
            close = get_close_matches(str(name), known, n=1)
            hint = f"did you mean {close[0]!r}" if close else f"known are {', '.join(known)}"
            raise SourceProblem(f"{name!r} is no field ({hint})")
    return value


def _names(of: type) -> list[str]:
    return [field.name for field in fields(of)]
