"""Vectors are remembered: the model is run once for a text, and no more is kept than said."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from index import remembered
from index.embedding import EmbedProgress, Vectors
from index.remembered import RememberingEmbedder
from index.store import all_found


class CountingEmbedder:
    """A text's vector points where its first letter says; counts what it is asked for."""

    model_id, dimension = "counting@1", 26

    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str], progress: EmbedProgress | None = None) -> Vectors:
        self.asked += texts
        if progress:
            progress(len(texts), len(texts))
        return np.eye(self.dimension, dtype=np.float32)[[ord(text[0]) - ord("a") for text in texts]]


@pytest.fixture
def counting() -> CountingEmbedder:
    return CountingEmbedder()


def letters(vectors: Vectors) -> str:
    return "".join(chr(ord("a") + int(place)) for place in vectors.argmax(axis=1))


def test_each_text_is_embedded_once_and_given_back_in_order(counting: CountingEmbedder, tmp_path: Path) -> None:
    embedder = RememberingEmbedder(counting, tmp_path / "none.sqlite")
    assert letters(embedder.embed(["b", "a", "b"])) == "bab"
    assert letters(embedder.embed(["c", "a", "b"])) == "cab"
    assert counting.asked == ["b", "a", "c"]
    assert embedder.embed([]).shape == (0, 26)


def test_the_oldest_go_first(counting: CountingEmbedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "MOST", 3)
    embedder = RememberingEmbedder(counting, tmp_path / "none.sqlite")
    for text in "abcd":
        embedder.embed([text])
    counting.asked.clear()
    assert letters(embedder.embed(list("dcb"))) == "dcb"
    assert counting.asked == []
    assert letters(embedder.embed(list("abcdefg"))) == "abcdefg"  # more than are kept
    assert "a" in counting.asked


def test_what_is_given_does_not_change_what_is_kept(counting: CountingEmbedder, tmp_path: Path) -> None:
    embedder = RememberingEmbedder(counting, tmp_path / "none.sqlite")
    embedder.embed(["a"])[:] = 0.0
    embedder.embed(["a"])[:] = 0.0
    assert letters(embedder.embed(["a"])) == "a"
    assert embedder.embed(["a"]).max() == 1.0


class Collection:
    """Finds all but some of the rows it is asked for, as a graph does that is not exact."""

    def __init__(self, missed: int, rows: int = 1_000_000) -> None:
        self._missed, self._rows = missed, rows

    def count(self) -> int:
        return self._rows

    def query(self, query_embeddings: Vectors, n_results: int, include: Sequence[str]) -> dict[str, list[list[float]]]:
        del n_results, include
        return {"distances": [[0.3 if row < self._missed else 0.0] for row in range(len(query_embeddings))]}


@pytest.mark.parametrize(("missed", "whole"), [(0, True), (3, True), (16, False), (32, False)])
def test_a_graph_may_miss_some_of_its_rows_and_a_damaged_one_misses_many(missed: int, whole: bool) -> None:
    assert all_found(Collection(missed), np.eye(32, dtype=np.float32)) is whole


def test_a_small_collection_finds_every_row() -> None:
    assert all_found(Collection(0, rows=100), np.eye(32, dtype=np.float32))
    assert not all_found(Collection(1, rows=100), np.eye(32, dtype=np.float32))


def test_a_collection_of_nothing_is_whole() -> None:
    assert all_found(Collection(0), np.empty((0, 4), dtype=np.float32))
