"""From a question to an answer whose every word is a verified quote, beside what it could be compared with.

    python -m tests.benchmarks.pipeline --json FILE

No chat model and no answer kept: each question of the regression set is asked once. It is asked in turn, within one
run, of the assistant; of one bare float32 ONNX embedding; of the tutorial pipeline, which only retrieves; and of
`SentenceTransformer.encode`. The last two run in a process of their own, since torch's threads would disturb this one.
Then where the time of an answer goes, stage by stage, and how that grows: with 10 and 100 times the documents, which
are the same ones under other names, and with documents 10 and 100 times as long. With `--data DIR`, a test set in the
BEIR layout, also over more and more documents that all differ, asked the set's own queries.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from corpus import load
from index.errors import IndexProblem
from index.progress import ProgressBar
from tests.benchmarks import alternative, beir
from tests.benchmarks.alternative import Alternative, NoAlternative
from tests.benchmarks.asking import (
    WARMING,
    Asked,
    PlainEmbedder,
    bare,
    copied,
    indexed,
    lengthened,
    opened,
    questions,
    seconds_of,
)
from tests.benchmarks.figures import Figure, add_json, compared, finish, percentile
from tests.benchmarks.stages import ORDER, OTHER, clocked

PAUSE = 0.05  # seconds before each measurement: threads of the one before go on spinning for a while
OURS = "the assistant"
BARE = "one bare float32 ONNX embedding of the question"
PLAIN = "the same by a session of ONNX Runtime's defaults, on all cores"
RETRIEVAL = "the tutorial pipeline's retrieval alone"
ENCODE = "SentenceTransformer.encode of the question"
SCAN = "exact NumPy scan of all vectors"
BY_BARE, BY_RETRIEVAL = 2.0, 0.5  # what an answer may take, by the time of each

SEEN = 0.03  # of the whole answer: stages that take less of it get no line in the plot

Way = Callable[[str], float]  # a question -> seconds


@dataclass(slots=True)
class Measured:
    """Of questions that were answered with citations: the seconds in each way, and ours stage by stage."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    stages: dict[str, list[float]] = field(default_factory=lambda: {stage: [] for stage in ORDER})

    def add(self, taken: Mapping[str, float], stages: Mapping[str, float]) -> None:
        for way, seconds in taken.items():
            self.seconds.setdefault(way, []).append(seconds)
        for stage in ORDER[:-1]:
            self.stages[stage].append(stages.get(stage, 0.0))
        self.stages[OTHER].append(taken[OURS] - sum(stages.values()))

    @property
    def count(self) -> int:
        return len(self.seconds[OURS])

    def p50(self, way: str) -> float:
        """In ms."""
        return median(self.seconds[way]) * 1000

    def p95(self, way: str) -> float:
        """In ms."""
        return percentile(self.seconds[way], 95) * 1000

    def stage_ms(self) -> dict[str, float]:
        """The mean of each stage over the questions between the 10th and the 90th percentile of the whole answer.

        Means add up to the whole; the outliers left out are another process's, or a first use.
        """
        whole = self.seconds[OURS]
        low, high = percentile(whole, 10), percentile(whole, 90)
        kept = [number for number, seconds in enumerate(whole) if low <= seconds <= high]
        return {stage: sum(values[n] for n in kept) / len(kept) * 1000 for stage, values in self.stages.items()}


def main() -> None:
    options = _options()
    corpus = load(options.documents)
    asked = questions(options.questions)
    options.work.mkdir(parents=True, exist_ok=True)
    alternative.build(options.alternative, options.documents, options.work / "tutorial")
    first = indexed(corpus, options.work / "index-1")
    with Alternative(options.alternative, options.work / "tutorial") as tutorial:
        figures = [*beside(first, asked, tutorial)]
    for way, larger in (("more documents", copied), ("longer documents", lengthened)):
        folders = [
            indexed(larger(corpus, times), options.work / f"{way.split()[0]}-{times}", like=first)
            for times in options.times
        ]
        figures += grown(way, [first, *folders], asked[: options.grown])
    if options.data:
        figures += grown("documents that all differ", *_different(options, first))
    finish(figures, options.json)
    print_stages(figures)


def _different(options: argparse.Namespace, first: Path) -> tuple[list[Path], list[str]]:
    """Indexes over more and more documents of a test set, and queries of it."""
    test_set = beir.read(options.data, options.grown)
    work = options.work / options.data.name
    folders = [
        indexed(beir.as_corpus(test_set.documents[:count]), work / str(count), like=first) for count in options.sizes
    ]
    return folders, list(test_set.queries.values())


