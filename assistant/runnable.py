"""The assistant as a LangChain Runnable, for chains of one's own. Knows nothing of how an answer is found."""

from collections.abc import Iterator, Sequence
from typing import Any

from langchain_core.messages import convert_to_messages
from langchain_core.runnables import Runnable, RunnableConfig

from assistant.engine import Assistant
from assistant.record import question_of, turns_of
from assistant.types import Answer, Turn

_ROLES = {"human": "user", "ai": "assistant"}


class AssistantRunnable(Runnable[str | dict[str, Any], Answer]):
    """`AssistantRunnable(Assistant(index)).invoke("Who may use a laser?")`

    The input is a question, or `{"question": ..., "history": [...]}` with a history of `{"role", "content"}` mappings
    or LangChain messages. `stream` yields the answer as it grows; its last item is whole. Raises RecordProblem for an
    input without a question.
    """

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant

    def invoke(self, input: str | dict[str, Any], config: RunnableConfig | None = None, **_: Any) -> Answer:
        """The whole answer."""
        return self._call_with_config(self._ask, input, config)

    def stream(self, input: str | dict[str, Any], config: RunnableConfig | None = None, **_: Any) -> Iterator[Answer]:
        """The answer as it grows."""
        yield from self._transform_stream_with_config(iter([input]), self._streamed, config)

    def _ask(self, input: str | dict[str, Any]) -> Answer:
        *_, last = self._streamed(iter([input]))
        return last

    def _streamed(self, inputs: Iterator[str | dict[str, Any]]) -> Iterator[Answer]:
        for input in inputs:
            question, history = _asked(input)
            yield from self._assistant.stream(question, history)


def _asked(input: str | dict[str, Any]) -> tuple[str, tuple[Turn, ...]]:
    if isinstance(input, str):
        return question_of(input), ()
    return question_of(input.get("question")), _turns(input.get("history") or [])


def _turns(history: Sequence[Any]) -> tuple[Turn, ...]:
    messages = convert_to_messages(history)
    return turns_of([{"role": _ROLES.get(message.type, ""), "content": message.text} for message in messages])
