"""Queries -> hits: the one door through which the project searches. Knows nothing of chat or of source files."""

import threading
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from corpus.types import Document, Passage
from index import models
from index.catalog import Catalog
from index.embedding import Embedder, Vectors, well_formed
from index.errors import IndexProblem
from index.fusion import CANDIDATES, Positions, Scores, best, fused
from index.generations import Generation, current, stamp
from index.lexical import LexicalIndex
from index.numbers import IdList
from index.places import Places
from index.remembered import RememberingEmbedder
from index.types import Hit
from index.words import mapped

if TYPE_CHECKING:
    from index.store import Store

EXACT_LIMIT = 50_000  # passages up to which every vector is compared: as fast as a graph there, and always right


@dataclass(frozen=True, slots=True)
class Candidates:
    """Passages by position, in order, with the cosine and the BM25 score of each."""

    positions: Positions
    dense: Scores
    lexical: Scores


class Snapshot:
    """One state of the index, which never changes: what is found in it stays in it. Safe to share by threads."""

    def __init__(self, places: Places, generation: Generation, catalog: Catalog, embedder: Embedder) -> None:
        self.generation = generation.number
        self._embedder = embedder
        self._places = places
        self._catalog = catalog
        self._vectors: Vectors = mapped(generation.folder / "vectors.npy")
        self._lexical = LexicalIndex(generation.folder / "lexical", catalog.count)
        self._ids = IdList(generation.folder)
        self._graph: Store | None = None
        self._opening = threading.Lock()

    @property
    def model_id(self) -> str:
        return self._catalog.model_id

    @property
    def count(self) -> int:
        """How many passages there are."""
        return self._catalog.count

    @cached_property
    def documents(self) -> tuple[Document, ...]:
        return self._catalog.documents()

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        return self._catalog.passages()

    def document(self, id: str) -> Document | None:
        """The document of this id, or None."""
        return self._catalog.document(id)

    def frequency(self, term: str) -> int:
        """In how many passages the Snowball stem `term` occurs."""
        return self._lexical.frequency(term)

    def passage_counts(self) -> dict[str, int]:
        """Passages per document id."""
        return self._catalog.passage_counts()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of shape (len(texts), dimension), by the model that built this state."""
        return self._embedder.embed(texts)

    def search(self, query: str, k: int = 10) -> list[Hit]:
        """The k best passages, best first; all of them where there are fewer, none for a query without a character."""
        query = well_formed(query)
        if k < 1 or not query.strip() or not self.count:
            return []
        vector = self.embed([query])[0]
        graph = self._open_graph() if self.count > EXACT_LIMIT else None
        wanted = max(k, CANDIDATES)
        found = self._by_scan(query, vector, wanted) if graph is None else self._by_graph(graph, query, vector, wanted)
        scores = fused(found.dense, found.lexical)
        chosen = best(scores, k)
        passages = self._catalog.passages_at([int(position) for position in found.positions[chosen]])
        return [
            Hit(passage, float(scores[row]), float(found.dense[row]), float(found.lexical[row]))
            for passage, row in zip(passages, chosen, strict=True)
        ]

    def _by_scan(self, query: str, vector: Vectors, wanted: int) -> Candidates:
        """Every passage is compared."""
        dense, lexical = self._vectors @ vector, self._lexical.scores(query)
        positions = np.union1d(best(dense, wanted), best(lexical, wanted))
        return Candidates(positions, dense[positions], lexical[positions])

    def _by_graph(self, graph: "Store", query: str, vector: Vectors, wanted: int) -> Candidates:
        """Graph and postings propose; the scores of what they propose are exact. Nothing is done for every passage."""
        near = self._ids.positions(graph.nearest(vector, wanted))
        words = self._lexical.words(query)
        positions = np.union1d(near, self._lexical.best(words, wanted))
        return Candidates(positions, self._vectors[positions] @ vector, self._lexical.scores_at(words, positions))

    def _open_graph(self) -> "Store | None":
        """Chroma's collection; None while its files are not as last written, since those can end the process."""
        from index import upkeep
        from index.store import Store

        with self._opening:
            if self._graph is None and upkeep.as_written(self._places.store, self._places.store_record):
                dimension = self._vectors.shape[1]
                self._graph = Store(self._places.store, self.model_id, dimension, reading=self.generation)
                weakref.finalize(self, self._graph.close)  # else Chroma keeps the graph in memory
            return self._graph


