"""A sync that was stopped goes on where it was, and one of little changed does little."""

import shutil
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from corpus.types import Corpus
from index.cache import EmbeddingCache
from index.embedding import EmbedProgress, Vectors
from index.places import Places
from index.store import canaries
from index.sync import sync
from tests.index_helpers import WordEmbedder, assert_same_index, random_corpus


def test_a_stopped_sync_goes_on_where_it_was(tmp_path: Path) -> None:
    class Stopped(WordEmbedder):
        def embed(self, texts: Sequence[str], progress: EmbedProgress | None = None) -> Vectors:
            if len(self.embedded) >= 256:
                raise KeyboardInterrupt
            return super().embed(texts, progress)

    first, second = Stopped(), WordEmbedder()
    with pytest.raises(KeyboardInterrupt):
        sync(random_corpus(50, 10), tmp_path / "index", embedder=first)
    report = sync(random_corpus(50, 10), tmp_path / "index", embedder=second)
    assert report.passages == 500
    assert report.embedded == 244
    assert not set(first.embedded) & set(second.embedded)


class TestWhatTheStateBeforeHas:
    """A passage that stays keeps its vector; the cache is asked for the others, and filled again where it was lost."""

    def test_one_new_document(self, tmp_path: Path) -> None:
        index, embedder = tmp_path / "index", WordEmbedder()
        sync(random_corpus(49, 4), index, embedder=WordEmbedder())
        spoiled = _spoil(Places(index).cache, random_corpus(49, 4))
        report = sync(random_corpus(50, 4), index, embedder=embedder)
        assert spoiled > 100
        assert (report.embedded, report.added, report.deleted) == (4, 4, 0)
        sync(random_corpus(50, 4), tmp_path / "fresh", embedder=WordEmbedder())
        assert_same_index(index, tmp_path / "fresh", ["laser burn risk", "nurse license"])

    def test_documents_in_another_order(self, tmp_path: Path) -> None:
        corpus = random_corpus(20, 4)
        sync(corpus, tmp_path / "index", embedder=WordEmbedder())
        turned = Corpus(corpus.documents[::-1][:-2], corpus.passages[::-1][:-8])
        assert sync(turned, tmp_path / "index", embedder=WordEmbedder()).embedded == 0
        sync(turned, tmp_path / "fresh", embedder=WordEmbedder())
        assert_same_index(tmp_path / "index", tmp_path / "fresh", ["laser burn risk", "nurse license"])

    @pytest.mark.parametrize("damage", [Path.unlink, lambda cache: cache.write_bytes(b"no database" * 1000)])
    def test_a_lost_cache_is_filled_again(self, tmp_path: Path, damage: Callable[[Path], object]) -> None:
        index, embedder = tmp_path / "index", WordEmbedder()
        sync(random_corpus(10, 4), index, embedder=WordEmbedder())
        for file in index.glob("embeddings.sqlite-*"):
            file.unlink()
        damage(Places(index).cache)
        assert sync(random_corpus(11, 4), index, embedder=WordEmbedder()).embedded == 44
        shutil.rmtree(index / "generations")
        (index / "current.json").unlink()
        assert sync(random_corpus(11, 4), index, embedder=embedder).embedded == 0

    def test_another_model_takes_nothing_over(self, tmp_path: Path) -> None:
        sync(random_corpus(10, 4), tmp_path / "index", embedder=WordEmbedder())
        report = sync(random_corpus(10, 4), tmp_path / "index", embedder=WordEmbedder("other@1", 16))
        assert report.embedded == 40


def _spoil(cache: Path, corpus: Corpus) -> int:
    """Give all texts of a corpus but a sample another vector in the cache; how many they are."""
    texts = [passage.searchable for passage in corpus.passages]
    sample = {texts[number] for number in canaries(len(texts))}
    others = [text for text in texts if text not in sample]
    with closing(EmbeddingCache.writer(cache, "words@1", 32)) as opened:
        opened.add(others, np.tile(np.eye(1, 32, dtype=np.float32), (len(others), 1)))
    return len(others)