def beside(folder: Path, asked: Sequence[str], tutorial: Alternative) -> Iterator[Figure]:
    """The assistant and its alternatives, question by question."""
    alone, plain = bare(folder), PlainEmbedder(folder)
    measured = Measured()
    bar = ProgressBar(unit="questions")
    assistant = opened(folder)
    with clocked(assistant.clock):
        by_way: dict[str, Way] = {
            OURS: assistant.seconds,
            BARE: lambda question: seconds_of(alone.embed, question),
            PLAIN: lambda question: seconds_of(plain.embed, question),
            RETRIEVAL: lambda question: tutorial.seconds("retrieve", question),
            ENCODE: lambda question: tutorial.seconds("encode", question),
        }
        for question in WARMING:
            in_turn(by_way, question)
        for number, question in enumerate(asked):
            taken = in_turn(by_way, question, first=number)
            if assistant.cited:
                measured.add(taken, assistant.stages)
            bar("asking beside the alternatives", number + 1, len(asked))
    bar.close()
    yield from _beside_figures(measured, len(asked))


def in_turn(by_way: Mapping[str, Way], question: str, first: int = 0) -> dict[str, float]:
    """The seconds each way takes; which one begins changes with `first`."""
    ways = list(by_way)
    begin = first % len(ways)
    taken = {}
    for way in ways[begin:] + ways[:begin]:
        time.sleep(PAUSE)
        taken[way] = by_way[way](question)
    return taken


def _beside_figures(measured: Measured, asked: int) -> Iterator[Figure]:
    counted = {"asked": asked, "cited": measured.count}
    for name, of in (("p50", measured.p50), ("p95", measured.p95)):
        for against, most in ((BARE, BY_BARE), (PLAIN, BY_BARE), (RETRIEVAL, BY_RETRIEVAL), (ENCODE, None)):
            at_most = most if name == "p50" else None
            detail: dict[str, Any] = dict(counted)
            if name == "p50" and against == BARE:
                detail["stages"] = measured.stage_ms()
            whole = f"question to verified cited answer, {name}"
            yield compared(whole, of(OURS), of(against), "ms", against, at_most=at_most, detail=detail)


def grown(way: str, folders: Sequence[Path], asked: Sequence[str]) -> Iterator[Figure]:
    """The same questions over larger and larger collections, in turn."""
    alone = bare(folders[0])
    assistants = [opened(folder) for folder in folders]
    measured = [Measured() for _ in folders]
    bar = ProgressBar(unit="questions")
    for number, question in enumerate(asked):
        for assistant, row in zip(assistants, measured, strict=True):
            by_way: dict[str, Way] = {
                OURS: assistant.seconds,
                SCAN: assistant.scan_seconds,
                BARE: lambda question: seconds_of(alone.embed, question),
            }
            with clocked(assistant.clock):
                taken = in_turn(by_way, question)
            if assistant.cited:
                row.add(taken, assistant.stages)
        bar(f"asking of {way}", number + 1, len(asked))
    bar.close()
    yield from _grown_figures(way, assistants, measured)


def _grown_figures(way: str, assistants: Sequence[Asked], measured: Sequence[Measured]) -> Iterator[Figure]:
    passages = [assistant.index.snapshot.count for assistant in assistants]
    documents = [len(assistant.index.documents) for assistant in assistants]
    stages = [row.stage_ms() for row in measured]
    whole = [row.p50(OURS) for row in measured]
    lines = {
        "the whole answer": whole,
        **{stage: [row[stage] for row in stages] for stage in ORDER if stages[-1][stage] >= SEEN * whole[-1]},
        SCAN: [row.p50(SCAN) for row in measured],
        BARE: [row.p50(BARE) for row in measured],
    }
    for row, count, of in zip(measured, passages, documents, strict=True):
        detail: dict[str, Any] = {"stages": row.stage_ms(), "cited": row.count}
        if row is measured[-1]:
            detail |= {"x": f"passages ({way})", "sizes": passages, "documents": documents, "lines": lines}
        name = f"answer over {count:,} passages, {of:,} documents ({way}), p50"
        yield compared(name, row.p50(OURS), row.p50(BARE), "ms", BARE, detail=detail)
    for row, count in zip(measured, passages, strict=True):
        name = f"search over {count:,} passages ({way}), the question's embedding left out"
        yield compared(name, row.stage_ms()["search"], row.p50(SCAN), "ms", SCAN)


def print_stages(figures: Sequence[Figure]) -> None:
    """Where the time of an answer goes, for every figure that says so."""
    print(f"\nms by stage: {' '.join(f'{stage:>10}' for stage in ORDER)}")
    for figure in figures:
        if stages := figure.detail.get("stages"):
            print(f"{figure.name}\n{'':12} {' '.join(f'{stages[stage]:10.2f}' for stage in ORDER)}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_json(parser)
    alternative.add_alternative(parser)
    parser.add_argument("--questions", type=int, default=360, help="at most so many, each asked once (360)")
    parser.add_argument("--grown", type=int, default=60, help="at most so many of them over larger collections (60)")
    parser.add_argument("--times", type=int, nargs="+", default=[10, 100], help="as many, and as long (10 100)")
    parser.add_argument("--data", type=Path, help="a folder with corpus.jsonl, queries.jsonl and qrels/test.tsv")
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 500, 2500], help="documents of it (100 500 2500)")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        main()
    except (IndexProblem, NoAlternative, OSError) as problem:
        sys.exit(str(problem))
