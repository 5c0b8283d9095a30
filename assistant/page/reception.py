"""Lets questions in: some are answered side by side, some wait, the rest are told so. Emergencies never wait.

Knows no HTTP: what a browser sent comes in as it is, and views for the browser go out.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import aclosing
from dataclasses import dataclass

from assistant.page.desk import Desk, Reply
from assistant.page.history import history_of, text_of
from assistant.page.render import view_of
from assistant.types import Answer, Turn

# Composing an answer is Python, which one thread at a time runs; the embedding of another question runs beside it, on
# the other core. More threads would share the same Python, and the loop that sends every answer would wait for more.
AT_ONCE = 2
WAITING = 128  # a question each from a hundred chats at the same moment; more could not be answered while people wait
LONGEST_QUESTION = 20_000  # characters read at all: what exceeds the desk's limit may still be a cry for help

View = dict[str, object]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as a browser sent it, made safe."""

    turn: int
    question: str
    history: tuple[Turn, ...]


def asked_of(claimed: object) -> Asked:
    """Turn number, question and history of what a browser sent, whatever that is."""
    fields = claimed if isinstance(claimed, dict) else {}
    turn = fields.get("turn")
    question = text_of(fields.get("question"))[:LONGEST_QUESTION].strip()
    return Asked(turn if isinstance(turn, int) else 0, question, history_of(fields.get("history")))


class Reception:
    """Answers everybody who asks, a bounded number at a time. Belongs to one event loop."""

    def __init__(self, desk: Desk, at_once: int = AT_ONCE, waiting: int = WAITING) -> None:
        """`at_once`: questions answered side by side, a thread each; `waiting`: those that may wait for one."""
        self._desk = desk
        self._places = asyncio.Semaphore(at_once)
        self._threads = ThreadPoolExecutor(at_once, "answer")  # of our own: nobody else's work stands before an answer
        self._alarms = ThreadPoolExecutor(1, "triage")
        self._waiting = 0
        self._most_waiting = waiting

    async def views(self, claimed: object) -> AsyncGenerator[View]:
        """The growing answer to what a browser sent; the last view says that it is done.

        Close it, or cancel who waits for it, where the browser has gone: that ends what still runs for it.
        """
        asked = asked_of(claimed)
        if at_once := await self._place(asked):
            yield view_of(at_once, turn=asked.turn, done=True)
            return
        reply = self._desk.stream(asked.question, asked.history)
        async with aclosing(_growing(reply, self._threads, self._places.release)) as answers:
            async for answer, whole in answers:
                yield view_of(answer, turn=asked.turn, done=whole)

    async def _place(self, asked: Asked) -> Answer | None:
        """Take a place, waiting for it where all are taken; an answer where none is needed or there is none."""
        if not self._places.locked():
            await self._places.acquire()  # at once
            return None
        if self._waiting >= self._most_waiting:
            return await self._told(self._desk.busy, asked)
        self._waiting += 1
        try:
            if alarm := await self._told(self._desk.alarm, asked):
                return alarm
            await self._places.acquire()
        finally:
            self._waiting -= 1
        return None

    async def _told(self, ask: Callable[[str, Sequence[Turn]], Answer | None], asked: Asked) -> Answer | None:
        """What needs no documents, from the thread that no answer ever takes."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._alarms, ask, asked.question, asked.history)


async def _growing(reply: Reply, threads: Executor, done: Callable[[], None]) -> AsyncGenerator[tuple[Answer, bool]]:
    """The answers of a reply that another thread makes, each with whether it is the last; `done` once that is free.

    Who reads slowly gets the newest answer, not every step to it.
    """
    loop = asyncio.get_running_loop()
    changed = asyncio.Event()
    newest: Answer | None = None

    def grow(answer: Answer) -> None:
        nonlocal newest
        newest = answer
        changed.set()

    def work() -> None:
        for answer in reply:
            loop.call_soon_threadsafe(grow, answer)

    def end(_: object) -> None:
        done()
        changed.set()

    working = loop.run_in_executor(threads, work)
    working.add_done_callback(end)
    try:
        while True:
            await changed.wait()
            changed.clear()
            whole = working.done()
            if newest is not None:
                yield newest, whole
            if whole:
                return
    finally:
        reply.close()
