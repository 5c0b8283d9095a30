"""Many chats at once: is every answer right and its own, and how soon does it come?

    python -m tests.benchmarks.chats --json FILE

Each chat asks its own questions of the regression set, with their histories, 2 to 5 seconds apart; every text is
compared with what the assistant answers alone. The same load goes through Gradio's queue, and to a bare Gradio echo.
"""

import argparse
import asyncio
import json
import random
import socket
import sys
import time
import uuid
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from assistant.engine import Assistant
from assistant.opening import judged_texts
from assistant.page.history import history_of
from corpus import load
from index.passages import PassageIndex
from index.progress import ProgressBar
from index.sync import sync
from tests.benchmarks.chat_servers import ROOT, NotStarted, Running, started
from tests.benchmarks.figures import Figure, add_json, compared, finish, percentile
from tests.qa.cases import FOLDER, Case, load_cases

SEED = 11
PAUSES = (2.0, 5.0)  # seconds between an answer and the chat's next question
PATIENCE = 60.0  # seconds after which a question counts as lost
MOST_FIRST = 1.0  # seconds to the first text, 95 of 100 times
QUEUE = "the same load through Gradio's queue"
ECHO = "a bare Gradio echo under the same load"


@dataclass(frozen=True, slots=True)
class Question:
    """What one chat asks at one time, and what the assistant alone answers to it."""

    turn: int
    text: str
    history: list[dict[str, str]]
    expected: str

    @property
    def body(self) -> dict[str, object]:
        return {"turn": self.turn, "question": self.text, "history": self.history}


@dataclass(slots=True)
class Outcome:
    """What became of all questions of one load."""

    first: list[float] = field(default_factory=list)  # seconds to the first text of each answer
    whole: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    mixed: int = 0  # answers to another question, or other than the assistant's own
    seconds: float = 0.0  # the whole load
    processor: float = 0.0  # seconds of all cores that the server took

    @property
    def each(self) -> float:
        """Milliseconds of all cores that the server took for one answer."""
        return 1000 * self.processor / max(1, len(self.whole))

    def add(self, other: "Outcome") -> None:
        self.first += other.first
        self.whole += other.whole
        self.errors += other.errors
        self.mixed += other.mixed
        self.seconds += other.seconds
        self.processor += other.processor


Views = Callable[[httpx.AsyncClient, Question], AsyncIterator[Mapping[str, Any]]]


async def from_ours(client: httpx.AsyncClient, question: Question) -> AsyncIterator[Mapping[str, Any]]:
    """The views of an answer, as the page's script reads them."""
    async with client.stream("POST", "/page/ask", json=question.body) as reply:
        reply.raise_for_status()
        async for line in reply.aiter_lines():
            yield json.loads(line)


async def from_queue(client: httpx.AsyncClient, question: Question) -> AsyncIterator[Mapping[str, Any]]:
    """One item per message with output, `done` with the last; Gradio sends later ones as changes to the first."""
    session = uuid.uuid4().hex
    join = {"data": [question.body], "fn_index": 0, "session_hash": session, "trigger_id": None, "event_data": None}
    (await client.post("/gradio_api/queue/join", json=join)).raise_for_status()
    address = f"/gradio_api/queue/data?session_hash={session}"
    async with client.stream("GET", address, headers={"accept": "text/event-stream"}) as reply:
        reply.raise_for_status()
        async for line in reply.aiter_lines():
            message = json.loads(line.removeprefix("data:")) if line.startswith("data:") else {}
            kind = message.get("msg", "")
            if kind in ("process_generating", "process_completed"):
                if not message.get("success", True):
                    raise RuntimeError("Gradio reports a failure")
                yield {"done": kind == "process_completed"}
            if kind == "process_completed":
                return


async def loaded(
    address: str, views: Views, chats: Sequence[Sequence[Question]], check: bool, told: Callable[[], None]
) -> Outcome:
    """All chats at once, each to its last question. `check`: whether texts must be the assistant's."""
    outcome = Outcome()
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    async with httpx.AsyncClient(base_url=address, timeout=PATIENCE, limits=limits) as client:
        begun = time.perf_counter()
        await asyncio.gather(*(_chat(at, asked, client, views, check, outcome, told) for at, asked in enumerate(chats)))
        outcome.seconds = time.perf_counter() - begun
    return outcome


async def _chat(
    number: int,
    questions: Sequence[Question],
    client: httpx.AsyncClient,
    views: Views,
    check: bool,
    outcome: Outcome,
    told: Callable[[], None],
) -> None:
    pauses = random.Random(f"{SEED} {number}")
    await asyncio.sleep(pauses.uniform(0, PAUSES[1]))  # they did not all arrive at the same moment
    for question in questions:
        await _ask(question, views(client, question), check, outcome)
        told()
        await asyncio.sleep(pauses.uniform(*PAUSES))


async def _ask(question: Question, views: AsyncIterator[Mapping[str, Any]], check: bool, outcome: Outcome) -> None:
    asked = time.perf_counter()
    first, last = 0.0, {}
    try:
        async with asyncio.timeout(PATIENCE):
            async for view in views:
                first = first or time.perf_counter() - asked
                last = view
    except (httpx.HTTPError, RuntimeError, ValueError, TimeoutError) as error:
        outcome.errors.append(type(error).__name__)
        return
    if not last.get("done") or last.get("reason") in ("busy", "error", "not-ready"):
        outcome.errors.append(str(last.get("reason", "no end")))
        return
    outcome.first.append(first)
    outcome.whole.append(time.perf_counter() - asked)
    if check and (last["turn"], last["text"]) != (question.turn, question.expected):
        outcome.mixed += 1


