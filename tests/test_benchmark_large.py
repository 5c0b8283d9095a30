"""The large benchmark: what it enlarges stays a real collection's like, and a missed promise is called missed."""

import numpy as np
import pytest

from tests.benchmarks.enlarged import CHANGED, NOISE, Enlarged, ReadyEmbedder, enlarged
from tests.benchmarks.large import _figures
from tests.index_helpers import WordEmbedder, random_corpus

REAL = [passage.text for passage in random_corpus(10, 9).passages]


@pytest.fixture(scope="module")
def made() -> Enlarged:
    return enlarged(REAL, WordEmbedder().embed(REAL), 505)


class TestEnlarged:
    def test_as_many_as_asked_for(self, made: Enlarged) -> None:
        assert len(made.corpus.passages) == len(made.vectors) == 505
        assert len({passage.searchable for passage in made.corpus.passages}) == 505
        np.testing.assert_allclose(np.linalg.norm(made.vectors, axis=1), 1.0, atol=1e-5)

    def test_the_real_ones_come_first(self, made: Enlarged) -> None:
        texts = [passage.text for passage in made.corpus.passages[: len(REAL)]]
        assert sorted(texts) == sorted(REAL)
        np.testing.assert_allclose(made.vectors[: len(REAL)], WordEmbedder().embed(texts), atol=1e-5)

    def test_a_copy_is_near_what_it_was_made_of(self, made: Enlarged) -> None:
        number = len(REAL) + 3
        own, copy = (set(made.corpus.passages[place].text.split()) for place in (3, number))
        assert len(own - copy) <= round(CHANGED * len(made.corpus.passages[3].text.split())) + 1
        assert own & copy
        angle = np.arctan(NOISE)  # where the noise is at right angles to the vector
        cosines = np.sum(made.vectors[90:180] * made.vectors[:90], axis=1)
        assert np.median(cosines) == pytest.approx(np.cos(angle), abs=0.1)

    def test_every_passage_is_a_span(self, made: Enlarged) -> None:
        documents = {document.id: document for document in made.corpus.documents}
        for passage in made.corpus.passages:
            assert documents[passage.document_id].text[passage.start : passage.end] == passage.text

    @pytest.mark.parametrize("count", [40, 90, 200])
    def test_a_smaller_one_is_the_beginning_of_a_larger(self, made: Enlarged, count: int) -> None:
        smaller = enlarged(REAL, WordEmbedder().embed(REAL), count)
        assert smaller.corpus.passages == made.corpus.passages[:count]
        np.testing.assert_allclose(smaller.vectors, made.vectors[:count], atol=1e-6)

    def test_vectors_by_place_and_by_query(self, made: Enlarged) -> None:
        query = made.vectors[7]
        embedder = ReadyEmbedder("words@1", made.vectors, {"laser": query})
        texts = [made.corpus.passages[number].searchable for number in (0, 29, 504)]
        np.testing.assert_array_equal(embedder.embed([*texts, "laser"]), np.stack([*made.vectors[[0, 29, 504]], query]))
        with pytest.raises(KeyError):
            embedder.embed(["peels"])


def row(passages: int, **facts: float) -> dict[str, float]:
    plain = {
        "graph_p95_ms": 1.0,
        "search_p95_ms": 2.0,
        "exact_p95_ms": 10.0,
        "compared_p95_ms": 10.0,
        "graph_recall": 0.97,
        "search_recall": 0.98,
    }
    return {"passages": passages, "resident_mb": 900.0} | plain | facts


class TestFigures:
    def test_all_met(self) -> None:
        assert all(figure.met for figure in _figures([row(1000), row(200_000), row(1_000_000)]))

    @pytest.mark.parametrize(
        "facts",
        [
            {"graph_p95_ms": 2.6},
            {"search_p95_ms": 2.6},
            {"graph_recall": 0.94},
            {"search_recall": 0.94},
            {"resident_mb": 8193.0},
        ],
    )
    def test_missed(self, facts: dict[str, float]) -> None:
        assert [figure.met for figure in _figures([row(200_000, **facts)])].count(False) == 1

    def test_a_small_collection_promises_no_speed(self) -> None:
        assert all(figure.met for figure in _figures([row(1000, search_p95_ms=11.0)]))
