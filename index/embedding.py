"""Texts -> unit vectors. Knows nothing of documents, passages or stores."""

import json
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from index.errors import IndexProblem

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = npt.NDArray[np.float32]
EmbedProgress = Callable[[int, int], None]  # done, total

BATCH_TEXTS = 32
BATCH_TOKENS = 1024  # larger batches fall out of the processor's cache and are no faster
TOGETHER = 2  # threads for a batch alone; a question is too short for more


class Embedder(Protocol):
    """A model that embeds; the same one must embed passages and queries."""

    @property
    def model_id(self) -> str:
        """Name and weights, so that two models never share an id."""

    @property
    def dimension(self) -> int:
        """The length of each vector."""

    def embed(self, texts: Sequence[str], progress: EmbedProgress | None = None) -> Vectors:
        """Vectors of shape (len(texts), dimension): finite, of length 1, cut at the model's own limit."""


def unit(vectors: npt.NDArray[Any], model_id: str) -> Vectors:
    """Vectors scaled to length 1. Raises IndexProblem where one is not finite or has no direction."""
    wide = vectors.astype(np.float32, copy=False)
    lengths = np.linalg.norm(wide, axis=1, keepdims=True)
    if not np.all(np.isfinite(lengths)) or np.any(lengths < 1e-6):
        raise IndexProblem(f"The model {model_id} gave a vector that is not finite or has no direction.")
    return np.asarray(wide / lengths, dtype=np.float32)


class OnnxEmbedder:
    """An exported model run by ONNX Runtime: no torch. Opened at the first text; safe to share by threads.

    A batch alone is run by two threads, in two thirds of the time. Threads that share a batch wait for each other, so
    where several batches run at once, each keeps one core busy.
    """

    def __init__(self, folder: Path, graph: str = "model.onnx") -> None:
        self._folder = folder
        self._graph = graph
        self._facts = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        self._opening = threading.Lock()
        self._tokenizer: Any = None
        self._sessions: dict[int, Any] = {}  # by their threads
        self._running = 0  # batches

    @property
    def model_id(self) -> str:
        return str(self._facts["id"])

    @property
    def dimension(self) -> int:
        return int(self._facts["dimension"])

    def embed(self, texts: Sequence[str], progress: EmbedProgress | None = None) -> Vectors:
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        if not texts:
            return vectors
        self._open(TOGETHER if len(texts) <= BATCH_TEXTS else 1)
        tokens = self._tokens([well_formed(text) for text in texts])
        batches = list(_batches([len(ids) for ids in tokens]))
        done = 0
        for batch, found in zip(
            batches, self._run_all([[tokens[row] for row in batch] for batch in batches]), strict=True
        ):
            vectors[batch] = found
            done += len(batch)
            if progress:
                progress(done, len(texts))
        return unit(vectors, self.model_id)

    def _open(self, threads: int) -> None:
        """Open tokenizer and session, at the first text and side by side: each takes a tenth of a second."""
        with self._opening:
            if self._tokenizer is None:
                with ThreadPoolExecutor(1) as pool:
                    tokenizer = pool.submit(_tokenizer, self._folder, int(self._facts["max_tokens"]))
                    self._session(threads)
                    self._tokenizer = tokenizer.result()

    def _tokens(self, texts: Sequence[str]) -> list[list[int]]:
        if len(texts) == 1:  # a batch of one would be handed to other threads
            return [self._tokenizer.encode(texts[0]).ids]
        return [encoding.ids for encoding in self._tokenizer.encode_batch(texts)]

    def _run_all(self, batches: Sequence[Sequence[Sequence[int]]]) -> Iterator[Vectors]:
        if len(batches) == 1:
            yield self._run(batches[0], alone=True)
            return
        with ThreadPoolExecutor(_cores()) as pool:
            yield from pool.map(self._run, batches)

    def _run(self, rows: Sequence[Sequence[int]], alone: bool = False) -> Vectors:
        ids, mask = _padded(rows, int(self._facts["pad_id"]))
        with self._opening:
            session = self._session(TOGETHER if alone and not self._running else 1)
            self._running += 1
        try:
            vectors: Vectors = session.run(None, {"input_ids": ids, "attention_mask": mask})[0]
        finally:
            with self._opening:
                self._running -= 1
        return vectors

    def _session(self, threads: int) -> Any:
        threads = min(threads, _cores())
        if threads not in self._sessions:
            self._sessions[threads] = _session(self._folder / self._graph, threads)
        return self._sessions[threads]


class TorchEmbedder:
    """A sentence-transformers model as it is, for models that cannot be exported. One text batch at a time."""

    def __init__(self, model: "SentenceTransformer", model_id: str) -> None:
        self._model = model
        self._running = threading.Lock()
        self.model_id = model_id
        self.dimension = int(model.get_embedding_dimension() or 0)

    def embed(self, texts: Sequence[str], progress: EmbedProgress | None = None) -> Vectors:
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        with self._running:
            vectors = self._model.encode(
                [well_formed(text) for text in texts], batch_size=BATCH_TEXTS, show_progress_bar=False
            )
        if progress:
            progress(len(texts), len(texts))
        return unit(np.asarray(vectors), self.model_id)


def well_formed(text: str) -> str:
    """The text with `?` for half characters (lone surrogates), which no tokenizer and no file takes."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Positions in batches of texts of about one length, the longest first."""
    batch: list[int] = []
    width = 0
    for position in sorted(range(len(lengths)), key=lambda position: -lengths[position]):
        if batch and (len(batch) == BATCH_TEXTS or (len(batch) + 1) * width > BATCH_TOKENS):
            yield batch
            batch = []
        if not batch:
            width = lengths[position]
        batch.append(position)
    if batch:
        yield batch


def _padded(rows: Sequence[Sequence[int]], pad_id: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    width = max(len(row) for row in rows)
    ids = np.full((len(rows), width), pad_id, dtype=np.int64)
    mask = np.zeros((len(rows), width), dtype=np.int64)
    for number, row in enumerate(rows):
        ids[number, : len(row)] = row
        mask[number, : len(row)] = 1
    return ids, mask


def _tokenizer(folder: Path, max_tokens: int) -> Any:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(max_length=max_tokens)
    tokenizer.no_padding()
    return tokenizer


def _session(graph: Path, threads: int) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.force_spinning_stop", "1")
    return onnxruntime.InferenceSession(str(graph), sess_options=options, providers=["CPUExecutionProvider"])


def _cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
