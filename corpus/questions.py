"""Reads how people ask for what a document says: `NAME.questions.yaml` beside it, `questions.yaml` for several.

Such questions are known to be answered by one quote, or by nothing in a document. They help to find and to decide, and
are never shown. Knows their format, and how a quote is found in a text.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from corpus.errors import SourceProblem
from corpus.fields import listed, mapping, text
from corpus.types import Asked

SUFFIX = ".questions.yaml"
SHARED = "questions.yaml"


@dataclass(frozen=True, slots=True)
class Questions:
    """What one file says, its quotes not yet looked for in a text."""

    answered: tuple[tuple[str, tuple[str, ...]], ...] = ()  # a quote, and the questions it answers
    unanswered: tuple[str, ...] = ()  # by no part of the document
    documents: tuple[str, ...] = ()  # ids that a shared file is about


def is_questions(path: Path) -> bool:
    """Whether a file is one of these, and so no document and no sidecar."""
    return path.name == SHARED or path.name.endswith(SUFFIX)


def parse(content: bytes, name: str) -> Questions:
    """What the file of this name says. Raises SourceProblem, in one sentence, for anything it cannot mean."""
    try:
        data = yaml.load(content.decode("utf-8-sig"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        raise SourceProblem(f"{name} cannot be read as YAML: {' '.join(str(error).split())}") from error
    try:
        known = {"answered", "unanswered", "documents"}
        values = mapping({} if data is None else data, "the whole", known)
        return Questions(
            tuple(_answered(entry) for entry in listed(values, "answered")),
            _texts(values, "unanswered"),
            _texts(values, "documents"),
        )
    except SourceProblem as problem:
        raise SourceProblem(f"{name} is wrong: {problem}") from problem


def shared(folder: Path) -> dict[str, tuple[str, ...]]:
    """By document, the questions that the shared file of a folder says it does not answer. Raises SourceProblem."""
    path = folder / SHARED
    if not path.exists():
        return {}
    try:
        known = parse(path.read_bytes(), SHARED)
    except OSError as error:
        raise SourceProblem(f"it cannot be read ({error.strerror})") from error
    if known.answered:
        raise SourceProblem("what a document answers belongs into a file of its own")
    return dict.fromkeys(known.documents, known.unanswered)


def located(questions: Questions, page: str) -> tuple[Asked, ...]:
    """The questions with the spans that answer them; those whose quote the text has no longer are left out."""
    found = []
    for quote, asked in questions.answered:
        pattern = r"\s+".join(map(re.escape, quote.split()))
        if match := re.search(pattern, page):
            found.append(Asked(match.start(), match.end(), asked))
    return tuple(found)


def _answered(entry: object) -> tuple[str, tuple[str, ...]]:
    values = mapping(entry, "an entry of 'answered'", {"quote", "asked"})
    return text(values, "quote"), _texts(values, "asked")


def _texts(values: Mapping[str, Any], name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(" ".join(str(value).split()) for value in listed(values, name)))
