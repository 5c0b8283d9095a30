"""A chat model by name, its replies streamed and watched. Knows nothing of prompts, documents or answers."""

import asyncio
import contextvars
import threading
from collections.abc import AsyncGenerator, Sequence
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk
from langsmith import tracing_context

from assistant.chat.budget import Budget, tokens_of
from assistant.chat.failures import ModelFailure
from assistant.chat.providers import Place, client_of, place_of
from assistant.chat.reply import Chunk, Reply
from assistant.chat.types import Message, Usage

_PER_MESSAGE = 4  # tokens that a chat template puts around a message
_FINISH = ("finish_reason", "done_reason", "stop_reason", "status")
_CLOSING = 5.0  # seconds


class ChatModel:
    """A chat model whose replies are streamed and watched. One thread serves all replies until `close`.

    The thread runs an event loop, because only asynchronous clients can be made to let go of a connection at once:
    a thread that waits for a silent server cannot be ended from outside.
    """

    def __init__(self, model: BaseChatModel, budget: Budget, place: Place, name: str, http: Any = None) -> None:
        self.name = name
        self.budget = budget
        self.place = place
        self._model = model
        self._http = http
        self._lock = threading.Lock()
        self._usage = Usage()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    @property
    def usage(self) -> Usage:
        """What all replies so far have cost together."""
        return self._usage

    def stream(self, messages: Sequence[Message], budget: Budget | None = None) -> Reply:
        """The model's reply in pieces. The request starts at once; closing the reply, also by dropping it, ends it.

        Iterating raises ModelFailure; so does this call, of kind "budget", for messages longer than the budget has.
        """
        budget = budget or self.budget
        tokens_in = sum(tokens_of(message.text) + _PER_MESSAGE for message in messages)
        if tokens_in > budget.tokens_in:
            raise ModelFailure("budget", "tokens in")
        sent = [{"role": message.role, "content": message.text} for message in messages]
        loop = self._running_loop()
        return Reply(loop, lambda: _chunks(self._model, sent), budget, tokens_in, self._count, _untraced())

    def close(self) -> None:
        """End all requests and the thread. The model cannot be used afterwards."""
        if not self._loop or not self._thread or self._loop.is_closed():
            return
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(_CLOSING)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_CLOSING)
        self._loop.close()

    async def _end(self) -> None:
        await _cancel_all()
        await asyncio.get_running_loop().shutdown_asyncgens()
        if self._http:
            await self._http.aclose()

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=self._loop.run_forever, name="chat-model", daemon=True)
                self._thread.start()
            return self._loop

    def _count(self, usage: Usage) -> None:
        with self._lock:
            self._usage += usage


def open_model(name: str, *, base_url: str = "", api_key: str = "", budget: Budget | None = None) -> ChatModel:
    """The chat model `provider:model`, such as "ollama:llama3.2". Nothing is sent yet. Raises ModelProblem.

    `base_url` names a server that speaks the provider's protocol; empty: the provider's own service.
    """
    budget = budget or Budget()
    place = place_of(name, base_url, api_key)
    model, http = client_of(name, place, budget)
    return ChatModel(model, budget, place, name, http)


async def _chunks(model: BaseChatModel, sent: list[dict[str, str]]) -> AsyncGenerator[Chunk]:
    async for message in model.astream(sent):
        yield _chunk(message)


def _chunk(message: AIMessageChunk) -> Chunk:
    metadata = message.response_metadata
    counts = message.usage_metadata
    return Chunk(
        text=message.text,
        finish=next((str(metadata[key]) for key in _FINISH if metadata.get(key)), ""),
        refused=any(isinstance(block, dict) and block.get("type") == "refusal" for block in message.content),
        tokens=(counts["input_tokens"], counts["output_tokens"]) if counts else None,
        last=message.chunk_position == "last" and not message.text and not metadata,
    )


def _untraced() -> contextvars.Context:
    """A context in which no tracer runs: what goes to the model goes nowhere else, whatever the environment says."""
    context = contextvars.Context()
    context.run(tracing_context(enabled=False).__enter__)
    return context


async def _cancel_all() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
