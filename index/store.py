"""The persistent Chroma collection of passages' vectors. Knows nothing of documents, models or scores.

A row is a passage's id, its vector and its document's id. The text stays in the catalog: kept here too it would make
writing three times as slow (Chroma indexes every three letters of it), and Chroma keeps what is deleted in its file.

Chroma 1.5.9 loses vectors when two processes write one folder, answers silently wrong or crashes on damaged files, and
serves a reader old state. So one process writes (the sync holds a lock), the folder is compared with the sizes last
written and else probed in a child process, and whatever is wrong is built again.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from corpus.types import Passage
from index.durable import make_private
from index.embedding import Vectors
from index.errors import IndexProblem

COLLECTION = "passages"
AT_ONCE = 2000  # rows per call; Chroma refuses more than 5,461
CANARIES = 32
AT_REST = 1e-3  # cosine distance up to which a vector counts as found
FOUND = 0.8  # of the canaries, where there are many rows
ALL_FOUND = 50_000  # rows up to which the graph finds every one of them


class StoreDamaged(IndexProblem):
    """The store is not as it was written, or is another model's; nothing in it is the only copy."""


class Store:
    """An open collection in cosine space. Close it, or its files stay in use."""

    def __init__(self, folder: Path, model_id: str, dimension: int, reading: int = 0) -> None:
        """Open the collection of this model, or make it. Raises StoreDamaged where something else is there.

        A reader gives the number of the generation it reads as `reading`: Chroma shares one state among the clients of
        one path, so each generation is read under a path of its own spelling.
        """
        if not reading:
            make_private(folder)
        with _chroma_errors(folder):
            self._client = client(folder, reading)
        try:
            self._collection = self._open(folder, model_id, dimension)
        except BaseException:
            self._client.close()
            raise
        self._folder = folder

    def close(self) -> None:
        """Let go of the files; a second call does nothing."""
        if self._client is not None:
            self._client.close()
        self._client = None

    def count(self) -> int:
        """The number of rows."""
        with _chroma_errors(self._folder):
            return int(self._collection.count())

    def ids(self) -> set[str]:
        """The ids of all passages present."""
        with _chroma_errors(self._folder):
            return set(self._collection.get(include=[])["ids"])

    def add(self, ids: Sequence[str], passages: Sequence[Passage], vectors: Vectors) -> None:
        """Add passages that are not present: Chroma keeps the old row of an id it has, without a word."""
        with _chroma_errors(self._folder):
            self._collection.add(
                ids=list(ids),
                embeddings=vectors,
                metadatas=[{"document_id": passage.document_id} for passage in passages],
            )

    def delete(self, ids: Sequence[str]) -> None:
        """Take passages out; those that are not present are passed over."""
        with _chroma_errors(self._folder):
            self._collection.delete(ids=list(ids))

    def nearest(self, vector: Vectors, k: int) -> list[str]:
        """The ids of the k nearest passages, best first, by Chroma's graph; a row deleted since may be among them."""
        with _chroma_errors(self._folder):
            found = self._collection.query(query_embeddings=vector.reshape(1, -1), n_results=k, include=[])
        return list(found["ids"][0])

    def finds(self, vectors: Vectors) -> bool:
        """Does each vector find a passage at distance 0? (Not "its" passage: texts repeat.) See `all_found`."""
        with _chroma_errors(self._folder):
            return all_found(self._collection, vectors)

    def _open(self, folder: Path, model_id: str, dimension: int) -> Any:
        with _chroma_errors(folder):
            collection = self._client.get_or_create_collection(
                COLLECTION,
                embedding_function=None,
                configuration={"hnsw": {"space": "cosine"}},  # what else Chroma does by default is enough
                metadata={"model_id": model_id, "dimension": dimension},
            )
        # get_or_create ignores what it is asked for where a collection exists. `.configuration` is never read: it
        # builds whatever embedding function the file names.
        space = collection._model.configuration_json["hnsw"]["space"]
        facts = collection.metadata or {}
        if (facts.get("model_id"), facts.get("dimension"), space) != (model_id, dimension, "cosine"):
            built = f"{facts.get('model_id')} in {space} space"
            raise StoreDamaged(f"The store in {folder} was built with {built}, not with {model_id}: sync it again.")
        return collection


def client(folder: Path, reading: int = 0) -> Any:
    """A Chroma client on a folder."""
    import chromadb
    from chromadb.config import Settings

    path = f"{folder}/.{'/' * reading}" if reading else str(folder)
    return chromadb.PersistentClient(path, settings=Settings(anonymized_telemetry=False))


def all_found(collection: Any, vectors: Vectors) -> bool:
    """Whether a collection finds these vectors; most of them where it is large.

    In a million rows the graph misses some. A damaged collection loses many or fails.
    """
    if not len(vectors):
        return True
    needed = len(vectors) * (FOUND if collection.count() > ALL_FOUND else 1.0)
    found = collection.query(query_embeddings=vectors, n_results=1, include=["distances"])
    near = sum(1 for distances in found["distances"] if distances and distances[0] < AT_REST)
    return near >= needed


def canaries(count: int) -> list[int]:
    """Positions spread over a collection, for self-searches."""
    return sorted({round(number * (count - 1) / (CANARIES - 1)) for number in range(CANARIES)}) if count else []


@contextmanager
def _chroma_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # what is wrong on the disk comes as Chroma's own, bare ones, and panics of its core
        reason = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
        raise StoreDamaged(f"The store in {folder} failed ({reason}): sync the index again.") from error
