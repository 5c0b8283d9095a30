"""A question in a conversation is searched with it where it leans on it, and alone where it starts anew."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from assistant.query import Query
from assistant.recall import recall
from assistant.sources import SourceRef
from assistant.types import Turn
from corpus.types import BlockKind, Passage
from index.embedding import Vectors
from index.types import Hit

TALK = [Turn("user", "tell me about licences"), Turn("assistant", "Licences are given by the board.")]


def hit(document: str, score: float, dense: float) -> Hit:
    return Hit(Passage(document, 0, f"On {document}.", BlockKind.PARAGRAPH, (document,)), score, dense)


PARKING = [hit("parking", 1.0, 0.5), hit("roads", 0.5, 0.4), hit("cars", 0.4, 0.3)]


@dataclass
class FakeIndex:
    """Finds by the first word that it knows: a small ranking for each of them."""

    rankings: dict[str, list[Hit]]
    asked: list[str] = field(default_factory=list)
    runs: list[list[str]] = field(default_factory=list)  # of the model

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.runs.append(list(texts))
        return np.zeros((len(texts), 2), dtype=np.float32)

    def search(self, query: str, k: int = 10) -> list[Hit]:
        self.asked.append(query)
        known = [word for word in self.rankings if word in query]
        return self.rankings[min(known, key=query.find)][:k] if known else []


def index() -> FakeIndex:
    licences = [hit("licences", 1.0, 0.7), hit("boards", 0.6, 0.5), hit("fees", 0.2, 0.3)]
    return FakeIndex(
        {
            "board": licences,
            "licences": licences,
            "who gives them": [hit("gifts", 0.5, 0.2), hit("licences", 0.4, 0.2)],
            "parking": PARKING,
            "renewed": [hit("papers", 0.95, 0.6), hit("licences", 0.9, 0.6)],
            "lost": [hit("licences", 1.0, 0.9), hit("papers", 0.5, 0.6)],
            "yes": [hit("forms", 0.9, 0.1), hit("votes", 0.8, 0.1)],
        }
    )


def query(text: str) -> Query:
    return Query(question=text, text=text)


@pytest.mark.parametrize("history", [(), TALK], ids=["alone", "in a talk"])
def test_all_texts_of_a_question_go_through_the_model_in_one_run(history: Sequence[Turn]) -> None:
    asked = index()
    recall(query("who gives them"), history, asked, 3)
    (embedded,) = asked.runs
    assert set(asked.asked) <= set(embedded)


def test_a_question_that_leans_on_the_talk_finds_what_was_talked_about() -> None:
    hits, leans = recall(query("who gives them"), TALK, index(), 3)
    assert leans
    assert hits[0].passage.document_id == "licences"
    assert [found.score for found in hits] == sorted((found.score for found in hits), reverse=True)


def test_a_new_topic_is_searched_alone() -> None:
    hits, leans = recall(query("where is the parking"), TALK, index(), 3)
    assert not leans
    assert [found.passage.document_id for found in hits] == ["parking", "roads", "cars"]


def test_a_question_a_little_nearer_to_another_document_goes_on_with_the_talk() -> None:
    hits, leans = recall(query("is it renewed"), TALK, index(), 3)
    assert leans
    assert hits[0].passage.document_id == "licences"


def test_a_question_near_to_what_is_talked_about_goes_on_with_it() -> None:
    hits, leans = recall(query("and one I lost"), TALK, index(), 3)
    assert leans
    assert hits[0].passage.document_id == "licences"


@pytest.mark.parametrize("said", ["yes", "hmm"])
def test_a_few_words_near_to_nothing_go_on_with_the_talk(said: str) -> None:
    hits, leans = recall(query(said), TALK, index(), 3)
    assert leans
    assert hits[0].passage.document_id == "licences"


def test_small_talk_leaves_a_question_as_it_is() -> None:
    hits, _ = recall(query("where is the parking"), [Turn("user", "hello")], FakeIndex({"parking": PARKING}), 3)
    assert [found.passage.document_id for found in hits] == ["parking", "roads", "cars"]


def test_without_a_history_one_search_is_made() -> None:
    fake = index()
    assert not recall(query("where is the parking"), [], fake, 3)[1]
    assert fake.asked == ["where is the parking"]


def test_a_question_that_names_its_source_is_searched_alone() -> None:
    fake = index()
    named = replace(query("who gives them"), sources=(SourceRef("gifts"),))
    assert not recall(named, TALK, fake, 3)[1]
    assert fake.asked == ["who gives them"]


def test_only_the_last_utterances_are_searched_with_the_question() -> None:
    fake = index()
    recall(query("who gives them"), [Turn("user", "long ago"), *TALK * 6], fake, 3)
    assert not any("long ago" in asked for asked in fake.asked)
    assert any(asked.startswith("tell me about licences") for asked in fake.asked)


def test_nearness_to_the_question_is_the_questions_own() -> None:
    hits, _ = recall(query("who gives them"), TALK, index(), 4)
    dense = {found.passage.document_id: found.dense for found in hits}
    assert dense["licences"] == 0.2
    assert dense["boards"] == 0.0  # found only through the talk: it says nothing of the question's own nearness
