"""Runs the alternative of `tests.benchmarks.tutorial` in a process of its own, so that torch stays out of this one."""

import argparse
import json
import shutil
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).parents[2]
PYTHON = Path(".venv/bench/bin/python")  # what `make bench` installs tests/benchmarks/requirements.txt into
_MODULE = "tests.benchmarks.tutorial"


class NoAlternative(Exception):
    """The alternative cannot be run; shown as it stands, in one sentence."""


def build(python: Path, documents: Path, store: Path) -> None:
    """Build its store over the documents, where there is none. Raises NoAlternative."""
    if store.exists():
        return
    unfinished = store.with_name(f"{store.name}-unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    done = subprocess.run(
        command(python, "build", "--documents", str(documents.absolute()), "--store", str(unfinished.absolute())),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NoAlternative(f"The alternative was not built: {done.stderr.strip().splitlines()[-1]}")
    unfinished.rename(store)


def command(python: Path, *arguments: str) -> list[str]:
    """How it is started, from the repository's root. Raises NoAlternative where there is no such Python."""
    if not python.exists():
        raise NoAlternative(f"There is no {python}: `make bench` makes it, or name another with --alternative.")
    return [str(python.absolute()), "-m", _MODULE, *arguments]


class Alternative:
    """The alternative, loaded and waiting. Close it at the end."""

    def __init__(self, python: Path, store: Path) -> None:
        self._process = subprocess.Popen(
            command(python, "serve", "--store", str(store.absolute())),
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._read()

    def seconds(self, do: str, text: str) -> float:
        """What one `retrieve` or `encode` of a text took in its process."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"do": do, "text": text}) + "\n")
        self._process.stdin.flush()
        return float(self._read()["seconds"])

    def close(self) -> None:
        self._process.communicate()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise NoAlternative(f"The alternative ended with {self._process.wait()}.")
        reply: dict[str, Any] = json.loads(line)
        return reply


def add_alternative(parser: argparse.ArgumentParser) -> None:
    """The options of every benchmark that is compared with it."""
    parser.add_argument("--alternative", type=Path, default=PYTHON, metavar="PYTHON", help=f"its Python ({PYTHON})")
    parser.add_argument(
        "--documents", type=Path, default=ROOT / "corpus/documents", help="the sources (corpus/documents)"
    )
    parser.add_argument(
        "--work", type=Path, default=Path(".data/benchmarks/work"), help="where both keep their indexes"
    )
