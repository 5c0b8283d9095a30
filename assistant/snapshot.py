"""What answering needs of an index: one state of it. Knows no store and no model."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from corpus.types import Document, Passage
from index.types import Hit


class Snapshot(Protocol):
    """One state of an index; an answer is made on one of them."""

    @property
    def documents(self) -> tuple[Document, ...]: ...
    @property
    def passages(self) -> tuple[Passage, ...]: ...
    @property
    def generation(self) -> int: ...
    @property
    def count(self) -> int: ...
    def document(self, id: str) -> Document | None: ...
    def search(self, query: str, k: int = 10) -> list[Hit]: ...
    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]: ...
    def frequency(self, term: str) -> int: ...


class Index(Protocol):
    @property
    def snapshot(self) -> Snapshot: ...


def document_of(snapshot: Snapshot, document_id: str) -> Document:
    """The document of a passage that was found."""
    document = snapshot.document(document_id)
    if document is None:
        raise LookupError(f"the index lists a passage of {document_id!r} but not the document")
    return document
