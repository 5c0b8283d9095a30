"""What every command of the terminal works with: an assistant over a folder, and where to show what it says."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from assistant.engine import Assistant
from assistant.opening import AwaitedIndex
from assistant.terminal.show import Look, clean
from assistant.triage import triage
from assistant.types import Answer, Turn
from index.errors import IndexProblem


@dataclass(frozen=True, slots=True)
class Session:
    """One run of the program."""

    index: AwaitedIndex
    assistant: Assistant
    look: Look
    contact: str

    @classmethod
    def over(cls, documents: Path, folder: Path, model: str | None, look: Look, contact: str) -> "Session":
        """Nothing is opened yet: see AwaitedIndex."""
        index = AwaitedIndex(documents, folder, model, tell=say)
        return cls(index, Assistant(index), look, contact)

    def ask(self, question: str, history: Sequence[Turn]) -> Answer:
        """The answer; where none can be made, whom to call for an alarming question is said all the same."""
        try:
            return self.assistant.ask(question, history)
        except Exception:
            warn(question, history)
            raise


def warn(question: str, history: Sequence[Turn] = ()) -> None:
    """Say whom to call, where the question names a red flag."""
    if alarm := triage(question, history):
        say(alarm.text)


def say(sentence: str) -> None:
    """To the user, beside what the program puts out."""
    print(clean(sentence), file=sys.stderr, flush=True)


def what_went_wrong(error: Exception) -> str:
    """In one sentence, without the error's own words where they are not for users: they may repeat a question."""
    if isinstance(error, IndexProblem):
        return str(error)
    return (
        f"Something is wrong in the program itself ({type(error).__name__} in {_place(error.__traceback__)}); "
        "`python -X dev -m assistant` shows all of it."
    )


def _place(trace: TracebackType | None) -> str:
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}, line {trace.tb_lineno}" if trace else "an unknown place"
