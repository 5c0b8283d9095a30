"""Who answers where a chat model is set: what is told of it, what is loaded, and that nobody waits for it in vain."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from assistant.answering import answering, opened_model, told
from assistant.chat.assistant import ChatAssistant
from assistant.chat.failures import ModelFailure
from assistant.chat.growing import Stop
from assistant.chat.writer import Writer
from assistant.page.desk import Desk
from assistant.page.reception import Reception
from assistant.settings import Settings, SettingsProblem, read
from assistant.types import Status, Turn
from corpus.types import Corpus
from tests.chat.server import ChatServer, Raw, Say, said
from tests.terminal_helpers import DURATION, ROOT, WORDED, WORDING, QuotingAssistant, model_settings

QUESTION = "How long do treatments take?"
SILENT = Say(["{"], ending="hold")  # begins a reply and never goes on
SECONDS = 20.0  # that a test waits at most for another thread


@contextmanager
def chat_assistant(server: ChatServer, sources: Corpus, at_once: int = 8) -> Iterator[ChatAssistant]:
    """Patient with its model, so that nothing ends by itself what a test has to end."""
    model = opened_model(read({**model_settings(server), "CHAT_SECONDS": "600"}))
    assert model
    try:
        yield ChatAssistant(QuotingAssistant(sources), Writer(model), at_once)
    finally:
        model.close()


def test_nothing_of_chat_models_is_loaded_where_none_is_set() -> None:
    code = (
        "import sys, app, assistant.page.blocks, assistant.terminal.ask\n"
        "from assistant.answering import answering, opened_model, told\n"
        "from assistant.settings import Settings\n"
        "engine = object()\n"
        "assert answering(engine, opened_model(Settings())) is engine and told(None) == ''\n"
        "print(*sys.modules)"
    )
    shown = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(shown.stdout.split())
    assert "assistant.answering" in loaded
    chat = {"langchain", "langchain.chat_models", "langchain_core", "langsmith", "openai", "anthropic", "ollama"}
    assert loaded.isdisjoint(chat)
    assert [name for name in loaded if name.startswith("assistant.chat")] == []


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"CHAT_MODEL": "llama3.2"}, "it must be a provider and a model"),
        ({"CHAT_MODEL": "openai:gpt", "CHAT_BASE_URL": "localhost"}, "it must begin with http"),
        ({"CHAT_MODEL": "anthropic:x"}, "needs a key: set CHAT_API_KEY or ANTHROPIC_API_KEY."),
    ],
)
def test_a_model_that_cannot_be_opened_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], words: str
) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    with pytest.raises(SettingsProblem, match=words) as problem:
        opened_model(read(environment))
    assert "\n" not in str(problem.value)


def test_a_missing_package_is_named_with_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "langchain_ollama", None)
    with pytest.raises(SettingsProblem, match=r"pip install langchain-ollama$"):
        opened_model(Settings(chat_model="ollama:llama3.2"))


def test_the_key_is_not_shown_with_the_settings() -> None:
    assert "s3cret" not in repr(read({"CHAT_MODEL": "openai:gpt", "CHAT_API_KEY": "s3cret"}))


@pytest.mark.parametrize(
    ("name", "base_url", "words"),
    [
        (
            "ollama:llama3.2",
            "",
            "A language model, ollama:llama3.2, helps to word the answers. It is asked on this machine.",
        ),
        ("ollama:gpt-oss:120b-cloud", "", "What you type is sent to ollama.com."),
        ("openai:gpt", "", "What you type is sent to api.openai.com."),
        ("openai:gpt", "http://[::1]:8080/v1", "It is asked on this machine."),
        ("openai:gpt", "http://user:pass@10.0.0.7:8080/v1", "What you type is sent to 10.0.0.7."),
    ],
)
def test_where_the_users_words_go_is_told(name: str, base_url: str, words: str) -> None:
    model = opened_model(Settings(chat_model=name, chat_base_url=base_url, chat_api_key="x"))
    assert told(model).endswith(words)
    assert name in told(model, "es")
    assert told(model, "es") != told(model)


def test_the_model_words_the_answer(sources: Corpus) -> None:
    with ChatServer(WORDING) as server:
        model = opened_model(read(model_settings(server)))
        assert model
        answer = answering(QuotingAssistant(sources), model).ask(QUESTION)
        model.close()
    assert answer.writing
    assert (answer.writing.written, answer.writing.failure) == (1, "")
    assert answer.text.startswith(WORDED)
    assert "[1]" in answer.text


def test_closing_from_another_thread_ends_the_request(sources: Corpus) -> None:
    with ChatServer(SILENT, WORDING) as server, waiter() as threads, chat_assistant(server, sources) as assistant:
        growing = assistant.stream(QUESTION)
        waiting = threads.submit(list, growing)
        wait_for(server, 1)
        growing.close()
        assert waiting.result(SECONDS) == []
        assert server.hung_up.wait(SECONDS)
        assert assistant.ask(QUESTION).text.startswith(WORDED)


def test_a_stopped_follow_up_sends_no_second_request(sources: Corpus) -> None:
    """Stopped while the follow-up is read, nothing is worded."""
    with ChatServer(SILENT, WORDING) as server, waiter() as threads, chat_assistant(server, sources) as assistant:
        growing = assistant.stream("and for two?", [Turn("user", QUESTION)])
        waiting = threads.submit(list, growing)
        wait_for(server, 1)
        growing.close()
        assert waiting.result(SECONDS) == []
        assert len(server.requests) == 1


def test_what_was_stopped_between_two_requests_starts_none() -> None:
    stop = Stop()
    stop.press()
    with pytest.raises(ModelFailure, match="stopped"):
        stop.watch(lambda: pytest.fail("a request began"))


def test_a_slow_model_keeps_nobody_waiting(sources: Corpus) -> None:
    """Beyond its places, questions are answered with quotes, and an emergency needs no place at all."""
    with (
        ChatServer(SILENT, WORDING) as server,
        waiter() as threads,
        chat_assistant(server, sources, at_once=1) as assistant,
    ):
        slow = assistant.stream(QUESTION)
        waiting = threads.submit(list, slow)
        wait_for(server, 1)
        other = assistant.ask(QUESTION)
        assert assistant.ask("I can't breathe").status is Status.EMERGENCY
        slow.close()
        waiting.result(SECONDS)
        assert other.writing
        assert other.writing.failure == "busy"
        assert DURATION in other.text
        assert len(server.requests) == 1
        again = assistant.ask(QUESTION).writing
        assert again
        assert again.written == 1


def test_the_page_stops_the_model_and_answers_the_next_question(sources: Corpus) -> None:
    """What the server does where the browser goes away: it cancels the task that waits for the next view."""
    with ChatServer(SILENT, WORDING) as server, waiter() as threads, chat_assistant(server, sources) as assistant:
        desk = Desk()
        desk.open(assistant, lambda _: None, 3)
        asked = {"turn": 1, "question": QUESTION}

        async def stopped() -> list[dict[str, object]]:
            reception = Reception(desk, at_once=1)
            first = asyncio.ensure_future(anext(reception.views(asked)))
            while not server.requests:
                await asyncio.sleep(0.01)
            first.cancel()
            with pytest.raises(asyncio.CancelledError):
                await first
            assert await asyncio.to_thread(server.hung_up.wait, SECONDS)
            return [view async for view in reception.views(asked)]

        # In a thread of its own: the browser tests may have a loop running in this one.
        views = threads.submit(asyncio.run, stopped()).result()
    assert views[-1]["done"]
    assert str(views[-1]["text"]).startswith(WORDED)


@pytest.mark.parametrize("script", [Raw(), said("I will not.")])
def test_a_useless_model_leaves_the_quotes(sources: Corpus, script: Raw | Say) -> None:
    with ChatServer(script) as server, chat_assistant(server, sources) as assistant:
        answer = assistant.ask(QUESTION)
    assert answer.writing
    assert answer.writing.failure
    assert f"“{DURATION}”" in answer.text
    assert answer.notices[-1].kind == "model"


def test_closing_the_model_frees_whoever_waits(sources: Corpus) -> None:
    with ChatServer(SILENT) as server, waiter() as threads:
        with chat_assistant(server, sources) as assistant:
            waiting = threads.submit(assistant.ask, QUESTION)
            wait_for(server, 1)
        assert DURATION in waiting.result(SECONDS).text


def waiter(threads: int = 1) -> ThreadPoolExecutor:
    """Opened before the assistant, so that its end, which frees who waits, comes first."""
    return ThreadPoolExecutor(threads)


def wait_for(server: ChatServer, requests: int) -> None:
    """Until the server has got that many requests."""
    pause = threading.Event()
    for _ in range(int(SECONDS * 100)):
        if len(server.requests) >= requests:
            return
        pause.wait(0.01)
    pytest.fail("the model was not asked")
