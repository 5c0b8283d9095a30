"""Who answers right now: the assistant when it is there, before that a plain sentence. Emergencies need neither.

Knows nothing of pages or of search.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
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

    def stream(self, question: str, history: Sequence[Turn]) -> Iterator[Answer]:
        """Growing answers to one question; never raises, because a patient is waiting."""
        if len(question) > MAX_QUESTION_CHARACTERS:
            yield self._without_documents(question, history, too_long(question))
        elif self._assistant is None:
            yield self._without_documents(question, history, not_ready(question, self._readiness))
        else:
            try:
                yield from self._assistant.stream(question, history)
            except Exception as error:
                _log_failure("the assistant", error)
                yield self._without_documents(question, history, went_wrong(question))

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
