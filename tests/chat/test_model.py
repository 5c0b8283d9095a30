"""Replies of chat models and their failures, through the real client libraries and a server on loopback."""

import contextlib
import gc
import logging
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from assistant.chat.budget import Budget
from assistant.chat.failures import ModelFailure
from assistant.chat.model import ChatModel, open_model
from assistant.chat.types import Message
from tests.chat.server import Body, ChatServer, Raw, Reply, Say, Status, closed_port, full_port, said

ROOMY = Budget(connect=10, first=10, between=10, whole=20, tokens_in=300, tokens_out=60)
# One clock is tight where it should go off, so that a slow machine sets off no other.
CLOCKS = {
    "timeout: connect": replace(ROOMY, connect=0.2),
    "timeout: first token": replace(ROOMY, connect=0.3, first=0.2),
    "timeout: between tokens": replace(ROOMY, between=0.3),
    "timeout: whole": replace(ROOMY, whole=0.8),
}
ASKED = [Message("system", "Be brief."), Message("user", "May an RN do it? UNTOLD")]
LONG = 60.0  # seconds; a clock that does not run shows as another kind of failure, when the server closes at last


def base_url(provider: str, server: ChatServer) -> str:
    return server.openai_url if provider == "openai" else server.url


@contextlib.contextmanager
def opened(provider: str, url: str, budget: Budget = ROOMY) -> Iterator[ChatModel]:
    model = open_model(f"{provider}:tiny", base_url=url, api_key="a-key", budget=budget)
    try:
        yield model
    finally:
        model.close()


def failure(model: ChatModel) -> ModelFailure:
    with pytest.raises(ModelFailure) as caught:
        list(model.stream(ASKED))
    return caught.value


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    left = set(threading.enumerate()) - before
    for thread in left:
        thread.join(5)
    assert [thread.name for thread in left if thread.is_alive()] == []


FINISHED = {"openai": "stop", "anthropic": "end_turn", "ollama": "stop"}


@pytest.mark.parametrize("provider", FINISHED)
def test_a_reply_comes_in_pieces_and_is_counted(provider: str) -> None:
    reply = Say(["Yes, ", "it ", "may."], finish=FINISHED[provider], usage=(21, 7))
    with ChatServer(reply) as server, opened(provider, base_url(provider, server)) as model:
        assert list(model.stream(ASKED)) == ["Yes, ", "it ", "may."]
        assert (model.usage.tokens_in, model.usage.tokens_out, model.usage.estimated) == (21, 7, False)
        list(model.stream(ASKED))
        assert (model.usage.tokens_in, model.usage.tokens_out) == (42, 14)
    assert [request.json["stream"] for request in server.requests] == [True, True]


def test_usage_is_estimated_where_the_server_counts_nothing() -> None:
    with ChatServer(said("Yes, it may.")) as server, opened("openai", server.openai_url) as model:
        reply = model.stream(ASKED)
        assert "".join(reply) == "Yes, it may."
        assert reply.usage.estimated
        assert reply.usage.tokens_in > 0 < reply.usage.tokens_out


BAD_JSON = Body(b'data: {"id": "1", "choi\n\ndata: [DONE]\n\n')
NO_CHOICES = Body(b'data: {"id":"1","object":"chat.completion.chunk","created":1,"model":"x","choices":[]}\n\n')
ERROR_EVENT = Body(b'data: {"error": {"message": "SERVER TEXT"}}\n\n')
WEB_PAGE = Body(b"<html>Welcome</html>", "text/html")
MANY = Say(["word " * 20] * 50)