def questions(index: Path, chats: int, each: int) -> list[list[Question]]:
    """Each chat's own questions, none asked twice while there are enough, with what the assistant alone answers."""
    cases: tuple[Case, ...] = (*load_cases(), *load_cases(FOLDER / "fresh"))
    drawn = list({(case.question, case.history): case for case in cases}.values())
    random.Random(SEED).shuffle(drawn)
    drawn = [drawn[number % len(drawn)] for number in range(chats * each)]
    assistant = Assistant(PassageIndex.open(index))
    bar = ProgressBar(unit="questions")
    made: list[Question] = []
    for turn, case in enumerate(drawn):
        history = [{"role": turn.role, "content": turn.text} for turn in case.history]
        expected = assistant.ask(case.question.strip(), history_of(history)).text
        made.append(Question(turn, case.question, history, expected))
        bar("answering alone", turn + 1, len(drawn))
    bar.close()
    return [made[number::chats] for number in range(chats)]


def measured(index: Path, asked: Sequence[Sequence[Question]], sizes: Sequence[int], rounds: int) -> dict[str, Any]:
    """Outcomes by server, of all chats, and of ours by number of chats."""
    outcomes = {"ours": Outcome(), "queue": Outcome(), "echo": Outcome()}
    by_size = {size: Outcome() for size in sizes if size < len(asked)}
    for _ in range(rounds):
        for name, outcome in outcomes.items():
            with started(name, index, free_port()) as server:
                views = from_ours if name == "ours" else from_queue
                for size in by_size if name == "ours" else ():
                    by_size[size].add(_run(f"{size} chats", server, views, asked[:size], True))
                outcome.add(_run(f"{len(asked)} chats, {name}", server, views, asked, name == "ours"))
    return {**outcomes, "sizes": {**by_size, len(asked): outcomes["ours"]}}


def _run(work: str, server: Running, views: Views, asked: Sequence[Sequence[Question]], check: bool) -> Outcome:
    """One load, with its progress and what the server took for it."""
    total = sum(map(len, asked))
    done = 0
    bar = ProgressBar(unit="questions")

    def told() -> None:
        nonlocal done
        done += 1
        bar(work, done, total)

    before = server.processor_seconds()
    try:
        outcome = asyncio.run(loaded(server.address, views, asked, check, told))
    finally:
        bar.close()
    outcome.processor = server.processor_seconds() - before
    return outcome


def figures(outcomes: Mapping[str, Any], chats: int) -> list[Figure]:
    """The figures with their marks."""
    ours, queue, echo = outcomes["ours"], outcomes["queue"], outcomes["echo"]
    sizes: dict[int, Outcome] = outcomes["sizes"]
    detail: dict[str, Any] = {
        "x": "chats at once",
        "sizes": list(sizes),
        "lines": {
            "first text, p50": [percentile(it.first, 50) for it in sizes.values()],
            "first text, p95": [percentile(it.first, 95) for it in sizes.values()],
            "whole answer, p95": [percentile(it.whole, 95) for it in sizes.values()],
        },
    }
    asked = len(ours.first) + len(ours.errors)
    made = []
    for name, of in (("first text", lambda it: it.first), ("whole answer", lambda it: it.whole)):
        for percent in (50, 95):
            for other, against in ((queue, QUEUE), (echo, ECHO)):
                is_marked = (name, percent) == ("first text", 95)
                mine, theirs = (percentile(of(it) or [PATIENCE], percent) for it in (ours, other))
                made.append(
                    Figure(
                        name=f"{chats} chats: {name}, p{percent}",
                        ours=mine, theirs=theirs, unit="s", against=against, ratio=mine / theirs,
                        mark=f"at most {MOST_FIRST:g} s" if is_marked else "",
                        met=not is_marked or mine <= MOST_FIRST,
                        detail=detail if is_marked and other is queue else {},
                    )
                )  # fmt: skip
    for other, against in ((queue, QUEUE), (echo, ECHO)):
        if other.each:
            name = f"{chats} chats: the server's processor time for one answer"
            made.append(compared(name, ours.each, other.each, "ms", against))
    counts = {"questions": asked, "seconds": ours.seconds, "errors of the queue": queue.errors}
    return [
        *made,
        Figure(
            name=f"{chats} chats: errors, of {asked} questions",
            ours=len(ours.errors), theirs=len(queue.errors), unit="errors", against=QUEUE, ratio=None,
            mark="at most 0", met=not ours.errors, detail={**counts, "errors": ours.errors},
        ),
        Figure(
            name=f"{chats} chats: answers mixed up, of {asked}",
            ours=ours.mixed, theirs=None, unit="answers", against="what the assistant alone answers", ratio=None,
            mark="at most 0", met=not ours.mixed,
        ),
    ]  # fmt: skip


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> None:
    options = _options()
    bar = ProgressBar()
    corpus = load(options.documents)
    sync(corpus, options.index, also=judged_texts(corpus), progress=bar)
    bar.close()
    asked = questions(options.index, options.chats, options.each)
    finish(figures(measured(options.index, asked, options.sizes, options.rounds), options.chats), options.json)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_json(parser)
    parser.add_argument("--chats", type=int, default=100, help="at once (100)")
    parser.add_argument("--each", type=int, default=6, help="questions of each chat (6)")
    parser.add_argument(
        "--sizes", type=int, nargs="*", default=[1, 10, 30], help="fewer chats too, ours alone (1 10 30)"
    )
    parser.add_argument("--rounds", type=int, default=1, help="the servers in turn, so many times (1)")
    parser.add_argument("--documents", type=Path, default=ROOT / "corpus" / "documents")
    parser.add_argument("--index", type=Path, default=Path(".data/benchmarks/work/chats-index"), help="made if missing")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        main()
    except (NotStarted, OSError) as problem:
        sys.exit(str(problem))
