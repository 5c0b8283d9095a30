"""The durable writes of a sync: vectors, rows of the store, the new generation. Knows nothing of why or when.

Each write may be the last before the process is killed; whatever is written twice ends up the same.
"""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from corpus.types import Corpus, Passage
from index import store
from index.cache import EmbeddingCache
from index.catalog import passage_id, write_catalog
from index.durable import Checkpoint, durable_write
from index.embedding import Embedder, Vectors
from index.errors import IndexProblem
from index.generations import next_generation
from index.numbers import write_id_list
from index.places import Places
from index.postings import update_lexical
from index.progress import Progress
from index.state import State

LOOKED_UP_AT_ONCE = 10_000  # texts whose vectors are read from the cache before they are put in place
EMBEDDED_AT_ONCE = 128  # texts between two commits of the cache: what a kill can lose
FREE_BYTES = 50_000_000  # beside the vectors, which are written three times


@dataclass(frozen=True, slots=True)
class Work:
    """One sync: where, by which model, and who is watching."""

    places: Places
    embedder: Embedder
    tell: Callable[[str], None]
    progress: Progress
    checkpoint: Checkpoint


@dataclass(frozen=True, slots=True)
class Wanted:
    """The passages a corpus asks for, each once, with their ids."""

    corpus: Corpus
    ids: tuple[str, ...]
    passages: tuple[Passage, ...]


def wanted_of(corpus: Corpus, model_id: str) -> Wanted:
    """A passage that stands twice in a corpus is wanted once."""
    by_id = {passage_id(passage, model_id): passage for passage in corpus.passages}
    return Wanted(corpus, tuple(by_id), tuple(by_id.values()))


def embed(work: Work, texts: Sequence[str]) -> tuple[Vectors, int]:
    """The vectors of these texts in order, and how many the cache did not have."""
    vectors = np.empty((len(texts), work.embedder.dimension), dtype=np.float32)
    if not texts:
        return vectors, 0
    _check_space(work, len(texts))
    cache = EmbeddingCache.writer(work.places.cache, work.embedder.model_id, work.embedder.dimension)
    try:
        rows: dict[str, list[int]] = {}  # of the texts that the cache does not have
        for start in range(0, len(texts), LOOKED_UP_AT_ONCE):
            known = cache.find(dict.fromkeys(texts[start : start + LOOKED_UP_AT_ONCE]))
            for row, text in enumerate(texts[start : start + LOOKED_UP_AT_ONCE], start):
                if text in known:
                    vectors[row] = known[text]
                else:
                    rows.setdefault(text, []).append(row)
        # The longest first: the time left is then rather too long than too short, and batches hold texts of a length.
        missing = sorted(rows, key=len, reverse=True)
        for start in range(0, len(missing), EMBEDDED_AT_ONCE):
            some = missing[start : start + EMBEDDED_AT_ONCE]
            fresh = work.embedder.embed(some)
            with durable_write("vectors cached", work.checkpoint):
                cache.add(some, fresh)
            for text, vector in zip(some, fresh, strict=True):
                vectors[rows[text]] = vector
            work.progress("embedding", start + len(some), len(missing))
    finally:
        cache.close()
    return vectors, len(missing)


def fill(work: Work, opened: store.Store, wanted: Wanted, vectors: Vectors) -> tuple[int, list[str]]:
    """Add the rows that are missing: how many, and the ids that are no longer wanted."""
    present = opened.ids()
    missing = [position for position, id in enumerate(wanted.ids) if id not in present]
    for start in range(0, len(missing), store.AT_ONCE):
        rows = missing[start : start + store.AT_ONCE]
        with durable_write("store rows added", work.checkpoint):
            opened.add([wanted.ids[row] for row in rows], [wanted.passages[row] for row in rows], vectors[rows])
        work.progress("storing", start + len(rows), len(missing))
    return len(missing), sorted(present.difference(wanted.ids))


def delete(work: Work, opened: store.Store, ids: Sequence[str]) -> None:
    """Take rows out of the store."""
    for start in range(0, len(ids), store.AT_ONCE):
        with durable_write("store rows deleted", work.checkpoint):
            opened.delete(ids[start : start + store.AT_ONCE])


def check(opened: store.Store, wanted: Wanted, vectors: Vectors) -> None:
    """Raise StoreDamaged where the store has another number of rows, or does not find some of them."""
    sample = vectors[store.canaries(len(vectors))]
    if opened.count() != len(wanted.ids) or not opened.finds(sample):
        raise store.StoreDamaged("The store does not hold what was written to it: check the disk.")


def write_generation(work: Work, wanted: Wanted, vectors: Vectors, before: State | None) -> None:
    """Write catalog, vectors and lexical index, and make them the current state.

    The lexical index takes over from the state before what it says of passages that are in both.
    """
    model_id = work.embedder.model_id
    now = {id: number for number, id in enumerate(wanted.ids)}
    moved = np.array([now.get(id, -1) for id in before.ids] if before else [], dtype=np.int64)
    stays = set(moved.tolist())
    fresh = {number: each.searchable for number, each in enumerate(wanted.passages) if number not in stays}
    with next_generation(work.places.index, work.checkpoint) as folder:
        write_catalog(folder / "catalog.sqlite", model_id, wanted.corpus.documents, wanted.passages, wanted.ids)
        np.save(folder / "vectors.npy", vectors)
        write_id_list(folder, wanted.ids)
        update_lexical(folder / "lexical", len(wanted.ids), fresh, before.folder / "lexical" if before else None, moved)


def _check_space(work: Work, texts: int) -> None:
    needed = texts * work.embedder.dimension * 4 * 3 + FREE_BYTES
    free = shutil.disk_usage(work.places.index).free
    if free < needed:
        raise IndexProblem(
            f"The disk of {work.places.index} has {free // 1_000_000} MB free, and the index needs "
            f"{needed // 1_000_000} MB."
        )