FAILURES: dict[str, tuple[Reply, str]] = {
    "accepts, never answers": (Raw(ending="hold"), "timeout: first token"),
    "first token late": (Say(["Yes"], before=LONG), "timeout: first token"),
    "only keep-alives": (Say(["Yes"], keep_alive=1000, pause=0.05), "timeout: first token"),
    "stalls": (Say(["Yes"], ending="hold"), "timeout: between tokens"),
    "second token late": (Say(["Yes", "no"], pause=LONG), "timeout: between tokens"),
    "drips": (Say(["y"] * 1000, pause=0.05), "timeout: whole"),
    "ends midway": (Say(["Yes", "it"], ending="cut"), "cut-off: connection lost"),
    "resets midway": (Say(["Yes", "it"], pause=0.05, ending="reset"), "cut-off: connection lost"),
    "stops for length": (Say(["Yes"], finish="length"), "cut-off: length"),
    "resets at once": (Raw(ending="reset"), "connection"),
    "hangs up at once": (Raw(), "connection"),
    "redirects to itself": (Status(307, {"Location": "/v1/chat/completions"}), "connection: redirect"),
    "not HTTP": (Raw(b"\x00\x01\xff nonsense\r\n\r\n"), "garbage: not HTTP"),
    "bytes": (Body(b"\xff\xfe\x00"), "garbage: UnicodeDecodeError"),
    "half JSON": (BAD_JSON, "garbage: JSONDecodeError"),
    "a web page": (WEB_PAGE, "garbage: ValueError"),
    "JSON, no stream": (Body(b'{"error": "Unexpected endpoint"}', "application/json"), "garbage: ValueError"),
    "no body": (Body(b""), "garbage: ValueError"),
    "no choices": (NO_CHOICES, "empty"),
    "null content": (Say([None, None]), "empty"),
    "no text": (Say([]), "empty"),
    "white space": (Say([" ", "\n"]), "empty"),
    # LangChain drops the field `refusal` of a stream, so what is left is nothing.
    "refusal": (Say([], refusal="SERVER TEXT"), "empty"),
    "content filter": (Say(["Yes"], finish="content_filter"), "refusal: filter"),
    "far too much": (MANY, "budget: tokens out"),
    "error in the stream": (ERROR_EVENT, "server: error in the stream"),
    "400": (Status(400), "rejected: status 400"),
    "401": (Status(401), "key: status 401"),
    "403": (Status(403), "key: status 403"),
    "404": (Status(404), "not-found: status 404"),
    "413": (Status(413), "rejected: status 413"),
    "429": (Status(429), "rate-limit: status 429"),
    "429, wait long": (Status(429, {"Retry-After": "60"}), "rate-limit: status 429"),
    "500": (Status(500), "server: status 500"),
    "502": (Status(502, {"Content-Type": "text/html"}, "<html>SERVER TEXT"), "server: status 502"),
    "503": (Status(503, {"Retry-After": "0"}), "server: status 503"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_failure_is_told_by_its_kind_after_one_request(name: str) -> None:
    script, kind = FAILURES[name]
    with ChatServer(script) as server, opened("openai", server.openai_url, CLOCKS.get(kind, ROOMY)) as model:
        assert str(failure(model)) == kind
        assert len(server.requests) == 1  # the client's own retries would multiply every clock


OLLAMA_FAILURES: dict[str, tuple[Reply, str]] = {
    "accepts, never answers": (Raw(ending="hold"), "timeout: first token"),
    "stalls": (Say(["Yes"], ending="hold"), "timeout: between tokens"),
    "ends midway": (Say(["Yes", "it"], ending="cut"), "cut-off: connection lost"),
    "stops for length": (Say(["Yes"], finish="length"), "cut-off: length"),
    "half JSON": (Body(b'{"model": "tiny", "mess\n'), "garbage: JSONDecodeError"),
    "error in the stream": (Body(b'{"error": "SERVER TEXT"}\n'), "server: error in the stream"),
    "no such model": (Status(404, body='{"error": "model not found, SERVER TEXT"}'), "not-found: status 404"),
    "redirects": (Status(307, {"Location": "/api/chat"}), "connection: redirect"),
}
ANTHROPIC_FAILURES: dict[str, tuple[Reply, str]] = {
    "accepts, never answers": (Raw(ending="hold"), "timeout: first token"),
    "stops for length": (Say(["Yes"], finish="max_tokens"), "cut-off: length"),
    "refusal": (Say([], finish="refusal"), "refusal: filter"),
    "overloaded": (Status(529), "server: status 529"),
    "redirects": (Status(307, {"Location": "/v1/messages"}), "connection: redirect"),
}


@pytest.mark.parametrize("name", OLLAMA_FAILURES)
def test_ollama_fails_in_the_same_ways(name: str) -> None:
    script, kind = OLLAMA_FAILURES[name]
    with ChatServer(script) as server, opened("ollama", server.url, CLOCKS.get(kind, ROOMY)) as model:
        assert str(failure(model)) == kind
        assert len(server.requests) == 1


@pytest.mark.parametrize("name", ANTHROPIC_FAILURES)
def test_anthropic_fails_in_the_same_ways(name: str) -> None:
    script, kind = ANTHROPIC_FAILURES[name]
    with ChatServer(script) as server, opened("anthropic", server.url, CLOCKS.get(kind, ROOMY)) as model:
        assert str(failure(model)) == kind
        assert len(server.requests) == 1


@pytest.mark.parametrize("provider", FINISHED)
def test_a_server_that_is_not_there(provider: str) -> None:
    with closed_port() as url, opened(provider, url) as model:
        assert str(failure(model)) == "connection"
    with full_port() as url, opened(provider, url, CLOCKS["timeout: connect"]) as model:
        assert str(failure(model)) == "timeout: connect"
    with ChatServer(said("Yes")) as server, opened(provider, server.url.replace("http:", "https:")) as model:
        assert str(failure(model)) == "connection: TLS"


@pytest.mark.parametrize(("wait", "requests"), [("0", 2), ("0.1", 2), ("60", 1)])
def test_a_busy_server_is_asked_once_more_if_there_is_time(wait: str, requests: int) -> None:
    busy = Status(429, {"Retry-After": wait})
    with ChatServer(busy, busy, said("Yes")) as server, opened("openai", server.openai_url) as model:
        assert failure(model).kind == "rate-limit"
        assert len(server.requests) == requests
    with ChatServer(busy, said("Yes")) as server, opened("openai", server.openai_url) as model:
        with contextlib.suppress(ModelFailure):
            assert "".join(model.stream(ASKED)) == "Yes"
        assert len(server.requests) == requests


def test_a_long_prompt_is_not_sent() -> None:
    with ChatServer(said("Yes")) as server, opened("openai", server.openai_url) as model:
        with pytest.raises(ModelFailure, match="budget: tokens in"):
            model.stream([Message("user", "word " * 400)])
        assert server.requests == []


ENDLESS = Say(["y "] * 1000, pause=0.02)
PATIENT = replace(ROOMY, whole=LONG, between=LONG, tokens_out=10_000)


@pytest.mark.parametrize("provider", FINISHED)
def test_closing_a_reply_ends_the_request(provider: str) -> None:
    with ChatServer(ENDLESS) as server, opened(provider, base_url(provider, server), PATIENT) as model:
        reply = model.stream(ASKED)
        assert next(reply) == "y "
        reply.close()
        assert server.hung_up.wait(5)
        assert list(reply) == []


def test_a_silent_server_is_let_go_at_once_too() -> None:
    with ChatServer(Raw(ending="hold")) as server, opened("openai", server.openai_url, PATIENT) as model:
        reply = model.stream(ASKED)
        while not server.requests:
            time.sleep(0.01)
        reply.close()
        assert server.hung_up.wait(5)


def test_dropping_the_generator_around_a_reply_ends_the_request() -> None:
    def words(model: ChatModel) -> Iterator[str]:
        for piece in model.stream(ASKED):
            yield piece.strip()

    with ChatServer(ENDLESS) as server, opened("openai", server.openai_url, PATIENT) as model:
        generator = words(model)
        assert next(generator) == "y"
        generator.close()  # type: ignore[attr-defined]
        gc.collect()
        assert server.hung_up.wait(5)


def test_closing_from_another_thread_wakes_the_reader() -> None:
    with ChatServer(Raw(ending="hold")) as server, opened("openai", server.openai_url, PATIENT) as model:
        reply = model.stream(ASKED)
        threading.Timer(0.1, reply.close).start()
        with pytest.raises(ModelFailure, match="stopped"):
            next(reply)


def test_one_thread_serves_all_replies_side_by_side() -> None:
    with ChatServer(ENDLESS) as server, opened("openai", server.openai_url, PATIENT) as model:
        replies = [model.stream(ASKED) for _ in range(5)]
        assert [next(reply) for reply in replies] == ["y "] * 5
        assert [thread.name for thread in threading.enumerate()].count("chat-model") == 1
        assert len(server.requests) == 5
        model.close()
        for reply in replies:
            with pytest.raises(ModelFailure, match="stopped"):
                list(reply)


@pytest.mark.parametrize("provider", FINISHED)
@pytest.mark.parametrize("script", [Status(400, body='{"error": "you said UNTOLD"}'), BAD_JSON, ERROR_EVENT])
def test_a_failure_and_the_log_hold_nothing_of_the_conversation(
    provider: str, script: Reply, caplog: pytest.LogCaptureFixture
) -> None:
    with ChatServer(script) as server, opened(provider, base_url(provider, server)) as model:
        caplog.set_level(logging.DEBUG)
        error = failure(model)
    assert server.requests[0].text.endswith("UNTOLD")
    assert (error.__cause__, error.__context__) == (None, None)
    for secret in ("UNTOLD", "SERVER TEXT", "a-key"):
        assert secret not in repr(error) + caplog.text


def test_closing_the_model_leaves_no_unfinished_task(caplog: pytest.LogCaptureFixture) -> None:
    with ChatServer(MANY) as server, opened("openai", server.openai_url) as model:
        assert failure(model).kind == "budget"
    gc.collect()
    assert [record.getMessage() for record in caplog.records if record.name == "asyncio"] == []
