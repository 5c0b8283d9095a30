"""Words -> BM25 scores, over texts by their number. Knows nothing of documents, vectors or meaning."""

import json
import re
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

K1 = 0.9  # with b, the values of Anserini's BEIR baselines; (1.5, .75) is worse here and drags fusion down
B = 0.4
WORD = re.compile(r"\w\w+")
# fmt: off
STOP_WORDS = frozenset((  # Lucene's English list, which bm25s has too
    "a", "an", "and", "are", "as", "at", "be", "but", "by", "for", "if", "in", "into", "is", "it", "no", "not", "of",
    "on", "or", "such", "that", "the", "their", "then", "there", "these", "they", "this", "to", "was", "will", "with",
))
# fmt: on

_local = threading.local()  # a stemmer keeps a cache and must not be shared by threads


def terms(text: str) -> list[str]:
    """The stems (Snowball English) of the words that count."""
    return list(_stemmer().stemWords([word for word in WORD.findall(text.lower()) if word not in STOP_WORDS]))


def write_lexical(folder: Path, texts: Sequence[str]) -> None:
    """Index the texts; numbers are their positions."""
    import bm25s

    folder.mkdir(parents=True)
    documents = [terms(text) for text in texts]
    if not any(documents):
        (folder / "empty").write_text(str(len(texts)), encoding="utf-8")
        return
    scorer = bm25s.BM25(k1=K1, b=B, method="lucene")
    scorer.index(documents, show_progress=False)
    scorer.save(folder, show_progress=False)


class LexicalIndex:
    """A written index, mapped into memory; safe to share by threads.

    bm25s scores when it writes: a query only adds up columns. That takes three lines, so bm25s itself (0.4 s to
    import) is not needed to read.
    """

    def __init__(self, folder: Path, count: int) -> None:
        self._count = count
        self._words: dict[str, int] = {}
        if (folder / "empty").exists():
            return
        self._words = json.loads((folder / "vocab.index.json").read_text(encoding="utf-8"))
        self._starts = np.load(folder / "indptr.csc.index.npy")
        self._numbers = np.load(folder / "indices.csc.index.npy", mmap_mode="r")
        self._weights = np.load(folder / "data.csc.index.npy", mmap_mode="r")

    def scores(self, query: str) -> npt.NDArray[np.float32]:
        """The BM25 score of every text, 0 where no word is shared."""
        scores = np.zeros(self._count, dtype=np.float32)
        for term in terms(query):
            word = self._words.get(term)
            if word is not None:
                column = slice(int(self._starts[word]), int(self._starts[word + 1]))
                scores[self._numbers[column]] += self._weights[column]
        return scores

    def frequency(self, term: str) -> int:
        """In how many texts the stem `term` occurs."""
        word = self._words.get(term)
        return 0 if word is None else int(self._starts[word + 1] - self._starts[word])


def _stemmer() -> Any:
    if not hasattr(_local, "stemmer"):
        import Stemmer

        _local.stemmer = Stemmer.Stemmer("english")
    return _local.stemmer
