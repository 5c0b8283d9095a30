"""Questions from JSON and answers to JSON: one form for the terminal, batches and any API.

Knows nothing of files, terminals or servers.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypedDict

from assistant.types import Answer, Citation, Turn, Writing
from index.types import Hit

_MARKERS = re.compile(r"[ \t]*(?:\[\d{1,3}\])+")


class RecordProblem(ValueError):
    """Something that is not a question or a history; the message is a sentence that says what and where."""


class CitationRecord(TypedDict):
    number: int
    document: str
    title: str
    publisher: str
    kind: str
    speaker: str  # "" where the publisher itself speaks
    date: str
    quote: str  # exactly the document's text from `start` to `end`
    start: int  # code points into what `python -m index show DOCUMENT` prints
    end: int


class HitRecord(TypedDict):
    document: str
    start: int
    end: int
    score: float  # higher is better


class WritingRecord(TypedDict):
    model: str  # "provider:model"
    prompts: str  # the version of what the model is told
    written: int  # sentences shown
    dropped: list[str]  # why each other sentence was not
    failure: str  # "" where there was none
    tokens_in: int
    tokens_out: int
    first: float | None  # seconds to the first verified sentence


class AnswerRecord(TypedDict):
    status: str
    reason: str
    answer: str  # markdown with citation markers
    confidence: float | None
    citations: list[CitationRecord]
    hits: list[HitRecord]  # best first; empty where nothing was searched
    seconds: float
    writing: WritingRecord | None  # where a chat model was asked


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of a batch."""

    id: str | int
    question: str
    history: tuple[Turn, ...] = ()


def record_of(answer: Answer) -> AnswerRecord:
    """All that an answer says, ready for `json.dumps`."""
    return {
        "status": answer.status.value,
        "reason": answer.reason,
        "answer": answer.text,
        "confidence": answer.confidence,
        "citations": [_citation(citation) for citation in answer.citations],
        "hits": [_hit(hit) for hit in answer.hits],
        "seconds": round(answer.seconds, 4),
        "writing": _writing(answer.writing) if answer.writing else None,
    }


def _writing(writing: Writing) -> WritingRecord:
    return {
        "model": writing.model,
        "prompts": writing.prompts,
        "written": writing.written,
        "dropped": list(writing.dropped),
        "failure": writing.failure,
        "tokens_in": writing.tokens_in,
        "tokens_out": writing.tokens_out,
        "first": writing.first,
    }


def _citation(citation: Citation) -> CitationRecord:
    quote = citation.quote
    return {
        "number": citation.number,
        "document": quote.document.id,
        "title": quote.document.title,
        "publisher": quote.document.publisher,
        "kind": quote.document.kind,
        "speaker": quote.passage.speaker,
        "date": quote.document.date,
        "quote": quote.text,
        "start": quote.start,
        "end": quote.end,
    }


def _hit(hit: Hit) -> HitRecord:
    passage = hit.passage
    return {"document": passage.document_id, "start": passage.start, "end": passage.end, "score": float(hit.score)}


def asked_of(value: object) -> Asked:
    """A question from `{"id", "question", "history"}`. Raises RecordProblem."""
    if not isinstance(value, Mapping):
        raise RecordProblem('It is not an object with "id" and "question".')
    id = value.get("id")
    if not isinstance(id, str | int) or isinstance(id, bool):
        raise RecordProblem('It has no "id" that is a string or a whole number.')
    question = question_of(value.get("question"))
    return Asked(id, question, turns_of(value.get("history") or []))


def question_of(value: object) -> str:
    """The question without the blanks around it. Raises RecordProblem."""
    if not isinstance(value, str):
        raise RecordProblem('It has no "question" that is a string.')
    if not value.strip():
        raise RecordProblem("The question is empty.")
    return _printable(value.strip())


def turns_of(value: object) -> tuple[Turn, ...]:
    """Turns from a list of `{"role", "content"}`, oldest first. Raises RecordProblem.

    Turns of other roles than user and assistant are dropped, and so are citation markers in the assistant's turns:
    they number the quotes of an earlier answer.
    """
    if not isinstance(value, list):
        raise RecordProblem('The history is not a list of {"role", "content"} objects.')
    turns = (_turn(turn, number) for number, turn in enumerate(value, start=1))
    return tuple(turn for turn in turns if turn)


def _turn(value: object, number: int) -> Turn | None:
    if not isinstance(value, Mapping):
        raise RecordProblem(f'Turn {number} of the history is not an object with "role" and "content".')
    role, content = value.get("role"), value.get("content")
    for name, given in (("role", role), ("content", content)):
        if not isinstance(given, str):
            raise RecordProblem(f'Turn {number} of the history has no "{name}" that is a string.')
    if role == "user":
        return Turn("user", _printable(str(content)))
    return Turn("assistant", without_markers(_printable(str(content)))) if role == "assistant" else None


def without_markers(text: str) -> str:
    """An earlier answer without its `[n]`."""
    return _MARKERS.sub("", text)


def _printable(text: str) -> str:
    """Half a character, which JSON and a command line can carry, can be neither searched nor printed."""
    return text.encode("utf-8", "replace").decode("utf-8")
