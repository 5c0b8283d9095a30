"""A small model that needs no weights, small corpora, and what two indexes must have in common."""

import hashlib
import json
import random
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path

import numpy as np

from corpus.types import BlockKind, Corpus, Document, Passage
from index.embedding import EmbedProgress, Vectors, unit
from index.generations import current
from index.passages import PassageIndex

TEXT_OF_WORDS = """
laser peel filler botox nurse doctor physician aesthetician skin scar sun cream needle clinic state law license training
pain redness healing week treatment device wavelength consultation risk burn patient
"""
WORDS = TEXT_OF_WORDS.split()


class WordEmbedder:
    """A real, if simple, model: each word has a direction of its own, a text is the sum of its words."""

    def __init__(self, model_id: str = "words@1", dimension: int = 32) -> None:
        self.model_id = model_id
        self.dimension = dimension
        self.embedded: list[str] = []

    def embed(self, texts: Sequence[str], progress: EmbedProgress | None = None) -> Vectors:
        self.embedded += texts
        vectors = [sum(direction(word, self.dimension) for word in ["", *text.lower().split()]) for text in texts]
        if progress:
            progress(len(texts), len(texts))
        return unit(np.stack(vectors), self.model_id) if texts else np.empty((0, self.dimension), np.float32)


@cache
def direction(word: str, dimension: int) -> np.ndarray:
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8])
    return np.random.default_rng(seed).normal(size=dimension).astype(np.float32)


def corpus_of(texts: dict[str, list[str]]) -> Corpus:
    """Documents by id, each from the paragraphs that become its passages."""
    documents, passages = [], []
    for id, paragraphs in texts.items():
        title = id.capitalize()
        text = "\n\n".join(paragraphs)
        documents.append(Document(id, title, text, publisher="A clinic", kind="document"))
        start = 0
        for paragraph in paragraphs:
            passages.append(Passage(id, start, paragraph, BlockKind.PARAGRAPH, (title,)))
            start += len(paragraph) + 2
    return Corpus(tuple(documents), tuple(passages))


def random_corpus(documents: int, passages: int, seed: int = 1) -> Corpus:
    """A corpus of `documents` with `passages` each, the same for the same seed; every passage is another text."""
    source = random.Random(seed)
    return corpus_of(
        {
            f"document-{number:03}": [
                f"Item {number}-{position}: " + " ".join(source.choices(WORDS, k=12)) for position in range(passages)
            ]
            for number in range(documents)
        }
    )


def contents(folder: Path) -> dict[str, object]:
    """All that a reader can see of an index, but its generation: ids, vectors, the store's rows."""
    import chromadb

    generation = current(folder)
    assert generation is not None
    assert generation.intact
    with sqlite3.connect(generation.folder / "catalog.sqlite") as connection:
        ids = [row[0] for row in connection.execute("SELECT id FROM passages ORDER BY position")]
    client = chromadb.PersistentClient(str(folder / "chroma"))
    rows = client.get_collection("passages", embedding_function=None).get(include=["embeddings", "documents"])
    client.close()
    stored = {
        id: (text, np.asarray(vector))
        for id, text, vector in zip(rows["ids"], rows["documents"], rows["embeddings"], strict=True)
    }
    return {"ids": ids, "vectors": np.load(generation.folder / "vectors.npy"), "stored": stored}


def assert_same_index(folder: Path, fresh: Path, queries: Iterable[str]) -> None:
    """The same ids, vectors, stored rows and top 5 as a fresh build."""
    one, other = contents(folder), contents(fresh)
    assert one["ids"] == other["ids"]
    np.testing.assert_allclose(one["vectors"], other["vectors"], atol=1e-5)
    assert one["stored"].keys() == other["stored"].keys() == set(one["ids"])
    for id, (text, vector) in one["stored"].items():
        assert text == other["stored"][id][0]
        np.testing.assert_allclose(vector, other["stored"][id][1], atol=1e-5)
    assert top_five(folder, queries) == top_five(fresh, queries)


def top_five(folder: Path, queries: Iterable[str]) -> list[list[tuple[str, int]]]:
    index = PassageIndex.open(folder, WordEmbedder())
    return [[(hit.passage.document_id, hit.passage.start) for hit in index.search(query, 5)] for query in queries]


def counting() -> tuple[Callable[[str], None], list[str]]:
    """A checkpoint that keeps the names of the writes."""
    steps: list[str] = []
    return steps.append, steps


def write_sources(folder: Path, texts: dict[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")


def json_lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]
