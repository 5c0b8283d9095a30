"""Fields of what was read from YAML, each problem with them one sentence. Knows no file's format."""

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from typing import Any

from corpus.errors import SourceProblem


def text(entry: Mapping[str, Any], name: str, default: str | None = None, strip: bool = True) -> str:
    """A field's text. Raises SourceProblem where it is empty or missing and has no default."""
    value = entry.get(name, default)
    if isinstance(value, (list, dict)):
        raise SourceProblem(f"{name!r} is a list or a mapping, not a text")
    found = "" if value is None else str(value)
    found = found.strip() if strip else found
    if not found and default is None:
        raise SourceProblem(f"{name!r} is missing or empty")
    return found


def listed(data: Mapping[str, Any], name: str) -> list[Any]:
    """A field's list, empty where the field is missing. Raises SourceProblem for another thing."""
    value = data.get(name)
    if value is not None and not isinstance(value, list):
        raise SourceProblem(f"{name!r} is not a list")
    return value or []


def mappings(data: Mapping[str, Any], name: str, known: Collection[str]) -> list[Mapping[str, Any]]:
    """A field's list of mappings, whose names are all known ones. Raises SourceProblem."""
    return [mapping(entry, f"an entry of {name!r}", known) for entry in listed(data, name)]


def mapping(value: object, what: str, known: Collection[str]) -> Mapping[str, Any]:
    """`value` as names and values. Raises SourceProblem for another thing or a name that means nothing."""
    if not isinstance(value, dict):
        raise SourceProblem(f"{what} is not a mapping of names to values")
    for name in value:
        if name not in known:
            close = get_close_matches(str(name), known, n=1)
            hint = f"did you mean {close[0]!r}" if close else f"known are {', '.join(known)}"
            raise SourceProblem(f"{name!r} is no field ({hint})")
    return value
