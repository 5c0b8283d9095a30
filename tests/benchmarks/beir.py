"""Reads a test set in the BEIR layout and scores rankings. Knows nothing of how they were made."""

import csv
import json
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.passages import split
from corpus.pieces import plain_pieces
from corpus.structure import blocks_of
from corpus.types import BlockKind, Corpus, Document, Passage

Judgements = Mapping[str, Mapping[str, int]]  # query id -> document id -> relevance


@dataclass(frozen=True, slots=True)
class TestSet:
    """Documents, queries by id, and what is relevant to each; only judged queries are kept."""

    __test__ = False  # not a class of tests
    documents: tuple[Document, ...]
    queries: Mapping[str, str]
    judgements: Judgements


def read(folder: Path, limit: int | None = None) -> TestSet:
    """`corpus.jsonl`, `queries.jsonl` and `qrels/test.tsv` of a folder; at most `limit` queries."""
    judgements: dict[str, dict[str, int]] = defaultdict(dict)
    with (folder / "qrels" / "test.tsv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            judgements[row["query-id"]][row["corpus-id"]] = int(row["score"])
    queries = {row["_id"]: row["text"] for row in rows(folder / "queries.jsonl") if row["_id"] in judgements}
    kept = dict(list(queries.items())[:limit])
    return TestSet(documents(folder), kept, {query: judgements[query] for query in kept})


def documents(folder: Path) -> tuple[Document, ...]:
    """What `corpus.jsonl` of a folder holds."""
    return tuple(
        Document(id=row["_id"], title=row.get("title", ""), text=row["text"]) for row in rows(folder / "corpus.jsonl")
    )


def passages_of(document: Document, whole: bool = False) -> tuple[Passage, ...]:
    """The document cut as the project cuts its own, or left whole."""
    if whole:
        text = document.text.strip()
        start = document.text.index(text)
        return (Passage(document.id, start, text, BlockKind.PARAGRAPH, (document.title,)),) if text else ()
    return split(document, blocks_of(document.text, plain_pieces(document.text), document.title))


def as_corpus(documents: Iterable[Document], whole: bool = False) -> Corpus:
    """What the index is made of."""
    documents = tuple(documents)
    return Corpus(documents, tuple(passage for document in documents for passage in passages_of(document, whole)))


def ndcg(ranking: Sequence[str], relevance: Mapping[str, int], k: int = 10) -> float:
    """nDCG@k as trec_eval has it: gain is the judgement, discount log2(rank + 1)."""
    gains = [relevance.get(document, 0) / math.log2(rank + 2) for rank, document in enumerate(ranking[:k])]
    ideal = sorted(relevance.values(), reverse=True)[:k]
    best = sum(gain / math.log2(rank + 2) for rank, gain in enumerate(ideal))
    return sum(gains) / best if best else 0.0


def recall(ranking: Sequence[str], relevance: Mapping[str, int], k: int = 5) -> float:
    """Recall@k: the part of the relevant documents that is among the first k."""
    relevant = {document for document, judgement in relevance.items() if judgement > 0}
    return len(relevant.intersection(ranking[:k])) / len(relevant) if relevant else 0.0


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSON Lines file."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)
