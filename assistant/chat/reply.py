"""One reply as it streams in, under four clocks. Knows no provider: what it reads is an iterator of chunks."""

import asyncio
import contextlib
import contextvars
import queue
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from dataclasses import dataclass, field
from typing import Self

from assistant.chat.budget import Budget, tokens_of
from assistant.chat.failures import ModelFailure, failure_of, finish_failure
from assistant.chat.types import Usage

_GRACE = 2.0  # seconds past the whole time after which a provider that blocks the loop is given up
_LEAST_WAIT = 0.1  # seconds; sooner, the client may still hold the connection that the server is closing
_LENIENCE = 1.5  # our count of tokens is rather too high, and the server has been told the limit


@dataclass(frozen=True, slots=True)
class Chunk:
    """What a provider sent at once: text, or the reason for ending, or counts of tokens, or nothing of these."""

    text: str = ""
    finish: str = ""
    refused: bool = False
    tokens: tuple[int, int] | None = None  # in, out
    last: bool = False  # put at the end by the framework: nothing that a server sent


@dataclass(slots=True)
class _State:
    """What the task has seen so far; the reply reads it, so that the task needs no reference to the reply."""

    started: float = field(default_factory=time.monotonic)
    text: list[str] = field(default_factory=list)
    chunks: int = 0
    finish: str = ""
    refused: bool = False
    tokens: tuple[int, int] | None = None
    ended: float | None = None


class Reply(Iterator[str]):
    """Pieces of text as they come. Raises ModelFailure. `close` from any thread ends the request to the server."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        request: Callable[[], AsyncGenerator[Chunk]],
        budget: Budget,
        tokens_in: int,
        done: Callable[[Usage], None],
        context: contextvars.Context,
    ) -> None:
        self._budget, self._tokens_in = budget, tokens_in
        self._state = _State()
        self._pieces: queue.SimpleQueue[str | ModelFailure | None] = queue.SimpleQueue()
        self._over = False
        task = _run(request, budget, self._state, self._pieces, lambda state: done(_usage(state, tokens_in)))
        self._future = context.run(asyncio.run_coroutine_threadsafe, task, loop)

    def __next__(self) -> str:
        if self._over:
            raise StopIteration
        try:
            piece = self._pieces.get(timeout=self._budget.whole + _GRACE)
        except queue.Empty:
            piece = ModelFailure("timeout", "whole")
        if isinstance(piece, str):
            return piece
        self.close()
        if piece is None:
            raise StopIteration
        raise piece

    def close(self) -> None:
        """End the request if it still runs. A thread that waits for text gets ModelFailure("stopped")."""
        if not self._over:
            self._over = True
            self._future.cancel()
            self._pieces.put(ModelFailure("stopped"))

    @property
    def usage(self) -> Usage:
        """What the reply has cost so far."""
        return _usage(self._state, self._tokens_in)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        if hasattr(self, "_future"):
            self.close()


async def _run(
    request: Callable[[], AsyncGenerator[Chunk]],
    budget: Budget,
    state: _State,
    pieces: "queue.SimpleQueue[str | ModelFailure | None]",
    done: Callable[[_State], None],
) -> None:
    """Put text into `pieces`, then None or the failure. Asks again once where the server says when."""
    deadline = state.started + budget.whole
    failure: ModelFailure | None = ModelFailure("stopped")
    try:
        failure = await _attempt(request, budget, deadline, state, pieces)
        if failure and failure.retry_after is not None and not state.chunks:
            wait = max(failure.retry_after, _LEAST_WAIT)
            if time.monotonic() + wait < deadline:
                await asyncio.sleep(wait)
                failure = await _attempt(request, budget, deadline, state, pieces)
    finally:
        state.ended = time.monotonic()
        done(state)
        pieces.put(failure)


async def _attempt(
    request: Callable[[], AsyncGenerator[Chunk]],
    budget: Budget,
    deadline: float,
    state: _State,
    pieces: "queue.SimpleQueue[str | ModelFailure | None]",
) -> ModelFailure | None:
    """Read one response to its end. The failure is returned, not raised: a raised one would keep the client's error,
    and with it what was said, as its context."""
    chunks = request()
    try:
        # The client's own clock ends a connection that is not accepted, so its time is added to the first one.
        limit, stage = time.monotonic() + budget.connect + budget.first, "first token"
        spent = 0
        while True:
            until, what = (limit, stage) if limit < deadline else (deadline, "whole")
            try:
                async with asyncio.timeout(until - time.monotonic()):
                    chunk = await anext(chunks)
            except TimeoutError as error:
                # The client may have raised one of its own.
                return ModelFailure("timeout", what) if time.monotonic() >= until else failure_of(error, heard=False)
            except StopAsyncIteration:
                return _end(state)
            _note(state, chunk)
            if chunk.text:
                spent += tokens_of(chunk.text)
                if spent > budget.tokens_out * _LENIENCE:
                    return ModelFailure("budget", "tokens out")
                pieces.put(chunk.text)
                limit, stage = time.monotonic() + budget.between, "between tokens"
    except Exception as error:
        return failure_of(error, heard=bool(state.text))
    finally:
        with contextlib.suppress(Exception):
            await chunks.aclose()


def _note(state: _State, chunk: Chunk) -> None:
    state.chunks += not chunk.last
    state.finish = chunk.finish or state.finish
    state.refused = state.refused or chunk.refused
    if chunk.tokens:  # some servers count the prompt at the start and the reply at the end
        before = state.tokens or (0, 0)
        state.tokens = before[0] + chunk.tokens[0], before[1] + chunk.tokens[1]
    if chunk.text:
        state.text.append(chunk.text)


def _end(state: _State) -> ModelFailure | None:
    if state.refused:
        return ModelFailure("refusal", "model")
    failure = finish_failure(state.finish)
    if failure and failure.detail == "no end" and not state.text:
        return ModelFailure("empty") if state.chunks else ModelFailure("garbage", "no reply")
    if failure:
        return failure
    return None if "".join(state.text).strip() else ModelFailure("empty")


def _usage(state: _State, tokens_in: int) -> Usage:
    seconds = (state.ended or time.monotonic()) - state.started
    if state.tokens:
        return Usage(*state.tokens, seconds)
    return Usage(tokens_in, tokens_of("".join(state.text)), seconds, estimated=True)
