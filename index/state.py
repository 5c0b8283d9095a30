"""What a sync finds in an index folder, and whether it may be replaced. Knows nothing of models."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from corpus.types import Corpus, Document
from index.catalog import Catalog
from index.embedding import Vectors
from index.errors import IndexProblem
from index.generations import current
from index.places import Places
from index.words import mapped

FEW = 20  # passages up to which an index is too small to be worth guarding


@dataclass(frozen=True, slots=True)
class State:
    """What the last sync wrote."""

    model_id: str
    ids: tuple[str, ...]  # of the passages, in order
    documents: tuple[Document, ...]
    passage_counts: dict[str, int]  # by document id
    folder: Path  # of the files

    @property
    def model_name(self) -> str:
        return self.model_id.rpartition("@")[0]

    def vectors(self) -> Vectors:
        """The passages' vectors, of shape (len(ids), dimension), mapped into memory."""
        return mapped(self.folder / "vectors.npy")


def state_of(places: Places, tell: Callable[[str], None]) -> State | None:
    """The state on the disk, every byte of it checked; None where there is none or it is damaged."""
    try:
        generation = current(places.index)
        if generation is None:
            return None
        if not generation.intact:
            raise IndexProblem("a file is missing or changed")
        catalog = Catalog(generation.folder / "catalog.sqlite")
    except IndexProblem:
        tell(
            f"The index in {places.index} was damaged, or written by another version, and is built again from the "
            "documents and the embedding cache."
        )
        return None
    try:
        ids, counts = tuple(catalog.ids()), catalog.passage_counts()
        return State(catalog.model_id, ids, catalog.documents(), counts, generation.folder)
    finally:
        catalog.close()


def refuse_wiping(corpus: Corpus, before: State | None, folder: Path, force: bool) -> None:
    """Raise IndexProblem, unless forced, where there is nothing to index or most of the index would be lost.

    An unmounted or mistyped folder looks like a folder without documents. Passages count as lost where a document has
    fewer than before, so that new cutting rules or another model lose nothing.
    """
    if force:
        return
    if not corpus.passages:
        raise IndexProblem(
            f"The documents folder holds no document that can be read, so the index in {folder} is left as it is; "
            "--force makes an empty one."
        )
    if before is None or len(before.ids) <= FEW:
        return
    counts = Counter(passage.document_id for passage in corpus.passages)
    lost = sum(max(0, count - counts[document]) for document, count in before.passage_counts.items())
    if lost > len(before.ids) / 2:
        raise IndexProblem(
            f"This would delete {lost} of the {len(before.ids)} passages in {folder}, so nothing was changed; "
            "--force does it."
        )
