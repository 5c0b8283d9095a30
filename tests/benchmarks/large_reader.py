"""Searches one enlarged index in a process of its own and prints what that took, as JSON. Knows nothing of building.

python -m tests.benchmarks.large_reader INDEX REAL.npz
"""

import json
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from index.embedding import Vectors
from index.fusion import CANDIDATES, best, fused
from index.passages import PassageIndex, Snapshot
from index.progress import ProgressBar
from index.store import Store
from tests.benchmarks.enlarged import ReadyEmbedder
from tests.benchmarks.figures import percentile

K = 10
ROUNDS = 3  # of all queries; a query's time is the middle one, so that what else the machine does counts less
IN_TURN = 20  # scans, then searches: a scan empties the processor's caches, which a search need not pay for each time
FILTERED = 3  # queries with a `where`: a large collection takes seconds for each


def main(folder: Path, real: Path) -> None:
    with np.load(real) as arrays:
        queries: list[str] = json.loads(str(arrays["queries"]))
        vectors: Vectors = arrays["query_vectors"]
        embedder = ReadyEmbedder(str(arrays["model_id"]), vectors[:0], dict(zip(queries, vectors, strict=True)))
    started = time.perf_counter()
    snapshot = PassageIndex.open(folder, embedder).snapshot
    snapshot.embed(queries)  # remembered from here on: a search costs all but the embedding
    snapshot.search(queries[1], K)
    opening = time.perf_counter() - started
    for query in queries[1::2]:  # to warm up; the others are searched for the first time when they are measured
        snapshot.search(query, K)
    resident = _resident()
    measured = _measured(snapshot, folder, queries[::2], vectors[::2])
    print(json.dumps({"first_search_s": opening, **resident, **measured}))


def _measured(snapshot: Snapshot, folder: Path, queries: list[str], vectors: Vectors) -> dict[str, Any]:
    graph = snapshot._open_graph()
    if graph is None:
        sys.exit(f"The store in {folder} is not as it was written.")
    (newest,) = folder.glob(f"generations/{snapshot.generation}/vectors.npy")
    everything: Vectors = np.load(newest)
    bar = ProgressBar(sys.stderr, "queries")
    times: dict[str, list[float]] = {}
    recalls: list[tuple[float, float]] = []

    def timed(stage: str, work: Callable[[], Any]) -> Any:
        start = time.perf_counter()
        result = work()
        times.setdefault(stage, []).append((time.perf_counter() - start) * 1000)
        return result

    asked = list(zip(queries, vectors, strict=True))
    for round in range(ROUNDS):
        for start in range(0, len(asked), IN_TURN):
            some = asked[start : start + IN_TURN]
            snapshot._catalog._kept_passages.clear()
            for _, vector in some:
                timed("exact scan", lambda vector=vector: best(everything @ vector, K))
            for query, vector in some:
                timed(
                    "search, every passage compared",
                    lambda query=query, vector=vector: _compared(snapshot, query, vector),
                )
            snapshot._catalog._kept_passages.clear()
            for query, _ in some:
                timed("search", lambda query=query: snapshot.search(query, K))
            for query, vector in some:
                _stages(snapshot, graph, query, vector, timed)
                if not round:
                    recalls.append(_recall(snapshot, graph, everything, query, vector))
            bar("searching", round * len(asked) + start + len(some), ROUNDS * len(asked))
    times = {stage: np.median(np.reshape(values, (ROUNDS, -1)), axis=0).tolist() for stage, values in times.items()}
    for vector in vectors[:FILTERED]:
        timed("Chroma's graph with a where", lambda vector=vector: _filtered(graph, vector))
    bar.close()
    stages = {stage: (percentile(values, 50), percentile(values, 95)) for stage, values in times.items()}
    of_graph, of_search = np.mean(recalls, axis=0)
    return {
        "graph_p95_ms": stages["dense: Chroma's graph"][1],
        "compared_p95_ms": stages["search, every passage compared"][1],
        "graph_recall": float(of_graph),
        "search_recall": float(of_search),
        "search_p50_ms": stages["search"][0],
        "search_p95_ms": stages["search"][1],
        "exact_p50_ms": stages["exact scan"][0],
        "exact_p95_ms": stages["exact scan"][1],
        "stages_ms": stages,
    }


def _stages(snapshot: Snapshot, graph: Store, query: str, vector: Vectors, timed: Callable[..., Any]) -> None:
    """Both ways of finding candidates at every size, so that one sees where they cross."""
    catalog, lexical = snapshot._catalog, snapshot._lexical
    catalog._kept_passages.clear()  # the search before this one read them
    ids = timed("dense: Chroma's graph", lambda: graph.nearest(vector, CANDIDATES))
    near = timed("dense: positions of ids", lambda: snapshot._ids.positions(ids))
    words = timed("lexical: words of the query", lambda: lexical.words(query))
    best_words = timed("lexical: best of the postings", lambda: lexical.best(words, CANDIDATES))
    some = np.union1d(near, best_words)
    cosines = timed("dense: cosines of candidates", lambda: snapshot._vectors[some] @ vector)
    bm25 = timed("lexical: scores of candidates", lambda: lexical.scores_at(words, some))
    chosen = timed("fusion", lambda: best(fused(cosines, bm25), K))
    timed("catalog: passages", lambda: catalog.passages_at([int(position) for position in some[chosen]]))
    timed("the scan's way: cosines of all", lambda: snapshot._vectors @ vector)
    timed("the scan's way: BM25 of all", lambda: best(lexical.scores(query), CANDIDATES))


def _recall(snapshot: Snapshot, graph: Store, everything: Vectors, query: str, vector: Vectors) -> tuple[float, float]:
    """Of the ten nearest, and of the ten best of all by both scores, the part that is found."""
    positions = snapshot._ids.positions(graph.nearest(vector, CANDIDATES))
    by_graph = {positions[row] for row in best(everything[positions] @ vector, K)}
    nearest = {int(position) for position in best(everything @ vector, K)}
    exact = snapshot._by_scan(query, vector, CANDIDATES)
    expected = exact.positions[best(fused(exact.dense, exact.lexical), K)]
    passages = snapshot._catalog.passages_at([int(position) for position in expected])
    found = {hit.passage for hit in snapshot.search(query, K)}
    return len(by_graph & nearest) / K, len(found.intersection(passages)) / K


def _compared(snapshot: Snapshot, query: str, vector: Vectors) -> None:
    """The whole search as it would be without a graph: every vector compared, every text with a word scored."""
    found = snapshot._by_scan(query, vector, CANDIDATES)
    chosen = best(fused(found.dense, found.lexical), K)
    snapshot._catalog.passages_at([int(position) for position in found.positions[chosen]])


def _filtered(graph: Store, vector: Vectors) -> None:
    """A condition that nearly all rows meet."""
    where = {"document_id": {"$ne": "document-0"}}
    graph._collection.query(query_embeddings=vector.reshape(1, -1), n_results=CANDIDATES, include=[], where=where)


def _resident() -> dict[str, float]:
    """Megabytes in memory at most, and those of mapped files now, which the system may take back (Linux only)."""
    try:
        status = Path("/proc/self/status").read_text(encoding="utf-8")
    except OSError:
        return {"resident_mb": 0.0, "resident_files_mb": 0.0}
    facts = {name: int(kilobytes) / 1024 for name, kilobytes in re.findall(r"(VmHWM|RssFile):\s+(\d+) kB", status)}
    return {"resident_mb": facts["VmHWM"], "resident_files_mb": facts["RssFile"]}


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
