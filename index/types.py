"""Plain values of search. Knows nothing of chat."""

from dataclasses import dataclass

from corpus.types import Passage


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a query; higher scores are better."""

    passage: Passage
    score: float  # fused, in [0, 1]
    dense: float = 0.0  # cosine to the query, in [-1, 1]
    lexical: float = 0.0  # raw BM25
