"""Searching: below the limit every passage is compared, above it the graph and the postings find the same."""

import random

import numpy as np
import pytest

from index import passages as passages_module
from index.fusion import CANDIDATES, best, fused
from index.passages import PassageIndex, Snapshot
from index.store import Store
from index.sync import sync
from index.types import Hit
from tests.index_helpers import WORDS, WordEmbedder, random_corpus

SOURCE = random.Random(5)
QUERIES = [" ".join(SOURCE.choices(WORDS, k=SOURCE.randint(1, 8))) for _ in range(40)] + ["Item 7-3", "zebra", "the"]


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    folder = tmp_path_factory.mktemp("passages") / "index"
    sync(random_corpus(60, 20), folder, embedder=WordEmbedder())
    return PassageIndex.open(folder, WordEmbedder()).snapshot


def by_comparing_all(snapshot: Snapshot, query: str, k: int) -> list[Hit]:
    """The formula in full: a hundred candidates of each kind, both scores scaled over all of them, half and half."""
    texts = [passage.searchable for passage in snapshot.passages]
    dense = WordEmbedder().embed(texts) @ WordEmbedder().embed([query])[0]
    lexical = snapshot._lexical.scores(query)
    candidates = np.union1d(best(dense, max(k, CANDIDATES)), best(lexical, max(k, CANDIDATES)))
    scores = fused(dense[candidates], lexical[candidates])
    found = [(snapshot.passages[candidates[row]], candidates[row], float(scores[row])) for row in best(scores, k)]
    return [Hit(passage, score, float(dense[number]), float(lexical[number])) for passage, number, score in found]


class TestBelowTheLimit:
    @pytest.mark.parametrize("k", [1, 10, 150])
    def test_the_formula_in_full(self, snapshot: Snapshot, k: int) -> None:
        for query in QUERIES:
            expected = by_comparing_all(snapshot, query, k)
            found = snapshot.search(query, k)
            assert [hit.passage for hit in found] == [hit.passage for hit in expected]
            assert [hit.lexical for hit in found] == [hit.lexical for hit in expected]
            np.testing.assert_allclose([hit.score for hit in found], [hit.score for hit in expected], atol=1e-5)

    def test_chroma_is_not_asked(self, snapshot: Snapshot) -> None:
        snapshot.search("laser")
        assert snapshot._graph is None


class TestAboveTheLimit:
    @pytest.fixture(autouse=True)
    def low_limit(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(passages_module, "EXACT_LIMIT", 100)

    @pytest.fixture
    def large(self, snapshot: Snapshot) -> Snapshot:
        return PassageIndex.open(snapshot._places.index, WordEmbedder()).snapshot

    def test_the_scores_are_exact(self, large: Snapshot) -> None:
        for query in QUERIES:
            vector = large.embed([query])[0]
            lexical = large._lexical.scores(query)
            numbers = {passage: number for number, passage in enumerate(large.passages)}
            for hit in large.search(query, 20):
                assert hit.lexical == lexical[numbers[hit.passage]]
                assert hit.dense == pytest.approx(float(large._vectors[numbers[hit.passage]] @ vector), abs=1e-5)
        assert large._graph is not None

    def test_what_a_scan_finds(self, large: Snapshot, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
        found = [large.search(query) for query in QUERIES]
        monkeypatch.setattr(passages_module, "EXACT_LIMIT", 10_000)
        expected = [snapshot.search(query) for query in QUERIES]
        shared = [
            len({hit.passage for hit in some} & {hit.passage for hit in others})
            for some, others in zip(found, expected, strict=True)
        ]
        assert np.mean(shared) >= 9.5

    def test_a_passage_deleted_since_is_passed_over(self, large: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
        """Chroma serves a reader rows that another process has deleted: the list of ids knows better."""
        expected = large.search("laser burn", 10)
        plain = Store.nearest
        monkeypatch.setattr(Store, "nearest", lambda graph, vector, k: ["0" * 64, *plain(graph, vector, k)])
        assert large.search("laser burn", 10) == expected


class TestStore:
    def test_no_text_is_kept_beside_the_catalog(self, snapshot: Snapshot) -> None:
        text = snapshot.passages[7].text.encode()
        files = [path for path in snapshot._places.store.rglob("*") if path.is_file()]
        assert files
        assert not [path for path in files if text in path.read_bytes()]
