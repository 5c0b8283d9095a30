"""What bringing the index up to date costs, and what it costs those who ask meanwhile.

    python -m tests.benchmarks.indexing --data ~/beir/scifact --json FILE

Texts come from a data set in the BEIR layout, one file each. All is measured in one run: the first build (the model
prepared before), a sync after one document was edited, a build from the embedding cache alone; then questions while
another process indexes, which is stopped and let go on in turn.
"""

import argparse
import itertools
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from statistics import median

from assistant.engine import Assistant
from assistant.opening import judged_texts
from corpus import load
from index import models
from index.documents import documents_for
from index.errors import IndexProblem
from index.passages import PassageIndex
from index.places import Places
from index.progress import ProgressBar
from index.sync import SyncReport, sync
from tests.benchmarks import beir
from tests.benchmarks.figures import Figure, add_json, compared, finish, percentile
from tests.qa.cases import load_cases

ROOT = Path(__file__).resolve().parents[2]
MOST_EDIT, MOST_SLOWDOWN = 0.01, 3.0
EDITS = 5
STARTED = 10.0  # seconds after which a sync process has loaded its documents and embeds
OWN = ROOT / "corpus" / "documents"


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory(dir=options.work) as work:
        folder = Path(work)
        index = folder / "index"
        models.prepare(models.PACKAGED, Places(index).models, _say)
        figures: list[Figure] = []
        if options.documents:
            texts = _written(options.data, folder / "documents", options.documents)
            figures += _builds(texts, index)
        if options.seconds:
            more = _written(options.data, folder / "more", None)
            figures.append(_asking(more, folder, Places(index).models, options.seconds))
        finish(figures, options.json)


def _written(data: Path, folder: Path, limit: int | None) -> Path:
    """The documents of a data set as text files."""
    folder.mkdir()
    for number, row in enumerate(itertools.islice(beir.rows(data / "corpus.jsonl"), limit)):
        (folder / f"document-{number:06}.txt").write_text(
            f"{row.get('title', '')}\n\n{row['text']}\n", encoding="utf-8"
        )
    return folder


def _builds(texts: Path, index: Path) -> list[Figure]:
    built, first = _timed(texts, index)
    edits = []
    for number in range(EDITS):
        edited = texts / f"document-{number:06}.txt"
        edited.write_text(
            edited.read_text(encoding="utf-8") + f"\nThis was added in edit {number}.\n", encoding="utf-8"
        )
        seconds, report = _timed(texts, index)
        if not 1 <= report.embedded <= 3:
            raise IndexProblem(f"An edit of one document embedded {report.embedded} passages.")
        edits.append(seconds)
    unchanged, _ = _timed(texts, index)
    _delete(index)
    again, report = _timed(texts, index)
    if report.embedded:
        raise IndexProblem(f"A deleted index embedded {report.embedded} passages again.")
    detail = {"documents": first.documents, "passages": first.passages, "passages_per_s": first.passages / built}
    against = f"the first build of {first.documents:,} documents"
    return [
        compared("one edited document taken in", median(edits), built, "s", against,
                 at_most=MOST_EDIT, detail={**detail, "edits": edits, "nothing_changed": unchanged}),
        compared("a deleted index built again from the embedding cache", again, built, "s", against, detail=detail),
    ]  # fmt: skip


def _timed(texts: Path, index: Path) -> tuple[float, SyncReport]:
    """Seconds to read the documents and sync them, in a process of its own as a command is, less its imports."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        seconds, report = pool.submit(_read_and_sync, texts, index).result()
    _say(f"{seconds:.2f} s, {report.embedded} embedded")
    return seconds, report


def _read_and_sync(texts: Path, index: Path) -> tuple[float, SyncReport]:
    import chromadb.api.rust  # noqa: F401

    bar = ProgressBar()
    started = time.perf_counter()
    report = sync(documents_for(index, texts), index, progress=bar)
    seconds = time.perf_counter() - started
    bar.close()
    return seconds, report


def _delete(index: Path) -> None:
    """All but the embedding cache and the models."""
    places = Places(index)
    for path in (index / "current.json", places.store_record):
        path.unlink(missing_ok=True)
    for path in (index / "generations", places.store):
        shutil.rmtree(path)


def _asking(more: Path, folder: Path, prepared: Path, seconds: float) -> Figure:
    """Questions over the project's own documents while the sync of another folder runs, and while it is stopped."""
    small, large = folder / "small", folder / "large"
    for index in (small, large):
        shutil.copytree(prepared, Places(index).models)
    own = load(OWN)
    sync(own, small, also=judged_texts(own))
    assistant = Assistant(PassageIndex.open(small))
    questions = itertools.cycle([case.question for case in load_cases() if not case.history])
    _ask(assistant, questions, seconds / 4)
    idle: list[float] = []
    busy: list[float] = []
    with _syncing(more, large) as process:
        bar = ProgressBar(unit="rounds")
        for round in range(4):
            process.send_signal(signal.SIGSTOP)
            idle += _ask(assistant, questions, seconds / 4)
            process.send_signal(signal.SIGCONT)
            busy += _ask(assistant, questions, seconds / 4)
            if process.poll() is not None:
                raise IndexProblem("The sync ended before the questions did: more documents or fewer seconds, please.")
            bar("asking while another process indexes", round + 1, 4)
        bar.close()
    milliseconds = [percentile([1000 * value for value in values], 95) for values in (busy, idle)]
    return compared(
        "95 of 100 questions answered within, while another process indexes", *milliseconds, "ms",
        "the same process stopped", at_most=MOST_SLOWDOWN, detail={"questions": len(busy) + len(idle)},
    )  # fmt: skip


def _ask(assistant: Assistant, questions: Iterator[str], seconds: float) -> list[float]:
    """The seconds that each answer took."""
    found = []
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        started = time.perf_counter()
        assistant.ask(next(questions))
        found.append(time.perf_counter() - started)
    return found


@contextmanager
def _syncing(documents: Path, index: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """`python -m index sync` as an operator runs it."""
    command = [sys.executable, "-m", "index", "sync", "--documents", str(documents), "--index", str(index)]
    with (index.parent / "sync.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, env=os.environ)
        try:
            time.sleep(STARTED)
            yield process
        finally:
            process.send_signal(signal.SIGCONT)
            process.kill()
            process.wait()


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr)


def _options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="a folder with corpus.jsonl, 5,000 documents or more")
    parser.add_argument("--documents", type=int, default=1000, help="in the index that is built; 0: leave it out")
    parser.add_argument("--seconds", type=float, default=40.0, help="of asking on each side; 0: leave it out")
    parser.add_argument("--work", type=Path, help="a folder for what is built (default: the system's)")
    add_json(parser)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    try:
        main()
    except (IndexProblem, OSError) as problem:
        sys.exit(str(problem))
