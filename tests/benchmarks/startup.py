"""From the start of a process to a page that answers, the index being built, beside `import gradio` alone.

    python -m tests.benchmarks.startup --json FILE

Both start in turn. With --browser a real one that is open already waits for the page.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import httpx

from assistant.opening import judged_texts
from corpus import load
from index.progress import ProgressBar
from index.sync import sync
from tests.benchmarks.chat_servers import ROOT
from tests.benchmarks.chats import free_port
from tests.benchmarks.figures import Figure, add_json, compared, finish

GRADIO = "`import gradio` in a fresh process"
MOST = 1.5
QUESTION = {"turn": 1, "question": "Who may give Botox?", "history": []}
PATIENCE = 180.0  # seconds
PAUSE = 0.05  # seconds between two looks; each look costs the starting server a moment
STAGES = {
    "health checks": "start of the page's process until health checks are answered",
    "page": "until the page is served",
    "usable": "until it is served and answers from the documents",
    "answer": "until a first question is answered",
    "typing": "until a browser that waits may type",
}


class Failed(Exception):
    """A process did not do what is measured; shown as it stands, in one sentence."""


@dataclass(frozen=True, slots=True)
class Looks:
    """Looks at a server until it is as wanted."""

    client: httpx.Client
    server: subprocess.Popen[bytes]
    begun: float

    def until(self, path: str) -> float:
        """Seconds from the start until the path is answered with 200. Raises Failed."""
        while time.perf_counter() < self.begun + PATIENCE:
            try:
                reply = self.client.get(path)
                if reply.status_code == 200:
                    return time.perf_counter() - self.begun
                if path == "/readyz" and reply.json()["failed"]:
                    raise Failed("The page's process could not open its index.")
            except httpx.TransportError:
                pass
            if self.server.poll() is not None:
                raise Failed(f"The page's process ended with {self.server.returncode}.")
            time.sleep(PAUSE)
        raise Failed(f"{path} was not answered within {PATIENCE:g} seconds.")

    def answered(self) -> float:
        """Seconds from the start until the first question is answered whole. Raises Failed."""
        last = json.loads(self.client.post("/page/ask", json=QUESTION).text.splitlines()[-1])
        if not last["done"] or not last["citations"]:
            raise Failed(f"The first question was not answered: {last['text'][:200]}")
        return time.perf_counter() - self.begun


def page_started(index: Path) -> dict[str, float]:
    """Seconds to each stage of one start."""
    with process(index) as (looks, _):
        stages = {"health checks": looks.until("/healthz"), "page": looks.until("/")}
        stages["usable"] = looks.until("/readyz")
        return {**stages, "answer": looks.answered()}


def typing_started(index: Path, browser: Any) -> float:
    """Seconds from the start until the question box of a page that was opened too early takes words."""
    with process(index) as (looks, address):
        looks.until("/healthz")
        page = browser.new_page()
        page.goto(address)
        page.wait_for_selector("#question:enabled", timeout=PATIENCE * 1000)
        seconds = time.perf_counter() - looks.begun
        page.close()
        return seconds


@contextmanager
def process(index: Path) -> Iterator[tuple[Looks, str]]:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "app.py", "--port", str(port), "--index", str(index)]
    with httpx.Client(base_url=address, timeout=PATIENCE) as client:
        begun = time.perf_counter()
        server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
        try:
            yield Looks(client, server, begun), address
        finally:
            server.terminate()
            server.wait(30)


def gradio_imported() -> float:
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import gradio"], cwd=ROOT, check=True)
    return time.perf_counter() - begun


def measured(index: Path, runs: int, browser: Any = None) -> tuple[list[float], dict[str, list[float]]]:
    """Seconds of `import gradio` and of each stage, in turn, after one round that does not count."""
    imports: list[float] = []
    stages: dict[str, list[float]] = {}
    bar = ProgressBar(unit="rounds")
    for number in range(runs + 1):
        imported, started = gradio_imported(), page_started(index)
        if browser:
            started["typing"] = typing_started(index, browser)
        if number:
            imports.append(imported)
            for name, seconds in started.items():
                stages.setdefault(name, []).append(seconds)
        bar("starting in turn", number, runs)
    bar.close()
    return imports, stages


def figures(imports: Sequence[float], stages: Mapping[str, Sequence[float]]) -> list[Figure]:
    """The figures with their marks."""
    medians = {name: median(seconds) for name, seconds in stages.items()}
    return [
        compared(
            STAGES[name], seconds, median(imports), "s", GRADIO,
            at_most=MOST if name == "usable" else None,
            detail={"runs": len(imports), "seconds": list(stages[name]), "import": list(imports)},
        )
        for name, seconds in medians.items()
    ]  # fmt: skip


@contextmanager
def opened_browser() -> Iterator[Any]:
    """A Chromium, its own start over. Raises Failed."""
    from playwright.sync_api import sync_playwright

    from tests.browser.conftest import QUIET, find_chromium

    with sync_playwright() as playwright:
        executable = find_chromium(playwright.chromium.executable_path)
        if executable is None:
            raise Failed("There is no Chromium: set CHROMIUM, or leave --browser out.")
        browser = playwright.chromium.launch(executable_path=executable, args=QUIET)
        browser.new_page().close()
        yield browser
        browser.close()


def main() -> None:
    options = _options()
    bar = ProgressBar()
    corpus = load(options.documents)
    sync(corpus, options.index, also=judged_texts(corpus), progress=bar)
    bar.close()
    if options.browser:
        with opened_browser() as browser:
            imports, stages = measured(options.index, options.runs, browser)
    else:
        imports, stages = measured(options.index, options.runs)
    finish(figures(imports, stages), options.json)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_json(parser)
    parser.add_argument("--runs", type=int, default=5, help="of each, after one that does not count (5)")
    parser.add_argument("--browser", action="store_true", help="also until a Chromium may type")
    parser.add_argument("--documents", type=Path, default=ROOT / "corpus" / "documents")
    parser.add_argument("--index", type=Path, default=Path(".data/benchmarks/work/page-index"), help="made if missing")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        main()
    except (Failed, OSError) as problem:
        sys.exit(str(problem))
