"""Whatever a model or its server does wrong, the answer is what was verified, or the quotes alone."""

import logging

import pytest

from assistant.engine import Assistant
from assistant.types import Notice
from tests.chat.failing import SCENES, half
from tests.chat.scenes import (
    KEY,
    QUESTION,
    SOON,
    TOLD,
    chat,
    good,
    says,
    worded,
)
from tests.chat.server import Body, ChatServer, Say, Script, closed_port, full_port
from tests.chat.server import Status as Response

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("no_thread_is_left")]


@pytest.mark.parametrize("name", SCENES)
def test_whatever_goes_wrong_ends_in_what_was_verified(
    name: str, engine: Assistant, caplog: pytest.LogCaptureFixture
) -> None:
    scene = SCENES[name]
    caplog.set_level(logging.INFO, logger="assistant")
    plain = engine.ask(QUESTION)
    if scene.script == "full":
        with full_port() as url, chat(engine, f"{url}/v1", scene.budget, key=KEY) as assistant:
            *growing, answer = assistant.stream(QUESTION)
    elif scene.script == "closed":
        with closed_port() as url, chat(engine, f"{url}/v1", scene.budget, key=KEY) as assistant:
            *growing, answer = assistant.stream(QUESTION)
    else:
        with ChatServer(scene.script) as server, chat(engine, server.openai_url, scene.budget, key=KEY) as assistant:
            *growing, answer = assistant.stream(QUESTION)

    assert answer.writing is not None
    assert answer.writing.failure == scene.failure
    assert scene.dropped is None or answer.writing.dropped == scene.dropped
    assert answer.writing.written == len(scene.shown)
    assert worded(answer) == list(scene.shown)
    assert all(worded(part) == list(scene.shown) for part in growing)
    assert (answer.status, answer.reason, answer.confidence) == (plain.status, plain.reason, plain.confidence)
    *lines, notice = answer.lines
    assert isinstance(notice, Notice)
    assert notice.kind == "model"
    if not scene.shown:
        assert tuple(lines) == plain.lines
    assert answer.seconds < SOON

    own = [record for record in caplog.records if record.name.startswith("assistant.")]
    assert [record.levelno for record in own] == [logging.WARNING if scene.failure else logging.INFO]
    assert not any(word in own[0].getMessage() for word in ("treat", "minutes", "painless", "SERVER TEXT", KEY))


def test_a_busy_server_is_asked_again_when_it_says_so(engine: Assistant) -> None:
    busy = Response(429, {"Retry-After": "0.1"})
    with ChatServer(busy, good) as server, chat(engine, server.openai_url) as assistant:
        answer = assistant.ask(QUESTION)
        assert len(server.requests) == 2
    assert worded(answer)[:1] == [TOLD]


OLLAMA: dict[str, tuple[Script, str, tuple[str, ...]]] = {
    "good": (lambda request: Say([says(TOLD)(request)], usage=(700, 40)), "", (TOLD,)),
    "no such model": (Response(404, body='{"error": "model not found"}'), "not-found", ()),
    "ends midway": (half, "cut-off", (TOLD,)),
    "invented": (says("Treatments are over in a moment.", "treatments are over in a moment"), "unverified", ()),
    "an error for a stream": (Body(b'{"error": "out of memory"}\n', "application/x-ndjson"), "server", ()),
}


@pytest.mark.parametrize("name", OLLAMA)
def test_ollamas_own_protocol(name: str, engine: Assistant) -> None:
    script, failure, shown = OLLAMA[name]
    with ChatServer(script) as server, chat(engine, server.url, provider="ollama") as assistant:
        answer = assistant.ask(QUESTION)
        assert {request.path for request in server.requests} == {"/api/chat"}
    assert answer.writing is not None
    assert (answer.writing.failure, worded(answer)) == (failure, list(shown))
    if name == "good":
        assert (answer.writing.tokens_in, answer.writing.tokens_out) == (700, 40)
