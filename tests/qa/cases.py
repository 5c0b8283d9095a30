"""Reads the regression set. README.md in this folder gives the format."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from assistant.types import Turn, history_from

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Gold:
    document: str
    text: str


@dataclass(frozen=True)
class Case:
    id: str
    kind: str
    question: str
    status: tuple[str, ...]
    history: tuple[Turn, ...] = ()
    family: str = ""
    quotes: tuple[Gold, ...] = ()
    first_sentence: tuple[tuple[str, ...], ...] = ()
    must_include: tuple[tuple[str, ...], ...] = ()
    must_not_include: tuple[str, ...] = ()
    why: str = ""
    file: str = ""


@cache
def load_cases(folder: Path = FOLDER) -> tuple[Case, ...]:
    return tuple(
        _case(entry, path.stem)
        for path in sorted(folder.glob("*.yaml"))
        for entry in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    )


def _case(entry: dict[str, Any], file: str) -> Case:
    return Case(
        id=entry["id"],
        kind=entry["kind"],
        question=entry["question"],
        status=tuple(entry["status"]),
        history=history_from(entry.get("history") or ()),
        family=entry.get("family", ""),
        quotes=tuple(Gold(**quote) for quote in entry.get("quotes") or ()),
        first_sentence=_alternatives(entry.get("first_sentence")),
        must_include=_alternatives(entry.get("must_include")),
        must_not_include=tuple(map(str, entry.get("must_not_include") or ())),
        why=entry.get("why", ""),
        file=file,
    )


def _alternatives(entries: list[list[str]] | None) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(map(str, entry)) for entry in entries or ())
