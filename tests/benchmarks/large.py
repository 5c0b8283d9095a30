"""Search in large collections, stage by stage, beside an exact scan of every vector.

python -m tests.benchmarks.large --data ~/beir/scifact --sizes 1000,20000,50000,200000,1000000

Real passages of a set in the BEIR layout are embedded once, then made more (tests/benchmarks/enlarged.py), indexed as a
user's documents are and searched in a fresh process. What is built is kept in --work and used again; a stopped run goes
on where it was. A million passages need about 12 GB of memory and 15 GB of disk while they are built.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from index.errors import IndexProblem
from index.passages import EXACT_LIMIT, PassageIndex
from index.progress import ProgressBar
from index.sync import sync
from tests.benchmarks import beir
from tests.benchmarks.enlarged import CHANGED, NOISE, ReadyEmbedder, enlarged
from tests.benchmarks.figures import Figure, add_json, compared, finish

SIZES = "1000,20000,50000,200000,1000000"
PROMISED_FROM = 200_000  # passages
AT_MOST = 0.25  # of an exact scan's p95
RECALL = 0.95
MEGABYTES = 8 * 1024


def main() -> None:
    options = _options()
    queries = _real(options.data, options.work, options.model, options.queries)
    measured = []
    for size in options.sizes:
        built = _built(options.work, size)
        print(f"{size} passages: searching", file=sys.stderr)
        command = [
            sys.executable,
            "-m",
            "tests.benchmarks.large_reader",
            str(_folder(options.work, size)),
            str(queries),
        ]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        measured.append({"passages": size, **built, **json.loads(done.stdout)})
        _print_row(measured[-1])
    finish(_figures(measured), options.json)


def _folder(work: Path, size: int) -> Path:
    return work / f"enlarged-{size}"


def _real(data: Path, work: Path, model: str | None, count: int) -> Path:
    """The file with the real texts, vectors and queries, embedded where they are not yet."""
    file = work / "real.npz"
    if file.exists():
        return file
    test_set = beir.read(data, count)
    bar = ProgressBar()
    sync(beir.as_corpus(test_set.documents), work / "real", model=model, force=True, tell=_say, progress=bar)
    bar.close()
    index = PassageIndex.open(work / "real")
    queries = list(test_set.queries.values())
    texts = [passage.text for passage in index.passages]
    vectors = index.embed([passage.searchable for passage in index.passages])
    arrays = {"vectors": vectors, "query_vectors": index.embed(queries)}
    np.savez(file, model_id=index.model_id, texts=json.dumps(texts), queries=json.dumps(queries), **arrays)
    return file


def _built(work: Path, size: int) -> dict[str, Any]:
    """Build the index of this size where it is not there yet; what that took."""
    folder = _folder(work, size)
    record = folder / "built.json"
    if not record.exists():
        with np.load(work / "real.npz") as real:
            made = enlarged(json.loads(str(real["texts"])), real["vectors"], size)
            embedder = ReadyEmbedder(str(real["model_id"]), made.vectors, {})
        bar = ProgressBar()
        started, spent = time.perf_counter(), time.process_time()
        sync(made.corpus, folder, embedder=embedder, force=True, tell=_say, progress=bar)
        bar.close()
        took = {"build_s": time.perf_counter() - started, "build_cpu_s": time.process_time() - spent}
        took["build_peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        record.write_text(json.dumps(took | {"disk_mb": _megabytes(folder)}), encoding="utf-8")
    facts: dict[str, Any] = json.loads(record.read_text(encoding="utf-8"))
    return facts


def _megabytes(folder: Path) -> dict[str, float]:
    generation = max((folder / "generations").glob("[0-9]*"), key=lambda path: int(path.name))
    parts = {"chroma": folder / "chroma", "cache": folder / "embeddings.sqlite", "vectors": generation / "vectors.npy"}
    parts |= {"lexical": generation / "lexical", "catalog": generation / "catalog.sqlite"}
    return {
        name: sum(file.stat().st_size for file in ([path] if path.is_file() else path.rglob("*"))) / 1e6
        for name, path in parts.items()
    }


def _figures(measured: Sequence[dict[str, Any]]) -> list[Figure]:
    figures = []
    for row in measured:
        size = row["passages"]
        promised = size >= PROMISED_FROM
        exact = "exact NumPy scan of every vector, p95"
        compares = [
            ("nearest vectors", "graph_p95_ms", "exact_p95_ms", exact, promised),
            ("whole search", "search_p95_ms", "compared_p95_ms", "the same with every passage compared, p95", promised),
            ("whole search", "search_p95_ms", "exact_p95_ms", f"{exact}, which reads no word", False),
        ]
        for what, ours, theirs, against, marked in compares:
            name = f"{what} in {size:,} passages, without embedding the query, p95"
            mark = AT_MOST if marked else None
            figures.append(compared(name, row[ours], row[theirs], "ms", against, at_most=mark, detail=row))
        if size > EXACT_LIMIT:
            figures.append(_recall(size, row["graph_recall"], "vectors"))
            figures.append(_recall(size, row["search_recall"], "whole search"))
        figures.append(
            Figure(
                name=f"resident memory of a reader of {size:,} passages", ours=row["resident_mb"], theirs=None,
                unit="MB", against="", ratio=None, mark=f"at most {MEGABYTES} MB", met=row["resident_mb"] <= MEGABYTES,
            )
        )  # fmt: skip
    sizes = [row["passages"] for row in measured]
    grown = {"sizes": sizes} | {name: [row[name] for row in measured] for name in ("search_p95_ms", "exact_p95_ms")}
    largest = measured[-1]
    name = f"search p95 by passages, {sizes[0]:,} to {sizes[-1]:,}"
    against = "exact NumPy scan at the largest"
    pair = (largest["search_p95_ms"], largest["exact_p95_ms"])
    return [*figures, compared(name, *pair, "ms", against, detail=grown | {"values": grown["search_p95_ms"]})]


def _recall(size: int, found: float, of: str) -> Figure:
    return Figure(
        name=f"recall@10 in {size:,} passages, {of}", ours=found, theirs=1.0, unit="part of the ten",
        against="every passage compared", ratio=found, mark=f"at least {RECALL}", met=found >= RECALL,
        detail={"noise": NOISE, "words_changed": CHANGED},
    )  # fmt: skip


def _print_row(row: dict[str, Any]) -> None:
    disk = ", ".join(f"{name} {size:.0f}" for name, size in row["disk_mb"].items())
    print(f"\n{row['passages']:,} passages: built in {row['build_s']:.0f} s, {row['build_cpu_s']:.0f} s of a core")
    print(f"  MB in memory while it was built: {row['build_peak_mb']:.0f}, the made texts among them")
    print(f"  MB on disk: {disk}; resident {row['resident_mb']:.0f}, of which files {row['resident_files_mb']:.0f}")
    print(f"  recall@10: graph {row['graph_recall']:.3f}, whole search {row['search_recall']:.3f}")
    for name, (middle, slow) in row["stages_ms"].items():
        print(f"  {name:44} p50 {middle:8.2f} ms  p95 {slow:8.2f} ms")


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr)


def _sizes(text: str) -> list[int]:
    return sorted(int(size) for size in text.split(","))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--data", type=Path, required=True, help="a set in the BEIR layout, whose passages are enlarged"
    )
    parser.add_argument("--work", type=Path, default=Path(".data/benchmarks/large"), help="where indexes are kept")
    parser.add_argument("--sizes", type=_sizes, default=_sizes(SIZES), help=f"numbers of passages (default: {SIZES})")
    parser.add_argument("--queries", type=int, default=400, help="half of them to warm up (default: 400)")
    parser.add_argument("--model", help="another sentence-transformers model")
    add_json(parser)
    return parser.parse_args()


if __name__ == "__main__":
    try:
        main()
    except (IndexProblem, OSError) as problem:
        sys.exit(str(problem))
