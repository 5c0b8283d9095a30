"""How near a question comes to those that are known to be answered, by which quote, or to be answered by nothing.

The questions are data beside the documents (corpus/questions.py); where a document has none, nothing is known. Knows
vectors, no words.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from corpus.types import Document
from corpus.units import Span

Embed = Callable[[Sequence[str]], npt.NDArray[np.float32]]
Vector = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Nearness:
    """Cosines of one question to the nearest known ones."""

    known: "KnownQuestions"
    asked: Vector  # for each span, to what it answers
    unanswered: dict[str, float]  # for each document, to what nothing in it answers

    def at(self, document_id: str, span: Span) -> float:
        """To what is answered within a span of a document; 0.0 where nothing is known."""
        return max((float(self.asked[row]) for row in self.known.spans_within(document_id, span)), default=0.0)

    def best(self, count: int) -> list[tuple[str, int]]:
        """Where the nearest questions are answered: documents and offsets, the nearest first."""
        rows = np.argsort(-self.asked, kind="stable")[:count]
        return [self.known.places[row][:2] for row in rows.tolist()]


class KnownQuestions:
    """The questions known of one state of the documents, with their vectors. Safe to share by threads."""

    def __init__(self, documents: Sequence[Document], embed: Embed) -> None:
        told = [document for document in documents if document.asked or document.unanswered]
        self.places = [(document.id, each.start, each.end) for document in told for each in document.asked]
        groups = [each.questions for document in told for each in document.asked]
        groups += [document.unanswered for document in told]
        texts = list(dict.fromkeys(text for group in groups for text in group))
        numbers = {text: number for number, text in enumerate(texts)}
        self._vectors = embed(texts) if texts else np.empty((0, 0), dtype=np.float32)
        self._rows = np.array([numbers[text] for group in groups for text in group], dtype=np.intp)
        sizes = np.array([len(group) for group in groups], dtype=np.intp)
        self._filled = np.flatnonzero(sizes)
        self._starts = (np.cumsum(sizes) - sizes)[self._filled]
        self._groups = len(groups)
        self._documents = [document.id for document in told]
        self._within: dict[tuple[str, int, int], tuple[int, ...]] = {}

    def __bool__(self) -> bool:
        return bool(self._documents)

    def nearness(self, vector: Vector) -> Nearness:
        """Compare one question, by its vector, with all that are known."""
        nearest = np.zeros(self._groups, dtype=np.float32)
        if len(self._filled):
            cosines = (self._vectors @ vector)[self._rows]
            nearest[self._filled] = np.maximum.reduceat(cosines, self._starts)
        count = len(self.places)
        unanswered = dict(zip(self._documents, nearest[count:].tolist(), strict=True))
        return Nearness(self, nearest[:count], unanswered)

    def spans_within(self, document_id: str, span: Span) -> tuple[int, ...]:
        """The rows of the spans that a span of a document meets."""
        key = document_id, span.start, span.end
        if key not in self._within:
            self._within[key] = tuple(
                row
                for row, (id, start, end) in enumerate(self.places)
                if id == document_id and start < span.end and span.start < end
            )
        return self._within[key]
