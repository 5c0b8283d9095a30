"""A file of questions, answered in order. Knows nothing of how an answer is found."""

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from assistant.record import RecordProblem, asked_of, record_of
from assistant.terminal.ask import session_of
from assistant.terminal.reading import TerminalProblem, content_of, decoded, json_value
from assistant.terminal.session import WHAT_HELPS, Session, say, what_went_wrong


def batch(options: argparse.Namespace) -> int:
    """Answer every line that can be answered; 1 where one could not. Raises TerminalProblem and IndexProblem."""
    _check(options.input, options.output)
    lines, count = _lines(options.input)
    name = "stdin" if options.input == "-" else options.input
    with session_of(options) as session:
        session.index.open()  # before anything is written over, and so that no question's seconds hold it
        with _output(options.output) as output:
            failed = _answered(session, lines, count, name, output)
    if failed:
        print(f"{failed} of the lines could not be answered.", file=sys.stderr)
    return 1 if failed else 0


def _answered(session: Session, lines: Iterable[bytes], count: int | None, name: str, output: TextIO) -> int:
    """Write an answer for each line as soon as it is there; how many lines have none."""
    from tqdm import tqdm

    failed, helpless = 0, Counter[str]()
    with tqdm(lines, total=count, desc="answering", unit=" questions", file=sys.stderr) as bar:
        for number, line in enumerate(bar, start=1):
            if not line.strip():
                continue
            try:
                record = _answer(session, line)
            except Exception as error:
                failed += 1
                reason = str(error) if isinstance(error, RecordProblem | TerminalProblem) else what_went_wrong(error)
                bar.write(f"{name} line {number}: {reason}", file=sys.stderr)
                continue
            output.write(json.dumps(record, ensure_ascii=False) + "\n")
            output.flush()
            writing = record["writing"]
            if writing and writing["failure"]:
                helpless[writing["failure"]] += 1
    if helpless:
        kinds = ", ".join(f"{kind} {count}" for kind, count in helpless.most_common())
        say(f"The chat model gave no usable reply to {helpless.total()} of the questions ({kinds}); {WHAT_HELPS}")
    return failed


def _answer(session: Session, line: bytes) -> dict[str, Any]:
    asked = asked_of(json_value(decoded(line.strip(), "It")))
    answer = session.assistant.ask(asked.question, asked.history)
    return {"id": asked.id, **record_of(answer)}


def _lines(name: str) -> tuple[Iterable[bytes], int | None]:
    """The lines and, where it is known, their number: a file is read at once, stdin as it comes."""
    if name == "-":
        return sys.stdin.buffer, None
    lines = content_of(Path(name)).split(b"\n")
    if not lines[-1]:
        lines.pop()
    return lines, len(lines)


def _check(name: str, output: str) -> None:
    """What would fail at the end, or destroy the questions, is refused at the start."""
    if output == "-":
        return
    folder = Path(output).parent
    if not folder.is_dir():
        raise TerminalProblem(f"There is no folder {folder} to write {output} into.")
    if name != "-" and Path(output).exists() and Path(name).exists() and os.path.samefile(name, output):
        raise TerminalProblem(f"{name} would be written over with its own answers: name another file.")


@contextmanager
def _output(name: str) -> Iterator[TextIO]:
    """Half a character (an id may hold one) is written as JSON's escape for it."""
    if name == "-":
        yield sys.stdout
        return
    try:
        file = open(name, "w", encoding="utf-8", errors="backslashreplace")  # noqa: SIM115
    except OSError as error:
        raise TerminalProblem(f"{name} cannot be written ({error.strerror}).") from error
    with file:  # opened apart from this, so that only a refusal to open is reported as one
        yield file
