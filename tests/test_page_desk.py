"""Who answers before, while and after the documents are read."""

import logging
from collections.abc import Iterator, Sequence

import pytest

from assistant.page.desk import MAX_QUESTION_CHARACTERS, Desk
from assistant.types import Answer, Status, Turn
from tests.browser.fake_assistant import CALIFORNIA, FakeAssistant

CRY = "My throat is swelling and I can't breathe"


@pytest.fixture
def opened() -> Desk:
    fake = FakeAssistant.over_the_documents()
    desk = Desk()
    desk.open(fake, fake.document, len(fake.corpus.documents))
    return desk


def only(answers: Iterator[Answer]) -> Answer:
    (answer,) = answers
    return answer


def test_a_question_before_the_documents_are_read_gets_a_plain_sentence() -> None:
    answer = only(Desk().stream("What are the risks?", ()))
    assert answer.reason == "not-ready"
    assert answer.text == "I am still reading the documents. Please ask again in a moment."


def test_an_emergency_needs_no_documents() -> None:
    answer = only(Desk().stream(CRY, ()))
    assert answer.status is Status.EMERGENCY
    assert answer.text.startswith("Call 911")


def test_an_emergency_in_an_earlier_turn_counts() -> None:
    answer = only(Desk().stream("my friend says it's nothing", [Turn("user", CRY)]))
    assert answer.status is Status.EMERGENCY


def test_an_emergency_is_seen_in_a_message_that_is_too_long() -> None:
    story = "It was a sunny day. " * 200 + CRY
    assert only(Desk().stream(story, ())).status is Status.EMERGENCY


def test_a_long_question_is_refused_in_one_sentence(opened: Desk) -> None:
    answer = only(opened.stream("word " * 1000, ()))
    assert answer.text == "Your question has 5,000 characters; please shorten it to 2,000 or fewer."
    assert len(answer.question) == MAX_QUESTION_CHARACTERS


def test_the_assistant_answers_once_it_is_there(opened: Desk) -> None:
    assert list(opened.stream(CALIFORNIA, ()))[-1].status is Status.CONFLICTING
    assert opened.readiness.ready
    assert opened.readiness.documents == 3


def test_a_failure_is_told_without_its_words(opened: Desk, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        answer = only(opened.stream("please break, I am Jane Roe", ()))
    assert answer.reason == "error"
    assert "Jane Roe" not in answer.text
    assert "Jane Roe" not in caplog.text
    assert "RuntimeError" in caplog.text


def test_an_emergency_survives_a_failing_assistant() -> None:
    class Broken:
        def stream(self, question: str, history: Sequence[Turn]) -> Iterator[Answer]:
            raise OSError(question, history)

    desk = Desk()
    desk.open(Broken(), lambda id: None, 0)  # noqa: ARG005
    assert only(desk.stream(CRY, ())).status is Status.EMERGENCY


def test_a_failed_preparation_is_shown() -> None:
    desk = Desk()
    desk.report("Reading.", 0.5, 3)
    desk.fail("The operator sees the reason in the terminal.")
    assert desk.readiness.failed
    assert "cannot be searched right now" in only(desk.stream("What are the risks?", ())).text


def test_when_too_many_ask_an_emergency_is_still_answered(opened: Desk) -> None:
    assert opened.busy(CRY, ()).status is Status.EMERGENCY
    assert opened.busy(CALIFORNIA, ()).reason == "busy"


def test_only_an_emergency_is_an_alarm(opened: Desk) -> None:
    alarm = opened.alarm(CRY, ())
    assert alarm
    assert alarm.text.startswith("Call 911")
    assert opened.alarm(CALIFORNIA, ()) is None
    assert opened.alarm("I have a small blister and a bit of fever since my peel yesterday", ()) is None


def test_an_answer_that_is_closed_while_it_is_made_is_ended_there() -> None:
    ended = []

    class Slow:
        def stream(self, question: str, history: Sequence[Turn]) -> Iterator[Answer]:
            try:
                reply.close()  # as another thread would, at this moment
                yield Answer(question, Status.PARTIAL, "evidence", ())
            finally:
                ended.append(len(history))

    desk = Desk()
    desk.open(Slow(), lambda _: None, 0)
    reply = desk.stream("What are the risks?", ())
    next(reply)
    assert not ended
    assert list(reply) == []
    assert ended == [0]
