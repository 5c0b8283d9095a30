"""Reads the YAML beside a source file: what is known about it, what is dropped, repaired and who speaks.

Knows the format of the sidecar, nothing of the text it belongs to.
"""

from collections.abc import Mapping
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


def read(path: Path) -> Sidecar:
    """Read one sidecar. Raises SourceProblem, in one sentence, for anything it cannot mean."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise SourceProblem(f"its sidecar {path.name} cannot be read as YAML: {reason}") from error
    if not isinstance(data, dict):
        raise SourceProblem(f"its sidecar {path.name} is not a mapping of names to values")
    try:
        return _from_mapping(data)
    except (SourceProblem, KeyError, TypeError, ValueError) as error:
        reason = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        raise SourceProblem(f"its sidecar {path.name} is wrong: {reason}") from error


def _from_mapping(data: Mapping[str, Any]) -> Sidecar:
    _refuse_unknown(data, [field.name for field in fields(Sidecar)])
    values: dict[str, Any] = {
        name: str(data[name]).strip()
        for name in ("title", "publisher", "kind", "business", "date", "copied", "terms", "disclaimer")
        if data.get(name)
    }
    values["speakers"] = tuple(Speaker(**speaker) for speaker in data.get("speakers") or ())
    values["jurisdictions"] = tuple(str(place) for place in data.get("jurisdictions") or ())
    values["edits"] = tuple(_edit(entry) for entry in data.get("edits") or ())
    values["parts"] = tuple(
        Part(str(part["starts"]), BlockKind(part["kind"]), str(part.get("speaker", "")))
        for part in data.get("parts") or ()
    )
    return Sidecar(**values)


def _edit(entry: Mapping[str, Any]) -> Edit:
    """`drop: TEXT [after: TEXT]` leaves TEXT out; `insert: TEXT, between: [LEFT, RIGHT]` puts TEXT in."""
    _refuse_unknown(entry, ["drop", "after", "insert", "between", "why", "times"])
    why, times = str(entry["why"]), int(entry.get("times", 1))
    if "drop" in entry:
        after = str(entry.get("after", ""))
        return Edit(old=after + str(entry["drop"]), new=after, why=why, times=times)
    left, right = (str(side) for side in entry["between"])
    return Edit(old=left + right, new=left + str(entry["insert"]) + right, why=why, times=times)


def _refuse_unknown(data: Mapping[str, Any], known: list[str]) -> None:
    for name in data:
        if name not in known:
            close = get_close_matches(str(name), known, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"known are {', '.join(known)}."
            raise SourceProblem(f"{name!r} is no field; {hint}")
