"""Makes the index agree with a corpus, in one step that may be repeated or killed at any moment.

A passage's id is a digest of all that it holds, so a sync is the difference between the ids that the corpus asks for
and those present. Durable writes come in this order, so that a kill between any two leaves a state that the next sync
brings to the same end: model, vectors (cache), rows added to the store, the new generation, the switch to it, rows
deleted from the store, the record of the store's files. Knows nothing of how a query is answered.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from corpus.types import Corpus
from index import build, models, upkeep
from index.build import Wanted, Work
from index.cache import EmbeddingCache
from index.durable import Checkpoint, durable_write, make_private, no_checkpoint
from index.embedding import Embedder, Vectors
from index.errors import IndexProblem
from index.generations import current, remove_old
from index.places import Places
from index.progress import Progress, no_progress
from index.state import State, refuse_wiping, state_of
from index.store import Store, StoreDamaged, canaries


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did."""

    documents: int
    passages: int
    embedded: int  # texts the model was run on
    added: int  # rows new in the store
    deleted: int  # rows gone from it
    generation: int
    model_id: str
    notices: tuple[str, ...] = ()  # sentences for the user: what was rebuilt, and why


class Notices:
    """Passes sentences on, and keeps them for the report."""

    def __init__(self, tell: Callable[[str], None] | None) -> None:
        self._tell = tell
        self.sentences: list[str] = []

    def __call__(self, sentence: str) -> None:
        self.sentences.append(sentence)
        if self._tell:
            self._tell(sentence)


def sync(
    corpus: Corpus,
    folder: Path,
    *,
    model: str | None = None,
    embedder: Embedder | None = None,
    force: bool = False,
    also: Sequence[str] = (),
    tell: Callable[[str], None] | None = None,
    progress: Progress = no_progress,
    checkpoint: Checkpoint = no_checkpoint,
) -> SyncReport:
    """Bring the index in `folder` to the state of `corpus`.

    `model` defaults to the one that built the index, or else to the packaged one; `embedder` replaces it. `also` are
    texts whose vectors are to be in the embedding cache besides those of passages and known questions. `tell` gets
    each notice as it comes up.
    Raises IndexProblem: with nothing changed where another process is writing or where most of the index would go
    (unless `force`); else where model, disk or store fail, and then what is done is kept.
    """
    places = Places(folder)
    notices = Notices(tell)
    try:
        with _only_writer(places):
            before = state_of(places, notices)
            refuse_wiping(corpus, before, folder, force)
            name = model or (before.model_name if before else models.PACKAGED)
            texts = [passage.searchable for passage in corpus.passages]
            chosen = embedder or models.prepare(name, places.models, notices, checkpoint, texts)
            work = Work(places, chosen, notices, progress, checkpoint)
            return _synced(work, corpus, before, also, notices)
    except (sqlite3.Error, OSError) as error:
        raise IndexProblem(f"The index in {folder} cannot be written: {error}.") from error


def _synced(work: Work, corpus: Corpus, before: State | None, also: Sequence[str], notices: Notices) -> SyncReport:
    places, model_id = work.places, work.embedder.model_id
    wanted = build.wanted_of(corpus, model_id)
    if before and before.model_id != model_id:
        work.tell(f"The index was built with {before.model_id} and is built again with {model_id}.")
    same = before is not None and before.ids == wanted.ids and before.documents == corpus.documents
    added = deleted = embedded = 0
    if not (same and upkeep.as_written(places.store, places.store_record)):
        vectors, embedded = _vectors(work, wanted, None if same else before)
        added, deleted = _stored(work, wanted, vectors, before, same)
    embedded += build.embed(work, list(dict.fromkeys((*also, *_known_questions(corpus)))))[1]
    remove_old(places.index, work.checkpoint)
    generation = current(places.index)
    number = generation.number if generation else 0
    counts = (len(corpus.documents), len(wanted.ids), embedded, added, deleted, number)
    return SyncReport(*counts, model_id=model_id, notices=tuple(notices.sentences))


def _known_questions(corpus: Corpus) -> Iterator[str]:
    for document in corpus.documents:
        yield from (question for asked in document.asked for question in asked.questions)
        yield from document.unanswered


def _vectors(work: Work, wanted: Wanted, before: State | None) -> tuple[Vectors, int]:
    """The vectors of what is wanted, and how many texts were embedded; what was in the state before has its vector.

    Where some of that is not in the embedding cache, the cache was lost: all texts are looked up, which fills it again.
    """
    texts = [passage.searchable for passage in wanted.passages]
    known = {id: row for row, id in enumerate(before.ids)} if before else {}
    rows = np.array([known.get(id, -1) for id in wanted.ids], dtype=np.int64)
    stay, rest = np.flatnonzero(rows >= 0), np.flatnonzero(rows < 0)
    sample = [texts[stay[number]] for number in canaries(len(stay))]
    if before is None or not _cached(work, sample):
        return build.embed(work, texts)
    vectors = np.empty((len(texts), work.embedder.dimension), dtype=np.float32)
    vectors[stay] = before.vectors()[rows[stay]]
    vectors[rest], embedded = build.embed(work, [texts[row] for row in rest])
    return vectors, embedded


def _cached(work: Work, texts: Sequence[str]) -> bool:
    """Are these texts, one or more of them, in the embedding cache?"""
    try:
        cache = EmbeddingCache.reader(work.places.cache, work.embedder.model_id, work.embedder.dimension)
        with closing(cache):
            return 0 < len(set(texts)) == len(cache.find(texts))
    except sqlite3.Error:
        return False


def _stored(work: Work, wanted: Wanted, vectors: Vectors, before: State | None, same: bool) -> tuple[int, int]:
    """Write the store and the generation; how many rows came and went. A damaged store is built again, once."""
    places = work.places
    if upkeep.usable(places.store, places.store_record):
        try:
            return _written(work, wanted, vectors, before, same)
        except StoreDamaged:
            pass
    work.tell("The store was damaged or of another kind and is built again from the embedding cache.")
    upkeep.remove(places.store, places.store_record)
    return _written(work, wanted, vectors, before, same)


def _written(work: Work, wanted: Wanted, vectors: Vectors, before: State | None, same: bool) -> tuple[int, int]:
    places = work.places
    opened = Store(places.store, work.embedder.model_id, work.embedder.dimension)
    try:
        added, vanished = build.fill(work, opened, wanted, vectors)
        if not same:
            build.write_generation(work, wanted, vectors, before)
        build.delete(work, opened, vanished)
        build.check(opened, wanted, vectors)
    finally:
        opened.close()
    with durable_write("store record", work.checkpoint):
        upkeep.record_files(places.store, places.store_record)
    return added, len(vanished)


@contextmanager
def _only_writer(places: Places) -> Iterator[None]:
    """Hold the lock of the folder. Raises IndexProblem at once where another process holds it."""
    from filelock import FileLock, Timeout

    make_private(places.index)
    try:
        with FileLock(places.lock, timeout=0):
            yield
    except Timeout as error:
        raise IndexProblem(f"Another process is writing to the index in {places.index}: try again later.") from error