class PassageIndex:
    """The index in a folder, always in its newest state: a sync by any process is noticed at the next call.

    An answer that makes several calls works on one `snapshot`, so that all of them speak of the same documents.
    """

    def __init__(self, folder: Path, embedder: Embedder | None = None, model: str | None = None) -> None:
        """Open the index. Raises IndexProblem where there is none, or where another model built it."""
        self._places = Places(folder)
        self._given = embedder
        self._model = model
        self._switching = threading.Lock()
        self._embedder: RememberingEmbedder | None = None
        self._stamp: tuple[int, int, int] | None = None
        self._snapshot = self._load()

    @classmethod
    def open(cls, folder: Path, embedder: Embedder | None = None, model: str | None = None) -> "PassageIndex":
        """The constructor under a name that reads well. `embedder` and `model` default to what built the index."""
        return cls(folder, embedder, model)

    @property
    def snapshot(self) -> Snapshot:
        """The newest state. Where the folder has gone or is damaged, the state that is open goes on answering."""
        if stamp(self._places.index) != self._stamp:
            with self._switching:
                now = stamp(self._places.index)
                if now is not None and now != self._stamp:
                    self._snapshot = self._load()
        return self._snapshot

    @property
    def generation(self) -> int:
        return self.snapshot.generation

    @property
    def model_id(self) -> str:
        return self.snapshot.model_id

    @property
    def documents(self) -> tuple[Document, ...]:
        return self.snapshot.documents

    @property
    def passages(self) -> tuple[Passage, ...]:
        return self.snapshot.passages

    def document(self, id: str) -> Document | None:
        """The document of this id, or None."""
        return self.snapshot.document(id)

    def search(self, query: str, k: int = 10) -> list[Hit]:
        """The k best passages of the newest state, best first."""
        return self.snapshot.search(query, k)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of shape (len(texts), dimension) by the index's model, remembered."""
        return self.snapshot.embed(texts)

    def _load(self) -> Snapshot:
        """Read the current state; a sync may replace it while it is being opened, so look again."""
        for _ in range(3):
            now = stamp(self._places.index)
            try:
                snapshot = self._read()
            except IndexProblem:
                if stamp(self._places.index) == now:
                    raise
            else:
                self._stamp = now
                return snapshot
        raise IndexProblem(f"The index in {self._places.index} keeps changing: try again.")

    def _read(self) -> Snapshot:
        generation = current(self._places.index)
        if generation is None:
            raise IndexProblem(f"There is no index in {self._places.index}: run `python -m index sync` first.")
        try:
            if not generation.complete:
                raise ValueError("a file is missing or has another size")
            catalog = Catalog(generation.folder / "catalog.sqlite")
            self._embedder = self._embedder_for(catalog.model_id)
            return Snapshot(self._places, generation, catalog, self._embedder)
        except (OSError, ValueError) as error:
            raise IndexProblem(f"The index in {self._places.index} is damaged: sync it again.") from error

    def _embedder_for(self, model_id: str) -> RememberingEmbedder:
        """The embedder that built this state. Raises IndexProblem where another one was asked for."""
        asked = self._given.model_id if self._given else self._model
        if asked and asked != model_id and not models.matches(asked, model_id):
            raise IndexProblem(
                f"The index in {self._places.index} was built with the model {model_id}, not with {asked}: "
                f"sync it with that model, or search with the one that built it."
            )
        if self._embedder is not None and self._embedder.model_id == model_id:
            return self._embedder
        embedder = self._given or models.opened_by_id(model_id, self._places.models)
        return RememberingEmbedder(embedder, self._places.cache)
