"""What a user gives to the terminal: a question, a history file. Knows nothing of answers."""

import json
from pathlib import Path
from typing import BinaryIO

from assistant.record import RecordProblem, question_of, turns_of
from assistant.types import Turn


class TerminalProblem(Exception):
    """Shown to the user as it stands: one sentence that names the value and what is wrong with it."""


def question_from(words: str, stdin: BinaryIO) -> str:
    """The question as typed, or from stdin where it is "-". Raises TerminalProblem."""
    text = decoded(stdin.read(), "The question on stdin") if words == "-" else words
    try:
        return question_of(text)
    except RecordProblem as problem:
        raise TerminalProblem(str(problem)) from problem


def history_from(path: Path) -> tuple[Turn, ...]:
    """The turns in a JSON file. Raises TerminalProblem, which says where the file is wrong."""
    text = decoded(content_of(path), str(path))
    try:
        return turns_of(json_value(text))
    except RecordProblem as problem:
        raise TerminalProblem(f"{path}: {problem}") from problem


def json_value(text: str) -> object:
    """What a JSON text holds. Raises RecordProblem with the place of the mistake."""
    try:
        value: object = json.loads(text)
    except json.JSONDecodeError as error:
        line = f"line {error.lineno}, " if "\n" in text.strip() else ""
        raise RecordProblem(f"It is not JSON at {line}column {error.colno} ({error.msg}).") from error
    except (ValueError, RecursionError) as error:  # a number of ten thousand digits, a list in a list in a list...
        raise RecordProblem("It is JSON that cannot be read: a number too long, or nested too deep.") from error
    return value


def content_of(path: Path) -> bytes:
    """Raises TerminalProblem."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise TerminalProblem(f"{path} cannot be read ({error.strerror}).") from error


def decoded(content: bytes, name: str) -> str:
    """UTF-8 with or without a byte-order mark. Raises TerminalProblem."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TerminalProblem(f"{name} is not UTF-8 (byte {error.start}).") from error
