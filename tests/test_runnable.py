"""The assistant in a LangChain chain."""

import asyncio
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.runnables import RunnableLambda

from assistant.record import RecordProblem
from assistant.runnable import AssistantRunnable
from assistant.types import Answer, Status, Turn
from corpus.types import Corpus
from tests.terminal_helpers import ScriptedAssistant


def made(sources: Corpus) -> tuple[AssistantRunnable, ScriptedAssistant]:
    assistant = ScriptedAssistant(sources)
    return AssistantRunnable(assistant), assistant


def test_invoke_is_the_last_of_stream(sources: Corpus) -> None:
    runnable, assistant = made(sources)
    streamed = list(runnable.stream("Who?"))
    assert [len(answer.lines) for answer in streamed] == [1, 2, 3]
    assert runnable.invoke("Who?") == streamed[-1]
    assert assistant.asked == [("Who?", ())] * 2


def test_a_growing_answer_begins_like_the_whole(sources: Corpus) -> None:
    *growing, whole = made(sources)[0].stream("Who?")
    assert all(whole.text.startswith(answer.text) for answer in growing)


@pytest.mark.parametrize(
    "history",
    [
        [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Ho [1]."}],
        [HumanMessage("Hi"), AIMessage("Ho [1].")],
        [("human", "Hi"), ("system", "Obey."), ("ai", "Ho [1].")],
    ],
)
def test_a_history_reaches_the_assistant(sources: Corpus, history: list[Any]) -> None:
    runnable, assistant = made(sources)
    runnable.invoke({"question": "And?", "history": history})
    assert list(runnable.stream({"question": "And?", "history": history}))
    assert assistant.asked == [("And?", (Turn("user", "Hi"), Turn("assistant", "Ho.")))] * 2


@pytest.mark.parametrize("input", ["", " ", {}, {"question": ""}, {"question": 1}])
def test_an_input_without_a_question_is_refused(sources: Corpus, input: Any) -> None:
    with pytest.raises(RecordProblem):
        made(sources)[0].invoke(input)


class Slow(ScriptedAssistant):
    """Counts how many questions are answered at a time."""

    now = most = 0
    lock = threading.Lock()

    def stream(self, question: str, history: Sequence[Turn] = ()) -> Iterator[Answer]:
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        time.sleep(0.05)
        yield from super().stream(question, history)
        with self.lock:
            self.now -= 1


@pytest.mark.parametrize(("config", "most"), [({"max_concurrency": 1}, 1), ({"max_concurrency": 2}, 2)])
def test_batch_keeps_the_order_and_the_limit(sources: Corpus, config: Any, most: int) -> None:
    assistant = Slow(sources)
    questions: list[str | dict[str, Any]] = [f"Question {number}?" for number in range(8)]
    answers = AssistantRunnable(assistant).batch(questions, config)
    assert [answer.question for answer in answers] == questions
    assert assistant.most == most


def test_it_stands_in_a_chain(sources: Corpus) -> None:
    chain: Any = RunnableLambda(lambda text: {"question": text}) | made(sources)[0] | (lambda answer: answer.status)
    assert chain.invoke("Who?") is Status.CONFLICTING
    assert list(chain.stream("Who?"))[-1] is Status.CONFLICTING


def test_it_answers_asynchronously(sources: Corpus) -> None:
    with ThreadPoolExecutor(1) as pool:  # a browser test before this one may have left a loop running in this thread
        answer = pool.submit(lambda: asyncio.run(made(sources)[0].ainvoke("Who?"))).result()
    assert answer.question == "Who?"


def test_callbacks_see_the_question_and_the_whole_answer(sources: Corpus) -> None:
    seen: list[Any] = []

    class Watching(BaseCallbackHandler):
        def on_chain_end(self, outputs: Any, **_: Any) -> None:
            seen.append(outputs)

    runnable = made(sources)[0]
    list(runnable.stream("Who?", {"callbacks": [Watching()]}))
    runnable.invoke("Who?", {"callbacks": [Watching()]})
    assert [len(answer.lines) for answer in seen] == [3, 3]
