"""Asks every question of the set and keeps what came back. Judges nothing."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Protocol

from assistant.types import Answer, Turn
from corpus.types import Passage
from index.progress import Progress, no_progress
from tests.qa.cases import FOLDER, Case
from tests.qa.checks import failures

ROOT = FOLDER.parents[1]
WARM_UP = "Who may use a laser?"  # asked first and not counted: it loads the model


class Asks(Protocol):
    """The one path of page, terminal and tests."""

    def ask(self, question: str, history: Sequence[Turn] = ()) -> Answer: ...


@dataclass(frozen=True, repr=False)
class Outcome:
    """One case and its answer."""

    case: Case
    answer: Answer

    @cached_property
    def failures(self) -> tuple[str, ...]:
        return tuple(failures(self.case, self.answer))

    @property
    def passed(self) -> bool:
        return not self.failures


@dataclass(frozen=True, repr=False)
class Run:
    """All outcomes, and the passages that could be found."""

    outcomes: tuple[Outcome, ...]
    passages: tuple[Passage, ...]

    @property
    def failed(self) -> tuple[Outcome, ...]:
        return tuple(outcome for outcome in self.outcomes if not outcome.passed)

    def by_kind(self) -> dict[str, list[Outcome]]:
        kinds: dict[str, list[Outcome]] = {}
        for outcome in self.outcomes:
            kinds.setdefault(outcome.case.kind, []).append(outcome)
        return dict(sorted(kinds.items()))


@dataclass(frozen=True, slots=True)
class Version:
    """What was measured: short SHA-256 of the set's files, the documents and the engine's code and data."""

    date: str
    cases: int
    set: str
    corpus: str
    engine: str

    @classmethod
    def now(cls, documents: Path, cases: int) -> "Version":
        return cls(
            date.today().isoformat(),
            cases,
            digest(FOLDER.glob("*.yaml")),
            digest(path for path in documents.rglob("*") if path.is_file()),
            digest(path for top in ("assistant", "index", "corpus") for path in _code(ROOT / top)),
        )


def run_cases(
    assistant: Asks, cases: Sequence[Case], passages: Sequence[Passage], progress: Progress = no_progress
) -> Run:
    """Ask them one after the other, so that the seconds of an answer are its own."""
    assistant.ask(WARM_UP)
    outcomes = []
    for number, case in enumerate(cases, start=1):
        outcomes.append(Outcome(case, assistant.ask(case.question, case.history)))
        progress("asking", number, len(cases))
    return Run(tuple(outcomes), tuple(passages))


def digest(paths: Iterable[Path]) -> str:
    """Of names and contents, in the order of the names."""
    found = hashlib.sha256()
    for path in sorted(paths):
        found.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()[:12]


def _code(top: Path) -> Iterable[Path]:
    return (path for path in top.rglob("*") if path.suffix in (".py", ".yaml") and "documents" not in path.parts)
