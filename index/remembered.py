"""An embedder that does not do the same work twice. Knows nothing of passages or of search."""

import sqlite3
import threading
from collections import OrderedDict
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
        self._vectors: OrderedDict[str, Vectors] = OrderedDict()
        self._cache: EmbeddingCache | None = None

    @property
    def model_id(self) -> str:
        return self._embedder.model_id

    @property
    def dimension(self) -> int:
        return self._embedder.dimension

    def embed(self, texts: Sequence[str], progress: EmbedProgress | None = None) -> Vectors:
        """Unit vectors of shape (len(texts), dimension)."""
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        with self._lock:
            found = {text: self._vectors[text] for text in texts if text in self._vectors}
            missing = [text for text in dict.fromkeys(texts) if text not in found]
            found |= self._cached(missing)
        unknown = [text for text in missing if text not in found]
        if unknown:
            found |= dict(zip(unknown, self._embedder.embed(unknown, progress), strict=True))
        self._remember(found)
        return np.stack([found[text] for text in texts])

    def _cached(self, texts: Sequence[str]) -> dict[str, Vectors]:
        """What the cache file holds; it only saves time, so any trouble with it counts as not there."""
        if not texts:
            return {}
        try:
            if self._cache is None and self._cache_path.exists():
                self._cache = EmbeddingCache.reader(self._cache_path, self.model_id, self.dimension)
            return self._cache.find(texts) if self._cache else {}
        except sqlite3.Error:
            self._cache = None
            return {}

    def _remember(self, found: dict[str, Vectors]) -> None:
        with self._lock:
            for text, vector in found.items():
                self._vectors[text] = vector
                self._vectors.move_to_end(text)
            while len(self._vectors) > MOST:
                self._vectors.popitem(last=False)
