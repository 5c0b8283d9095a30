"""Who answers right now: the assistant when it is there, before that a plain sentence. Emergencies need neither.

Knows nothing of pages or of search.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import Protocol

from assistant.triage import Triage, triage
from assistant.types import Answer, Notice, Status, Turn
from corpus.types import Document

MAX_QUESTION_CHARACTERS = 2_000
_log = logging.getLogger(__name__)

FindDocument = Callable[[str], Document | None]


class Answers(Protocol):
    """What the desk needs of the assistant."""

    def stream(self, question: str, history: Sequence[Turn]) -> Iterator[Answer]: ...


@dataclass(frozen=True, slots=True)
class Readiness:
    """How far the start has come; `sentence` is for the people who wait."""

    ready: bool = False
    failed: bool = False
    fraction: float = 0.0
    sentence: str = "Opening the documents."
    documents: int | None = None


class Desk:
    """Answers every question at once, from the first second on."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._readiness = Readiness()
        self._assistant: Answers | None = None
        self._find: FindDocument = _no_document

    @property
    def readiness(self) -> Readiness:
        return self._readiness

    def report(self, sentence: str, fraction: float, documents: int | None = None) -> None:
        """Say how far the preparation is; `fraction` in [0, 1]."""
        with self._lock:
            known = self._readiness.documents if documents is None else documents
            self._readiness = Readiness(fraction=fraction, sentence=sentence, documents=known)

    def open(self, assistant: Answers, find: FindDocument, documents: int) -> None:
        """From now on `assistant` answers, from that many documents, which `find` finds by their ids."""
        with self._lock:
            self._assistant, self._find = assistant, find
            self._readiness = Readiness(ready=True, fraction=1.0, sentence="Ready.", documents=documents)

    def fail(self, sentence: str) -> None:
        """The preparation ended in `sentence`; emergencies are still answered."""
        with self._lock:
            self._readiness = Readiness(failed=True, sentence=sentence, documents=self._readiness.documents)

    def document(self, id: str) -> Document | None:
        return self._find(id)

    def stream(self, question: str, history: Sequence[Turn]) -> "Reply":
        """Growing answers to one question."""
        sorry = partial(self._without_documents, question, history, went_wrong(question))
        return Reply(partial(self._ask, question, history), sorry)

    def _ask(self, question: str, history: Sequence[Turn]) -> Iterator[Answer]:
        if len(question) > MAX_QUESTION_CHARACTERS:
            return iter([self._without_documents(question, history, too_long(question))])
        if self._assistant is None:
            return iter([self._without_documents(question, history, not_ready(question, self._readiness))])
        return self._assistant.stream(question, history)

    def alarm(self, question: str, history: Sequence[Turn]) -> Answer | None:
        """Whom to call at once, None where that is nobody: for those who would have to wait for an answer."""
        answer = self._without_documents(question, history, _plain(question, "waiting", ""))
        return answer if answer.status is Status.EMERGENCY else None

    def busy(self, question: str, history: Sequence[Turn]) -> Answer:
        """For when too many ask at once."""
        sentence = "Many people are asking right now. Please ask again in a moment."
        return self._without_documents(question, history, _plain(question, "busy", sentence))

    def _without_documents(self, question: str, history: Sequence[Turn], otherwise: Answer) -> Answer:
        """Whom to call where the question is a cry for help; else `otherwise`."""
        try:
            found = triage(question, history)
        except Exception as error:
            _log_failure("triage", error)
            return otherwise
        return first_aid(question, found, otherwise) if found else otherwise


class Reply(Iterator[Answer]):
    """Growing answers to one question; never raises, because a patient is waiting.

    `close`, from any thread, ends what still runs for it.
    """

    def __init__(self, ask: Callable[[], Iterator[Answer]], sorry: Callable[[], Answer]) -> None:
        """Nothing is asked before the first answer is wanted; `sorry` gives the answer where asking fails."""
        self._ask = ask
        self._sorry = sorry
        self._answers: Iterator[Answer] | None = None
        self._over = False

    def __next__(self) -> Answer:
        if self._over:
            self._end()  # where it was at work as it was closed, it could not be ended then
            raise StopIteration
        try:
            if self._answers is None:
                self._answers = self._ask()
            return next(self._answers)
        except StopIteration:
            raise
        except Exception as error:
            self._over = True
            _log_failure("the assistant", error)
            return self._sorry()

    def close(self) -> None:
        self._over = True
        self._end()

    def _end(self) -> None:
        close = getattr(self._answers, "close", None)
        if close:
            with suppress(ValueError):  # a generator at work in another thread, which soon ends
                close()


def _no_document(id: str) -> Document | None:  # noqa: ARG001
    return None


def first_aid(question: str, found: Triage, otherwise: Answer) -> Answer:
    """The red flag's fixed words; where it can wait for a clinic's call, `otherwise` follows."""
    if found.level == "urgent":
        lines = (Notice("urgent", found.text), *otherwise.lines)
        return Answer(question, otherwise.status, otherwise.reason, lines, language=found.language)
    notice = Notice("emergency", found.text)
    return Answer(question, Status.EMERGENCY, "red-flag", (notice,), language=found.language)


def _log_failure(who: str, error: Exception) -> None:
    """Where it failed, without the message: an error's text may repeat what a patient typed."""
    steps = []
    trace = error.__traceback__
    while trace:
        steps.append(f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}")
        trace = trace.tb_next
    _log.error("%s failed with %s at %s", who, type(error).__name__, " > ".join(steps[-4:]))


def too_long(question: str) -> Answer:
    sentence = (
        f"Your question has {len(question):,} characters; please shorten it to {MAX_QUESTION_CHARACTERS:,} or fewer."
    )
    return _plain(question[:MAX_QUESTION_CHARACTERS], "question-length", sentence)


def not_ready(question: str, readiness: Readiness) -> Answer:
    if readiness.failed:
        sentence = f"The documents cannot be searched right now. {readiness.sentence}"
    else:
        sentence = "I am still reading the documents. Please ask again in a moment."
    return _plain(question, "not-ready", sentence)


def went_wrong(question: str) -> Answer:
    return _plain(question, "error", "Something went wrong on our side, not in your question. Please ask it again.")


def _plain(question: str, reason: str, sentence: str) -> Answer:
    return Answer(question, Status.DECLINED, reason, (Notice("service", sentence),))
