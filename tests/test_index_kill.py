"""A sync killed at any moment, followed by a sync, ends in the state of a fresh build."""

import multiprocessing
import os
import random
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.context import ForkServerProcess
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from corpus.types import Corpus
from index.embedding import EmbedProgress, Vectors
from index.sync import sync
from tests.index_helpers import WordEmbedder, assert_same_index, counting, random_corpus

pytestmark = pytest.mark.slow

QUERIES = ["laser burn risk", "nurse license training", "item 3-1", "sun cream week", "nothing of the kind"]
AT_ONCE = 2
TRIES = 3
SERVER_GONE = 255  # what multiprocessing gives as a child's exit code where its fork server has ended
RANDOM_MOMENTS = 20

# Children are forked from a server that has imported what they need: hundreds of imports would take minutes.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["chromadb", "tests.index_helpers", "index.sync", "index.lexical"])


class SlowEmbedder(WordEmbedder):
    """Takes its time, so that random moments fall into the embedding too."""

    def embed(self, texts: Sequence[str], progress: EmbedProgress | None = None) -> Vectors:
        time.sleep(0.05)
        return super().embed(texts, progress)


def corpus_before() -> Corpus:
    return random_corpus(30, 20)


def corpus_after() -> Corpus:
    """Some documents gone, some changed, some new; 600 passages."""
    kept, new = random_corpus(30, 20), random_corpus(34, 20, seed=2)
    changed = {document.id for document in kept.documents[5:8]} | {document.id for document in new.documents[30:]}
    documents = [d for d in kept.documents[4:] if d.id not in changed] + [d for d in new.documents if d.id in changed]
    ids = {document.id: document for document in documents}
    passages = [p for p in (*kept.passages, *new.passages) if ids.get(p.document_id) and _spans(ids[p.document_id], p)]
    return Corpus(tuple(documents), tuple(passages))


def _spans(document: object, passage: object) -> bool:
    return document.text[passage.start : passage.end] == passage.text  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fresh") / "index"
    sync(corpus_after(), folder, embedder=WordEmbedder())
    return folder


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("older") / "index"
    sync(corpus_before(), folder, embedder=WordEmbedder())
    return folder


@pytest.mark.parametrize("start", ["nothing", "older"])
def test_killed_before_and_after_every_durable_write(start: str, fresh: Path, older: Path, tmp_path: Path) -> None:
    base = older if start == "older" else None
    checkpoint, steps = counting()
    sync(corpus_after(), _copy(base, tmp_path / "whole"), embedder=WordEmbedder(), checkpoint=checkpoint)
    assert {"after vectors cached", "after store rows added", "after switch", "after store record"} <= set(steps)
    if base:
        assert {"after store rows deleted", "before store rows deleted"} <= set(steps)

    def case(number: int, folder: Path) -> str | None:
        _copy(base, folder)
        ended = _run(_sync_until, folder, number)
        if ended != -signal.SIGKILL:
            return f"{steps[number]}: not killed but ended with {ended}"
        return _healed(folder, fresh, f"killed {steps[number]}")

    assert _troubles(case, len(steps), tmp_path) == []


def test_killed_at_random_moments(fresh: Path, older: Path, tmp_path: Path) -> None:
    assert len(corpus_after().passages) >= 500
    seconds = _undisturbed(_copy(older, tmp_path / "whole"))
    moments = random.Random(7)
    delays = [moments.uniform(0, seconds) for _ in range(RANDOM_MOMENTS)]

    def case(number: int, folder: Path) -> str | None:
        _copy(older if number % 2 else None, folder)
        started = PROCESSES.Event()
        child = PROCESSES.Process(target=_sync_slowly, args=(folder, started))
        child.start()
        started.wait(timeout=60)
        time.sleep(delays[number])
        child.kill()
        _ended(child)
        return _healed(folder, fresh, f"killed after {delays[number]:.3f} s")

    assert _troubles(case, RANDOM_MOMENTS, tmp_path) == []


class ServerGone(Exception):
    """The fork server has ended, and with it the news of how its children did: seen in two of some fifteen runs."""


def _troubles(case: Callable[[int, Path], str | None], count: int, folder: Path) -> list[str]:
    """What is wrong in each case; one that lost its fork server said nothing and is tried again from the start."""

    def tried(number: int) -> str | None:
        for attempt in range(TRIES):
            try:
                return case(number, folder / f"kill-{number}-{attempt}")
            except ServerGone:
                continue
        return f"case {number}: the fork server ended {TRIES} times"

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [trouble for trouble in pool.map(tried, range(count)) if trouble]


def _run(target: Callable[..., None], *args: object) -> int | None:
    """The exit code of a function run in a process of its own."""
    child = PROCESSES.Process(target=target, args=args)
    child.start()
    return _ended(child)


def _ended(child: ForkServerProcess) -> int | None:
    child.join()
    if child.exitcode == SERVER_GONE:
        raise ServerGone
    return child.exitcode


def _copy(base: Path | None, folder: Path) -> Path:
    if base:
        shutil.copytree(base, folder)
    return folder


def _undisturbed(folder: Path) -> float:
    started = PROCESSES.Event()
    child = PROCESSES.Process(target=_sync_slowly, args=(folder, started))
    child.start()
    started.wait()
    begun = time.perf_counter()
    child.join()
    assert child.exitcode == 0
    return time.perf_counter() - begun


def _sync_until(folder: Path, number: int) -> None:
    """Kill this process at the checkpoint of that number."""
    remaining = [number]

    def checkpoint(step: str) -> None:
        del step
        if not remaining[0]:
            os.kill(os.getpid(), signal.SIGKILL)
        remaining[0] -= 1

    sync(corpus_after(), folder, embedder=WordEmbedder(), checkpoint=checkpoint)


def _sync_slowly(folder: Path, started: Event) -> None:
    corpus = corpus_after()
    started.set()
    sync(corpus, folder, embedder=SlowEmbedder())


def _healed(folder: Path, fresh: Path, what: str) -> str | None:
    """Sync and compare in a process of its own, as a user would; what is wrong, or None."""
    ended = _run(_sync_and_compare, folder, fresh)
    trouble = folder.with_suffix(".trouble")
    if ended == 0:
        shutil.rmtree(folder)
        return None
    return f"{what}: {trouble.read_text() if trouble.exists() else f'ended with {ended}'}"


def _sync_and_compare(folder: Path, fresh: Path) -> None:
    try:
        sync(corpus_after(), folder, embedder=WordEmbedder())
        assert_same_index(folder, fresh, QUERIES)
        again = sync(corpus_after(), folder, embedder=WordEmbedder())
        assert (again.embedded, again.added, again.deleted) == (0, 0, 0)
    except BaseException:
        folder.with_suffix(".trouble").write_text(traceback.format_exc())
        sys.exit(1)
