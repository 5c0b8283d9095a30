"""What benchmarks of answers share: questions, an index over the documents or copies of them, the assistant timed."""

import random
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.engine import Assistant
from assistant.opening import judged_texts
from corpus.types import Corpus
from index import export, models
from index.embedding import Embedder, OnnxEmbedder, Vectors
from index.generations import current
from index.passages import PassageIndex
from index.places import Places
from index.progress import ProgressBar
from index.sync import sync
from tests.benchmarks.stages import StageClock, TimedEmbedder
from tests.qa.cases import FOLDER, Case, load_cases

SEED = 7
CITED = {"answered", "conflicting", "partial"}
WARMING = ("What is a medical spa?", "Who may use a laser in Ohio?", "Is Botox covered by insurance?")


def questions(limit: int) -> list[str]:
    """Distinct questions whose answers should cite something, drawn from the whole set, always the same ones."""
    cases: tuple[Case, ...] = (*load_cases(), *load_cases(FOLDER / "fresh"))
    cited = {case.question.casefold(): case.question for case in cases if not case.history and CITED & {*case.status}}
    drawn = list(cited.values())
    random.Random(SEED).shuffle(drawn)
    return drawn[:limit]


def copied(corpus: Corpus, copies: int) -> Corpus:
    """The same documents so many times, all but the first under other names and without known questions."""
    names = [f"-copy-{number}" for number in range(1, copies)]
    copied_ones = (
        replace(it, id=f"{it.id}{name}", asked=(), unanswered=()) for name in names for it in corpus.documents
    )
    documents = (*corpus.documents, *copied_ones)
    names = ["", *names]
    passages = tuple(replace(it, document_id=f"{it.document_id}{name}") for name in names for it in corpus.passages)
    return Corpus(documents, passages)


def lengthened(corpus: Corpus, times: int) -> Corpus:
    """The same documents, each so many times as long: what it says again and again."""
    gap = "\n\n"
    shifts = {it.id: len(it.text) + len(gap) for it in corpus.documents}
    documents = tuple(replace(it, text=gap.join([it.text] * times)) for it in corpus.documents)
    passages = tuple(
        replace(it, start=it.start + number * shifts[it.document_id])
        for it in corpus.passages
        for number in range(times)
    )
    return Corpus(documents, passages)


def indexed(corpus: Corpus, folder: Path, like: Path | None = None) -> Path:
    """An index over a corpus, as the assistant itself would make it; the model is taken from another index's folder."""
    if like and not Places(folder).models.exists():
        shutil.copytree(Places(like).models, Places(folder).models)
    bar = ProgressBar()
    sync(corpus, folder, force=True, also=judged_texts(corpus), progress=bar)
    bar.close()
    return folder


@dataclass(slots=True)
class Asked:
    """The assistant over one index, asked and timed."""

    index: PassageIndex
    assistant: Assistant
    clock: StageClock
    vectors: Vectors
    cited: bool = False  # whether the last answer cited something
    stages: dict[str, float] = field(default_factory=dict)  # seconds of the last answer, by stage

    def seconds(self, question: str) -> float:
        """From the question to the answer's text with its citations, the first whole answer to this question."""
        self.clock.taken()
        started = time.perf_counter()
        answer = self.assistant.ask(question)
        self.cited = bool(answer.text and answer.citations)
        seconds = time.perf_counter() - started
        self.stages = self.clock.taken()
        return seconds

    def scan_seconds(self, question: str) -> float:
        """For the ten nearest of all vectors, each compared; the question's vector is at hand."""
        vector = self.index.embed([question])[0]
        started = time.perf_counter()
        ten_nearest(self.vectors, vector)
        return time.perf_counter() - started


def ten_nearest(vectors: Vectors, vector: Vectors) -> npt.NDArray[np.intp]:
    """Positions of the ten largest cosines, the largest first."""
    cosines = vectors @ vector
    nearest = np.argpartition(-cosines, min(10, len(cosines) - 1))[:10]
    return np.asarray(nearest[np.argsort(-cosines[nearest])])


def opened(folder: Path) -> Asked:
    """The assistant over an index, its model behind a clock."""
    clock = StageClock()
    generation = current(folder)
    assert generation, f"no index in {folder}"
    index = PassageIndex.open(folder, TimedEmbedder(serving(folder), clock))
    asked = Asked(index, Assistant(index), clock, np.load(generation.folder / "vectors.npy"))
    for question in WARMING:
        asked.seconds(question)
    return asked


def serving(folder: Path) -> Embedder:
    """The model that answers questions over an index."""
    return models.opened_by_id(PassageIndex.open(folder).model_id, Places(folder).models)


def bare(folder: Path) -> OnnxEmbedder:
    """The float32 graph of an index's model alone, which remembers nothing."""
    return OnnxEmbedder(_model_of(folder), export.FLOAT32)


class PlainEmbedder:
    """The same graph without any setting of ours: a session as ONNX Runtime makes it, which takes all cores."""

    def __init__(self, folder: Path) -> None:
        from onnxruntime import InferenceSession
        from tokenizers import Tokenizer

        place = _model_of(folder)
        self._session = InferenceSession(str(place / export.FLOAT32), providers=["CPUExecutionProvider"])
        self._tokenizer = Tokenizer.from_file(str(place / export.TOKENIZER))

    def embed(self, texts: Sequence[str]) -> Vectors:
        """The unit vector of one text."""
        ids = np.array([encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))], dtype=np.int64)
        (vectors,) = self._session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def _model_of(folder: Path) -> Path:
    (facts,) = Places(folder).models.glob("*/model.json")
    return facts.parent


def seconds_of(function: Callable[[Sequence[str]], object], text: str) -> float:
    """What a call with one text takes."""
    started = time.perf_counter()
    function([text])
    return time.perf_counter() - started
