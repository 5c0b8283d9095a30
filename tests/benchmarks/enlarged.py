"""A small set of real passages made large: perturbed vectors, resampled words. Knows nothing of what is measured.

Each further passage is a copy of a real one. Its vector is the real one plus noise of length `NOISE`, drawn with the
covariance of the real vectors (so that it points where real vectors differ, and not into dimensions that none uses),
scaled back to length 1: a copy's nearest neighbour is then about as far away as a real passage's. Of its words, the
part `CHANGED` is replaced by words drawn from all the real text, so that common words stay common. A smaller
collection is the beginning of a larger one.
"""

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from corpus.types import BlockKind, Corpus, Document, Passage
from index.embedding import EmbedProgress, Vectors

NOISE = 0.6
CHANGED = 0.3
PER_DOCUMENT = 20  # passages
AT_ONCE = 10_000
PLACE = re.compile(r"Document (\d+) > Part (\d+)\n")


@dataclass(frozen=True, slots=True)
class Enlarged:
    """A corpus of any number of passages, and their vectors in order, of shape (passages, dimension)."""

    corpus: Corpus
    vectors: Vectors


class ReadyEmbedder:
    """Gives vectors computed before: a passage's by the place in its headings, a query's by its text."""

    def __init__(self, model_id: str, passages: Vectors, queries: Mapping[str, Vectors]) -> None:
        self.model_id = f"{model_id.rpartition('@')[0]}@enlarged"
        self.dimension = passages.shape[1]
        self._passages = passages
        self._queries = queries

    def embed(self, texts: Sequence[str], progress: EmbedProgress | None = None) -> Vectors:
        """Vectors of shape (len(texts), dimension). Raises KeyError for a text that is neither."""
        if progress:
            progress(len(texts), len(texts))
        return np.stack([self._vector(text) for text in texts])

    def _vector(self, text: str) -> Vectors:
        if place := PLACE.match(text):
            return np.asarray(self._passages[int(place[1]) * PER_DOCUMENT + int(place[2])])
        return self._queries[text]


def enlarged(texts: Sequence[str], vectors: Vectors, count: int, seed: int = 1) -> Enlarged:
    """`count` passages: the real ones in an order drawn by `seed`, then copies of them, round and round."""
    order = np.random.default_rng(seed).permutation(len(texts))
    return Enlarged(
        _corpus(_texts([texts[row] for row in order], count, seed), count), _perturbed(vectors[order], count, seed)
    )


def _perturbed(real: Vectors, count: int, seed: int) -> Vectors:
    source = np.random.default_rng(seed)
    dimension = real.shape[1]
    values, directions = np.linalg.eigh(np.cov(real.T))
    spread = (directions * np.sqrt(np.maximum(values, 0.0))).astype(np.float32).T
    vectors = np.empty((count, dimension), dtype=np.float32)
    vectors[: len(real)] = real[:count]
    for start in range(len(real), count, AT_ONCE):
        noise = _unit(source.standard_normal((AT_ONCE, dimension), dtype=np.float32) @ spread)
        rows = np.arange(start, min(start + AT_ONCE, count))
        vectors[rows] = _unit(real[rows % len(real)] + NOISE * noise[: len(rows)])
    return vectors


def _texts(texts: Sequence[str], count: int, seed: int) -> Iterator[str]:
    source = random.Random(seed)
    words = [text.split() for text in texts]
    everything = [word for each in words for word in each]
    yield from texts[:count]
    for number in range(len(texts), count):
        own = list(words[number % len(texts)])
        changed = round(CHANGED * len(own))
        for place, word in zip(
            source.sample(range(len(own)), changed), source.choices(everything, k=changed), strict=True
        ):
            own[place] = word
        yield " ".join(own)


def _corpus(texts: Iterator[str], count: int) -> Corpus:
    documents: list[Document] = []
    passages: list[Passage] = []
    for number in range(-(-count // PER_DOCUMENT)):
        id, title = f"document-{number}", f"Document {number}"
        parts = [next(texts) for _ in range(min(PER_DOCUMENT, count - number * PER_DOCUMENT))]
        documents.append(Document(id, title, "\n\n".join(parts)))
        start = 0
        for part, text in enumerate(parts):
            passages.append(Passage(id, start, text, BlockKind.PARAGRAPH, (title, f"Part {part}")))
            start += len(text) + 2
    return Corpus(tuple(documents), tuple(passages))


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / lengths, dtype=np.float32)
