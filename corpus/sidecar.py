"""Reads the YAML beside a source file: what is known about it, what is dropped, repaired and who speaks.

Knows the format of the sidecar, nothing of the text it belongs to.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import yaml

from corpus.cleaning import Edit
from corpus.errors import SourceProblem
from corpus.fields import listed, mapping, mappings, text
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
        return _from_mapping(mapping({} if data is None else data, "the whole", _names(Sidecar)))
    except SourceProblem as problem:
        raise SourceProblem(f"its sidecar {name} is wrong: {problem}") from problem


def _unreadable(name: str, error: Exception) -> SourceProblem:
    return SourceProblem(f"its sidecar {name} cannot be read as YAML: {' '.join(str(error).split())}")


def _from_mapping(data: Mapping[str, Any]) -> Sidecar:
    values: dict[str, Any] = {
        name: text(data, name)
        for name in ("title", "publisher", "kind", "business", "date", "copied", "terms", "disclaimer")
        if data.get(name) is not None
    }
    values["speakers"] = tuple(
        Speaker(text(speaker, "name"), text(speaker, "role", ""))
        for speaker in mappings(data, "speakers", _names(Speaker))
    )
    values["jurisdictions"] = tuple(str(place) for place in listed(data, "jurisdictions"))
    values["edits"] = tuple(_edit(entry) for entry in mappings(data, "edits", _EDIT_FIELDS))
    values["parts"] = tuple(_part(entry) for entry in mappings(data, "parts", _names(Part)))
    return Sidecar(**values)


def _edit(entry: Mapping[str, Any]) -> Edit:
    """`drop: TEXT [after: TEXT]` leaves TEXT out; `insert: TEXT, between: [LEFT, RIGHT]` puts TEXT in."""
    why, times = text(entry, "why"), entry.get("times", 1)
    if not isinstance(times, int) or times < 1:
        raise SourceProblem(f"'times' is {times!r}, not a whole number from 1 up")
    if ("drop" in entry) == ("insert" in entry):
        raise SourceProblem(f"the edit because of {why!r} needs either 'drop' or 'insert'")
    if "drop" in entry:
        left = text(entry, "after", "", strip=False)
        return Edit(left + text(entry, "drop", strip=False), left, why, times)
    sides = listed(entry, "between")
    if len(sides) != 2:
        raise SourceProblem(f"the edit because of {why!r} needs 'between: [LEFT, RIGHT]'")
    left, right = map(str, sides)
    return Edit(left + right, left + text(entry, "insert", strip=False) + right, why, times)


def _part(entry: Mapping[str, Any]) -> Part:
    kind = text(entry, "kind")
    if kind not in list(BlockKind):
        raise SourceProblem(f"{kind!r} is no kind of part; known are {', '.join(BlockKind)}")
    return Part(text(entry, "starts", strip=False), BlockKind(kind), text(entry, "speaker", ""))


def _names(of: type) -> list[str]:
    return [field.name for field in fields(of)]
