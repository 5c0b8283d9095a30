"""An embedder that does not do the same work twice. Knows nothing of passages or of search."""

import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from index.cache import EmbeddingCache
from index.embedding import Embedder, EmbedProgress, Vectors

MOST = 8192  # texts whose vectors stay in memory: 12 MB at 384 dimensions


class RememberingEmbedder:
    """Another embedder, with the last vectors in memory and the embedding cache read. Safe to share by threads."""

    def __init__(self, embedder: Embedder, cache: Path) -> None:
        self._embedder = embedder
        self._cache_path = cache
        self._lock = threading.Lock()
        self._vectors = np.empty((MOST, embedder.dimension), dtype=np.float32)
        self._rows: dict[str, int] = {}  # of each text remembered, the oldest first
        self._cache: EmbeddingCache | None = None

    @property
    def model_id(self) -> str:
        return self._embedder.model_id

    @property
    def dimension(self) -> int:
        return self._embedder.dimension

    def embed(self, texts: Sequence[str], progress: EmbedProgress | None = None) -> Vectors:
        """Unit vectors of shape (len(texts), dimension)."""
        with self._lock:
            rows = [self._rows.get(text, -1) for text in texts]
            if -1 not in rows:
                return self._vectors[rows]
            found = {text: self._vectors[row].copy() for text, row in zip(texts, rows, strict=True) if row >= 0}
            missing = [text for text in dict.fromkeys(texts) if text not in found]
            found |= self._cached(missing)
        unknown = [text for text in missing if text not in found]
        if unknown:
            found |= dict(zip(unknown, self._embedder.embed(unknown, progress), strict=True))
        with self._lock:
            for text in missing:
                self._remember(text, found[text])
        return np.stack([found[text] for text in texts])

    def _cached(self, texts: Sequence[str]) -> dict[str, Vectors]:
        """What the cache file holds; it only saves time, so any trouble with it counts as not there."""
        try:
            if self._cache is None and self._cache_path.exists():
                self._cache = EmbeddingCache.reader(self._cache_path, self.model_id, self.dimension)
            return self._cache.find(texts) if self._cache else {}
        except sqlite3.Error:
            self._cache = None
            return {}

    def _remember(self, text: str, vector: Vectors) -> None:
        """In the row of the oldest text, where all rows are taken."""
        if text not in self._rows:
            row = len(self._rows) if len(self._rows) < MOST else self._rows.pop(next(iter(self._rows)))
            self._rows[text] = row
            self._vectors[row] = vector
