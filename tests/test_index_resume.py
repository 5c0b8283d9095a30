"""A sync that was stopped goes on where it was."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from index.embedding import EmbedProgress, Vectors
from index.sync import sync
from tests.index_helpers import WordEmbedder, random_corpus


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
