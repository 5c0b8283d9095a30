"""How well search finds documents, on any test set in the BEIR layout: dense, BM25, RRF and hybrid side by side.

python -m tests.benchmarks.retrieval --data ~/beir/scifact --cache ~/.cache/retrieval
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.errors import IndexProblem
from index.fusion import CANDIDATES, best, fused
from index.lexical import LexicalIndex
from index.passages import PassageIndex
from index.progress import ProgressBar
from index.sync import sync
from tests.benchmarks import beir

Scores = npt.NDArray[np.float32]
RRF_K = 60


def main() -> None:
    options = _options()
    test_set = beir.read(options.data, options.limit)
    folder = options.cache / (options.data.name + ("-whole" if options.whole else ""))
    corpus = beir.as_corpus(test_set.documents, options.whole)
    print(f"{len(corpus.documents)} documents, {len(corpus.passages)} passages, {len(test_set.queries)} queries")
    bar = ProgressBar()
    started = time.perf_counter()
    report = sync(corpus, folder, model=options.model, force=True, tell=print, progress=bar)
    bar.close()
    print(f"index ready after {time.perf_counter() - started:.1f} s, {report.embedded} passages embedded")
    rankings = _rankings(PassageIndex.open(folder), folder, list(test_set.queries.values()), options.sweep)
    _print_table(rankings, test_set)


def _rankings(index: PassageIndex, folder: Path, queries: Sequence[str], sweep: bool) -> dict[str, list[list[str]]]:
    """For each way of ranking, the documents found for each query: a document ranks as its best passage."""
    generation = folder / "generations" / str(index.generation)
    owners = [passage.document_id for passage in index.passages]
    lexical_index = LexicalIndex(generation / "lexical", len(owners))
    vectors = np.load(generation / "vectors.npy")
    bar = ProgressBar(unit="queries")
    rankings: dict[str, list[list[str]]] = {}
    for number, query in enumerate(queries, start=1):
        dense = vectors @ index.embed([query])[0]
        lexical = lexical_index.scores(query)
        for name, positions in _ways(dense, lexical, sweep):
            rankings.setdefault(name, []).append(_documents(positions, owners))
        served = [hit.passage.document_id for hit in index.search(query, CANDIDATES)]
        rankings.setdefault("hybrid as served", []).append(list(dict.fromkeys(served)))
        bar("searching", number, len(queries))
    bar.close()
    return rankings


def _ways(dense: Scores, lexical: Scores, sweep: bool) -> Iterator[tuple[str, Sequence[int]]]:
    by_dense, by_lexical = best(dense, CANDIDATES), best(lexical, CANDIDATES)
    yield "dense", list(by_dense)
    yield "BM25", list(by_lexical)
    yield f"RRF (k {RRF_K})", _rrf(list(by_dense), list(by_lexical))
    if not sweep:
        return
    for depth in (100, 1000):
        union = np.union1d(best(dense, depth), best(lexical, depth))
        for weight in (0.3, 0.4, 0.5, 0.6, 0.7):
            for name, scale in SCALES.items():
                mixed = weight * scale(dense, union, -1.0) + (1 - weight) * scale(lexical, union, 0.0)
                yield f"{name}, {depth} deep, dense {weight}", list(union[best(mixed, CANDIDATES)])


def _min_max(scores: Scores, union: npt.NDArray[np.intp], floor: float) -> Scores:
    del floor
    return fused(scores[union], scores[union])


def _floor_max(scores: Scores, union: npt.NDArray[np.intp], floor: float) -> Scores:
    return np.asarray((scores[union] - floor) / max(float(scores[union].max()) - floor, 1e-9), dtype=np.float32)


def _z(scores: Scores, union: npt.NDArray[np.intp], floor: float) -> Scores:
    del floor
    return np.asarray((scores[union] - scores[union].mean()) / max(float(scores[union].std()), 1e-9), dtype=np.float32)


def _min_max_all(scores: Scores, union: npt.NDArray[np.intp], floor: float) -> Scores:
    """Scaled over all passages rather than over the candidates."""
    del floor
    low, high = float(scores.min()), float(scores.max())
    return np.asarray((scores[union] - low) / max(high - low, 1e-9), dtype=np.float32)


SCALES: dict[str, Callable[[Scores, npt.NDArray[np.intp], float], Scores]] = {
    "min-max": _min_max,
    "floor-max": _floor_max,
    "z": _z,
    "min-max of all": _min_max_all,
}


def _rrf(*rankings: Sequence[int]) -> list[int]:
    """Reciprocal rank fusion (Cormack et al. 2009)."""
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, position in enumerate(ranking, start=1):
            scores[position] = scores.get(position, 0.0) + 1.0 / (RRF_K + rank)
    return sorted(scores, key=lambda position: -scores[position])


def _documents(positions: Sequence[int], owners: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(owners[position] for position in positions))


def _print_table(rankings: dict[str, list[list[str]]], test_set: beir.TestSet) -> None:
    judgements = list(test_set.judgements.values())
    print(f"\n{'':34} nDCG@10    R@5   R@10")
    for name, found in rankings.items():
        pairs = list(zip(found, judgements, strict=True))
        ndcg = np.mean([beir.ndcg(ranking, relevance) for ranking, relevance in pairs])
        five = np.mean([beir.recall(ranking, relevance, 5) for ranking, relevance in pairs])
        ten = np.mean([beir.recall(ranking, relevance, 10) for ranking, relevance in pairs])
        print(f"{name:34} {ndcg:7.4f} {five:6.4f} {ten:6.4f}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="corpus.jsonl, queries.jsonl, qrels/test.tsv")
    parser.add_argument("--cache", type=Path, required=True, help="where indexes and vectors are kept between runs")
    parser.add_argument("--limit", type=int, help="at most so many queries")
    parser.add_argument("--model", help="another sentence-transformers model")
    parser.add_argument(
        "--whole", action="store_true", help="one passage per document, to compare with published figures"
    )
    parser.add_argument("--sweep", action="store_true", help="also other ways and weights of mixing")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        main()
    except (IndexProblem, OSError) as problem:
        sys.exit(str(problem))
