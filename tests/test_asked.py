"""Known questions find the span that answers, and tell what a document does not answer."""

import numpy as np
import pytest

from assistant.asked import KnownQuestions
from corpus.types import Asked, Document
from corpus.units import Span
from tests.index_helpers import WordEmbedder

TEXT = "Peels take an hour. Lasers sting."
DOCUMENT = Document(
    "page",
    "A page",
    TEXT,
    asked=(
        Asked(0, 19, ("how long does a peel take", "peel duration")),
        Asked(20, 33, ("does a laser hurt",)),
    ),
    unanswered=("what does a peel cost",),
)


@pytest.fixture(scope="module")
def known() -> KnownQuestions:
    return KnownQuestions([DOCUMENT, Document("other", "Other", "Nothing.")], WordEmbedder().embed)


def near(known: KnownQuestions, question: str):  # type: ignore[no-untyped-def]
    return known.nearness(WordEmbedder().embed([question])[0])


def test_the_nearest_question_counts(known: KnownQuestions) -> None:
    found = near(known, "peel duration")
    assert found.at("page", Span(0, 19)) == pytest.approx(1.0, abs=1e-5)
    assert found.at("page", Span(20, 33)) < 1.0


def test_nothing_is_known_of_other_spans_and_documents(known: KnownQuestions) -> None:
    found = near(known, "does a laser hurt")
    assert found.at("other", Span(0, 8)) == 0.0
    assert found.at("page", Span(33, 40)) == 0.0


def test_what_nothing_answers_counts_for_its_document(known: KnownQuestions) -> None:
    found = near(known, "what does a peel cost")
    assert found.unanswered == {"page": pytest.approx(1.0, abs=1e-5)}


def test_where_the_nearest_are_answered(known: KnownQuestions) -> None:
    assert near(known, "does a laser hurt").best(1) == [("page", 20)]


def test_without_known_questions_there_is_nothing() -> None:
    none = KnownQuestions([Document("other", "Other", "Nothing.")], WordEmbedder().embed)
    assert not none
    assert none.nearness(np.ones(3, dtype=np.float32)).unanswered == {}
