"""A question in a conversation is searched with it where it leans on it, and alone where it starts anew."""

from dataclasses import dataclass, field

from assistant.recall import recall
from assistant.types import Turn
from assistant.understand import Query
from corpus.types import BlockKind, Passage
from index.types import Hit

TALK = [Turn("user", "tell me about licences"), Turn("assistant", "Licences are given by the board.")]


def hit(document: str, score: float, dense: float) -> Hit:
    return Hit(Passage(document, 0, f"On {document}.", BlockKind.PARAGRAPH, (document,)), score, dense)


@dataclass
class FakeIndex:
    """Finds by the first word that it knows: a small ranking for each of them."""

    rankings: dict[str, list[Hit]]
    asked: list[str] = field(default_factory=list)

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
            "parking": [hit("parking", 1.0, 0.8), hit("roads", 0.5, 0.5), hit("cars", 0.4, 0.4)],
        }
    )


def query(text: str) -> Query:
    return Query(question=text, text=text)


def test_a_question_that_leans_on_the_talk_finds_what_was_talked_about() -> None:
    hits, leans = recall(query("who gives them"), TALK, index(), 3)
    assert leans
    assert hits[0].passage.document_id == "licences"
    assert [found.score for found in hits] == sorted((found.score for found in hits), reverse=True)


def test_a_new_topic_is_searched_alone() -> None:
    hits, leans = recall(query("where is the parking"), TALK, index(), 3)
    assert not leans
    assert [found.passage.document_id for found in hits] == ["parking", "roads", "cars"]


def test_without_a_history_one_search_is_made() -> None:
    fake = index()
    recall(query("where is the parking"), [], fake, 3)
    assert fake.asked == ["where is the parking"]


def test_nearness_to_the_question_is_the_questions_own() -> None:
    hits, _ = recall(query("who gives them"), TALK, index(), 4)
    dense = {found.passage.document_id: found.dense for found in hits}
    assert dense["licences"] == 0.2
    assert dense["boards"] == 0.0  # found only through the talk: it says nothing of the question's own nearness
