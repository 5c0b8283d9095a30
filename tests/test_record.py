"""Questions from JSON, answers to JSON."""

import json

import pytest

from assistant.record import RecordProblem, asked_of, record_of, turns_of, without_markers
from assistant.types import Answer, Notice, Status, Turn
from corpus.types import Corpus
from tests.terminal_helpers import KAPLAN, ScriptedAssistant

ANSWER_FIELDS = ["status", "reason", "answer", "confidence", "citations", "hits", "seconds", "writing"]
CITATION_FIELDS = [
    "number", "document", "title", "publisher", "kind", "speaker", "date", "quote", "start", "end"
]  # fmt: skip


def test_a_record_has_just_the_fields_agreed_on(sources: Corpus) -> None:
    record = record_of(ScriptedAssistant(sources).ask("Who?"))
    assert list(record) == ANSWER_FIELDS
    assert record["citations"]
    assert record["hits"]
    assert all(list(citation) == CITATION_FIELDS for citation in record["citations"])
    assert all(list(hit) == ["document", "start", "end", "score"] for hit in record["hits"])


def test_a_record_says_who_said_what_and_where(sources: Corpus) -> None:
    record = record_of(ScriptedAssistant(sources).ask("Who?"))
    first = record["citations"][0]
    document = next(document for document in sources.documents if document.id == first["document"])
    assert first["quote"] == KAPLAN == document.text[first["start"] : first["end"]]
    assert (first["number"], first["speaker"], first["date"]) == (1, "Harold J. Kaplan, MD", "undated")
    assert (first["title"], first["publisher"], first["kind"]) == (document.title, document.publisher, document.kind)
    assert record["status"] == "conflicting"
    assert record["confidence"] == 0.9
    assert "[1]" in record["answer"]
    hit, passage = record["hits"][0], sources.passages[0]
    assert hit == {"document": passage.document_id, "start": passage.start, "end": passage.end, "score": 1.0}


def test_an_emergency_has_no_confidence_and_no_hits() -> None:
    answer = Answer("?", Status.EMERGENCY, "red-flag", (Notice("emergency", "Call 911."),))
    record = json.loads(json.dumps(record_of(answer)))
    assert record["confidence"] is None
    assert record["citations"] == record["hits"] == []
    assert record["answer"] == "Call 911."


def test_a_question_with_its_history() -> None:
    history = [
        {"role": "user", "content": "Hi"},
        {"role": "system", "content": "x"},
        {"role": "assistant", "content": "Ho [1][2]."},
    ]
    asked = asked_of({"id": 7, "question": "  Who? ", "history": history, "expected": "ignored"})
    assert (asked.id, asked.question) == (7, "Who?")
    assert asked.history == (Turn("user", "Hi"), Turn("assistant", "Ho."))


@pytest.mark.parametrize("extra", [{}, {"history": None}, {"history": []}])
def test_a_history_may_be_left_out(extra: dict[str, object]) -> None:
    assert asked_of({"id": "a", "question": "Who?", **extra}).history == ()


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ([], "not an object"),
        ({"question": "Who?"}, '"id"'),
        ({"id": True, "question": "Who?"}, '"id"'),
        ({"id": "a"}, '"question"'),
        ({"id": "a", "question": 3}, '"question"'),
        ({"id": "a", "question": " \n"}, "empty"),
        ({"id": "a", "question": "Who?", "history": "Hi"}, "not a list"),
        ({"id": "a", "question": "Who?", "history": ["Hi"]}, "Turn 1"),
        (
            {"id": "a", "question": "Who?", "history": [{"role": "user", "content": "x"}, {"content": "y"}]},
            'Turn 2 of the history has no "role"',
        ),
        ({"id": "a", "question": "Who?", "history": [{"role": "user", "content": None}]}, '"content"'),
    ],
)
def test_what_is_no_question_is_refused_in_a_sentence(value: object, words: str) -> None:
    with pytest.raises(RecordProblem, match=words) as refused:
        asked_of(value)
    assert str(refused.value).count(". ") == 0
    assert str(refused.value).endswith(".")


def test_half_a_character_is_no_obstacle() -> None:
    assert asked_of(json.loads('{"id": "a", "question": "Who \\ud800?"}')).question == "Who ??"
    assert turns_of([{"role": "user", "content": "\ud800"}]) == (Turn("user", "?"),)


def test_markers_go_and_other_brackets_stay() -> None:
    assert without_markers("Yes [1][12]. A [note] of [2024].") == "Yes. A [note] of [2024]."
