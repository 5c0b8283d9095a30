"""What every command of the terminal works with: an assistant over a folder, and where to show what it says."""

import logging
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from assistant.answering import answering
from assistant.engine import Assistant
from assistant.opening import AwaitedIndex
from assistant.terminal.show import Look, clean
from assistant.triage import triage
from assistant.types import Answer, Turn
from index.errors import IndexProblem

if TYPE_CHECKING:
    from assistant.chat.assistant import ChatAssistant
    from assistant.chat.model import ChatModel

WHAT_HELPS = "docs/chat-models.md says what helps."


@dataclass(frozen=True, slots=True)
class Session:
    """One run of the program."""

    index: AwaitedIndex
    assistant: "Assistant | ChatAssistant"
    look: Look
    contact: str
    model: "ChatModel | None" = None

    @classmethod
    def over(cls, documents: Path, folder: Path, model: str | None, look: Look, contact: str) -> "Session":
        """Nothing is opened yet: see AwaitedIndex."""
        index = AwaitedIndex(documents, folder, model, tell=say)
        return cls(index, Assistant(index), look, contact)

    def worded_by(self, model: "ChatModel") -> "Session":
        """The same with a chat model that words the answers."""
        assert isinstance(self.assistant, Assistant)
        # Its failures are said below the answer: beside it they would be said twice.
        logging.getLogger("assistant.chat").setLevel(logging.ERROR)
        return replace(self, assistant=answering(self.assistant, model), model=model)

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_: object) -> None:
        if self.model:
            self.model.close()

    def ask(self, question: str, history: Sequence[Turn]) -> Answer:
        """The answer; where none can be made, whom to call for an alarming question is said all the same."""
        try:
            answer = self.assistant.ask(question, history)
        except Exception:
            warn(question, history)
            raise
        if answer.writing and answer.writing.failure:
            say(f"{answer.writing.model} gave no usable reply ({answer.writing.failure}); {WHAT_HELPS}")
        return answer


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
