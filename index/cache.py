"""Vectors already computed, by model and text. Knows nothing of documents; saves work and is never the truth."""

import hashlib
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from index.embedding import Vectors

SCHEMA = """
CREATE TABLE IF NOT EXISTS embeddings (
    digest BLOB PRIMARY KEY, -- sha256 of the model's id and the text
    vector BLOB NOT NULL     -- float32, little-endian
);
"""
AT_ONCE = 500  # rows per statement; SQLite allows 999 parameters in old builds


class EmbeddingCache:
    """A SQLite file of vectors. One writer (by the sync's lock), any number of readers."""

    def __init__(self, connection: sqlite3.Connection, model_id: str, dimension: int) -> None:
        self._connection = connection
        self._model_id = model_id
        self._dimension = dimension

    @classmethod
    def writer(cls, path: Path, model_id: str, dimension: int) -> "EmbeddingCache":
        """Open the file, or make it; one that is damaged is made anew, since all in it can be computed again."""
        try:
            connection = _open(path)
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            for file in path.parent.glob(f"{path.name}*"):
                file.unlink()
            connection = _open(path)
        return cls(connection, model_id, dimension)

    @classmethod
    def reader(cls, path: Path, model_id: str, dimension: int) -> "EmbeddingCache":
        """Open an existing file to read, from any one thread at a time. Raises sqlite3.Error."""
        uri = f"{path.absolute().as_uri()}?mode=ro"
        return cls(sqlite3.connect(uri, uri=True, timeout=0.2, check_same_thread=False), model_id, dimension)

    def close(self) -> None:
        self._connection.close()

    def find(self, texts: Iterable[str]) -> dict[str, Vectors]:
        """The vectors known for these texts; one that is damaged counts as unknown."""
        by_digest = {digest_of(self._model_id, text): text for text in texts}
        digests = list(by_digest)
        found: dict[str, Vectors] = {}
        for start in range(0, len(digests), AT_ONCE):
            some = digests[start : start + AT_ONCE]
            marks = ",".join("?" * len(some))
            query = f"SELECT digest, vector FROM embeddings WHERE digest IN ({marks})"
            for digest, blob in self._connection.execute(query, some):
                vector = np.frombuffer(blob, dtype="<f4")
                if vector.shape == (self._dimension,) and abs(float(vector @ vector) - 1.0) < 1e-3:
                    found[by_digest[digest]] = vector
        return found

    def add(self, texts: Sequence[str], vectors: Vectors) -> None:
        """Keep vectors in one transaction: all of them survive a crash, or none."""
        rows = [
            (digest_of(self._model_id, text), vector.astype("<f4").tobytes())
            for text, vector in zip(texts, vectors, strict=True)
        ]
        with self._connection:
            self._connection.executemany("INSERT OR REPLACE INTO embeddings VALUES (?, ?)", rows)


def digest_of(model_id: str, text: str) -> bytes:
    """The key of a text under a model."""
    return hashlib.sha256(f"{model_id}\0".encode() + text.encode("utf-8", "surrogatepass")).digest()


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=30)
    try:
        connection.execute("PRAGMA journal_mode = WAL")  # readers and the writer do not wait for each other
        connection.executescript(SCHEMA)
        if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise sqlite3.DatabaseError("quick_check")
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection
