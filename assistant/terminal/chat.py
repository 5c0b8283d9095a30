"""A conversation in the terminal. It stays in memory, and ends with the program."""

import argparse
import sys
from contextlib import suppress
from dataclasses import dataclass

from assistant.answering import told
from assistant.record import RecordProblem, question_of, without_markers
from assistant.terminal.ask import session_of
from assistant.terminal.session import Session, say, what_went_wrong
from assistant.terminal.show import sources, standing_notice, status_and_answer
from assistant.types import Answer, Turn

HELP = "Type a question. /new begins another conversation, /sources shows the quotes of the last answer, /quit ends."
PROMPT = "\n> "


@dataclass
class Conversation:
    """What was said so far; each line typed goes to `reply`."""

    session: Session
    history: tuple[Turn, ...] = ()
    last: Answer | None = None

    def reply(self, line: str) -> str:
        """What to show for a line typed: an answer, or what a command does."""
        if line == "/new":
            self.history, self.last = (), None
            return "A new conversation."
        if line == "/sources":
            return self._sources()
        if line.startswith("/") and len(line.split()) == 1:
            return self.help()
        return self._answer(line)

    def help(self) -> str:
        """What can be typed, and what holds all the time."""
        notice = standing_notice(self.session.contact, worded_by=told(self.session.model))
        return self.session.look.wrapped(f"{HELP}\n{notice}")

    def _answer(self, line: str) -> str:
        question = question_of(line)
        answer = self.session.ask(question, self.history)
        said = (Turn("user", question), Turn("assistant", without_markers(answer.text)))
        self.history, self.last = (*self.history, *said), answer
        return status_and_answer(answer, self.session.look)

    def _sources(self) -> str:
        if self.last is None or not self.last.citations:
            return "There is nothing to show yet." if self.last is None else "The last answer quotes nothing."
        return sources(self.last.citations, self.session.look, self.last.language)


def chat(options: argparse.Namespace) -> int:
    """Talk until /quit, Ctrl-D or Ctrl-C."""
    with session_of(options) as session:
        conversation = Conversation(session)
        print(conversation.help())
        try:
            _talk(conversation)
        except (EOFError, KeyboardInterrupt):
            print()
    return 0


def _talk(conversation: Conversation) -> None:
    prompt = PROMPT if _readline() else ""
    while (line := input(prompt).strip()) not in ("/quit", "/exit"):
        if not line:
            continue
        try:
            print(conversation.reply(line), flush=True)
        except RecordProblem as problem:
            say(str(problem))
        except BrokenPipeError:
            raise
        except Exception as error:  # the next question may be answered
            say(what_went_wrong(error))


def _readline() -> bool:
    """Whether somebody types; then `input` lets lines be edited and called back, and keeps them in no file."""
    if not sys.stdin.isatty():
        return False
    with suppress(ImportError):  # not on every system
        import readline  # noqa: F401
    return True
