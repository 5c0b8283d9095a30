"""The servers that `tests.benchmarks.chats` compares, each a process of its own: the page's, and two of Gradio's queue.

    python -m tests.benchmarks.chat_servers queue --port 7900 --index FOLDER

`queue`: the same answers through Gradio's queue, as a page does that has Gradio carry its questions. `echo`: no answers
at all, a function that gives back what it gets.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parents[2]
START_SECONDS = 180
AT_ONCE, WAITING = 4, 64  # of Gradio's queue: its own defaults are one at once and no bound at all


class NotStarted(Exception):
    """A server did not start; shown as it stands, in one sentence."""


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers at an address."""

    address: str
    pid: int

    def processor_seconds(self) -> float:
        """What it has taken of all cores so far; 0 where the system does not tell."""
        try:
            fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def started(name: str, index: Path, port: int) -> Iterator[Running]:
    """The server "ours", "queue" or "echo", ready to answer; it ends with the block. Raises NotStarted."""
    module = ["-m", "tests.benchmarks.chat_servers", name]
    command = [sys.executable, *(["app.py"] if name == "ours" else module), "--index", str(index), "--port", str(port)]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(name, server, f"{address}/readyz" if name == "ours" else address)
        yield Running(address, server.pid)
    finally:
        server.terminate()
        server.wait(30)


def _wait(name: str, server: subprocess.Popen[bytes], address: str) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if server.poll() is not None:
            raise NotStarted(f"The server {name!r} ended with {server.returncode}.")
        try:
            if httpx.get(address, timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise NotStarted(f"The server {name!r} was not ready after {START_SECONDS} seconds.")


def through_the_queue(index: Path) -> Any:
    """Gradio blocks that carry a question to the assistant and its growing answer back."""
    import gradio as gr

    from assistant.engine import Assistant
    from assistant.page.reception import asked_of
    from assistant.page.render import view_of
    from index.passages import PassageIndex

    assistant = Assistant(PassageIndex.open(index))

    def ask(claimed: object) -> Iterator[dict[str, object]]:
        asked = asked_of(claimed)
        answer = None
        for answer in assistant.stream(asked.question, asked.history):
            yield view_of(answer, turn=asked.turn, done=False)
        assert answer
        yield view_of(answer, turn=asked.turn, done=True)

    with gr.Blocks(analytics_enabled=False) as blocks:
        question, shown = gr.JSON(), gr.JSON()
        gr.Button().click(ask, question, shown, concurrency_limit=AT_ONCE)
    for _ in ask({"question": "What is a medical spa?"}):  # what is loaded once is loaded before the load begins
        continue
    return blocks.queue(max_size=WAITING)


def echo() -> Any:
    import gradio as gr

    with gr.Blocks(analytics_enabled=False) as blocks:
        question, shown = gr.JSON(), gr.JSON()
        gr.Button().click(lambda asked: asked, question, shown)
    return blocks


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("server", choices=("queue", "echo"))
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--index", type=Path, required=True, help="an index; the echo needs none")
    options = parser.parse_args()
    blocks = echo() if options.server == "echo" else through_the_queue(options.index)
    blocks.launch(server_port=options.port, quiet=True, share=False, ssr_mode=False)


if __name__ == "__main__":
    main()
