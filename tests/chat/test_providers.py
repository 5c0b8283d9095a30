"""Opening chat models: what is missing is named in a sentence, and nothing goes where it should not."""

import importlib.metadata
import re
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import ModuleType

import langchain_anthropic
import langchain_ollama
import langchain_openai
import pytest
from langchain_core.tracers.langchain import wait_for_all_tracers
from langsmith.utils import get_env_var

from assistant.chat.budget import Budget
from assistant.chat.failures import ModelFailure, ModelProblem
from assistant.chat.model import open_model
from assistant.chat.types import Message
from tests.chat.server import ChatServer, Json, Say, Status, closed_port, said

ROOT = Path(__file__).parents[2]
ROOMY = Budget(connect=10, first=10, between=10, whole=20, tokens_in=300, tokens_out=60)
ASKED = [Message("system", "Be brief."), Message("user", "May an RN do it?")]
KEYS = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "OLLAMA_API_KEY")


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in KEYS:
        monkeypatch.delenv(name, raising=False)


def ask(name: str, url: str, api_key: str = "") -> str:
    with closing(open_model(name, base_url=url, api_key=api_key, budget=ROOMY)) as model:
        return "".join(model.stream(ASKED))


def problem(name: str, base_url: str = "") -> str:
    with pytest.raises(ModelProblem) as caught:
        open_model(name, base_url=base_url)
    return str(caught.value)


@pytest.mark.parametrize("package", [langchain_openai, langchain_anthropic, langchain_ollama])
def test_a_missing_package_is_named_with_the_command(package: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, package.__name__, None)
    provider = package.__name__.removeprefix("langchain_")
    assert problem(f"{provider}:tiny").endswith(f"which is not installed: pip install langchain-{provider}")


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
def test_a_missing_key_is_named(provider: str) -> None:
    expected = f"The chat model {provider}:tiny needs a key: set CHAT_API_KEY or {provider.upper()}_API_KEY."
    assert problem(f"{provider}:tiny") == expected


def test_the_key_of_the_provider_s_own_variable_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in KEYS:
        monkeypatch.setenv(name, "a-key")
    for name in ("openai:tiny", "anthropic:tiny"):
        open_model(name).close()


@pytest.mark.parametrize("name", ["", "gpt", "gpt:", "nobody:gpt", ":gpt"])
def test_a_name_without_a_known_provider_gets_an_example(name: str) -> None:
    assert problem(name).startswith(f"The chat model is {name!r}; it must be a provider and a model, such as ollama:")


@pytest.mark.parametrize("url", ["localhost:8080", "ftp://localhost", "http://"])
def test_a_base_url_must_be_one(url: str) -> None:
    assert problem("openai:tiny", url) == (
        f"The chat model's base URL is {url!r}; it must begin with http:// or https://."
    )


def test_where_requests_go_is_what_was_set_and_not_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_BASE_URL", "OPENAI_API_BASE", "ANTHROPIC_BASE_URL", "OLLAMA_HOST"):
        monkeypatch.setenv(name, "http://elsewhere.invalid")
    for name, host in {"openai": "api.openai.com", "anthropic": "api.anthropic.com", "ollama": "127.0.0.1"}.items():
        with closing(open_model(f"{name}:tiny", api_key="a-key")) as model:
            assert (model.place.host, model.place.on_this_machine) == (host, name == "ollama")
    with ChatServer(said("Yes")) as server:
        assert ask("openai:tiny", server.openai_url) == "Yes"
        assert ask("ollama:tiny", server.url) == "Yes"
        assert ask("anthropic:tiny", server.url) == "Yes"
        assert [request.path for request in server.requests] == ["/v1/chat/completions", "/api/chat", "/v1/messages"]


def test_a_server_of_one_s_own_gets_no_key_that_was_meant_for_the_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in KEYS[:2]:
        monkeypatch.setenv(name, "the-providers-key")
    with ChatServer(said("Yes")) as server:
        ask("openai:tiny", server.openai_url)
        ask("anthropic:tiny", server.url)
        ask("openai:tiny", server.openai_url, api_key="my-key")
        ask("ollama:tiny", server.url, api_key="my-key")
    sent = [str(request.headers) for request in server.requests]
    assert ["the-providers-key" in headers for headers in sent] == [False] * 4
    assert ["my-key" in headers for headers in sent] == [False, False, True, True]


@pytest.mark.parametrize("provider", ["openai", "anthropic", "ollama"])
def test_a_redirect_takes_the_conversation_nowhere(provider: str) -> None:
    path = {"openai": "/v1/chat/completions", "anthropic": "/v1/messages", "ollama": "/api/chat"}[provider]
    with ChatServer(said("Stolen")) as elsewhere, ChatServer(Status(307, {"Location": elsewhere.url + path})) as server:
        with pytest.raises(ModelFailure, match="connection: redirect"):
            ask(f"{provider}:tiny", server.openai_url if provider == "openai" else server.url)
        assert elsewhere.requests == []


@pytest.mark.parametrize("provider", ["openai", "anthropic", "ollama"])
def test_a_proxy_of_the_environment_is_not_asked_for_this_machine(
    provider: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closed_port() as nobody, ChatServer(said("Yes")) as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, nobody)
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        assert ask(f"{provider}:tiny", server.openai_url if provider == "openai" else server.url) == "Yes"


@pytest.fixture
def tracing(monkeypatch: pytest.MonkeyPatch) -> Iterator[ChatServer]:
    """Tracing switched on, to a server that records what it gets."""
    with ChatServer(Status(202)) as tracer:
        variables = {"TRACING": "true", "ENDPOINT": tracer.url, "API_KEY": "a-key"}
        for name, value in variables.items():
            monkeypatch.setenv(f"LANGSMITH_{name}", value)
        get_env_var.cache_clear()
        yield tracer
    get_env_var.cache_clear()


def test_a_tracer_of_the_environment_gets_nothing(tracing: ChatServer) -> None:
    with ChatServer(said("Yes")) as server:
        assert ask("openai:tiny", server.openai_url) == "Yes"
    wait_for_all_tracers()
    assert tracing.requests == []


def test_what_is_sent_keeps_to_the_budget() -> None:
    with ChatServer(said("Yes")) as server:
        for name, url in (("openai", server.openai_url), ("anthropic", server.url), ("ollama", server.url)):
            ask(f"{name}:tiny", url)
    openai, anthropic, ollama = (request.json for request in server.requests)
    assert (openai["max_completion_tokens"], anthropic["max_tokens"]) == (60, 60)
    assert (ollama["options"]["num_predict"], ollama["options"]["num_ctx"]) == (60, 360)
    assert openai["messages"] == [
        {"content": "Be brief.", "role": "system"},
        {"content": "May an RN do it?", "role": "user"},
    ]


def test_a_script_may_answer_from_what_it_is_sent() -> None:
    def echo(sent: Json) -> Say:
        return said(sent["messages"][-1]["content"].upper())

    with ChatServer(echo) as server:
        assert ask("openai:tiny", server.openai_url) == "MAY AN RN DO IT?"
        assert ask("ollama:tiny", server.url) == "MAY AN RN DO IT?"


@pytest.mark.parametrize("package", ["langchain-openai", "langchain-anthropic", "langchain-ollama"])
def test_the_commands_of_the_documentation_install_what_is_tested(package: str) -> None:
    text = (ROOT / "docs" / "chat-models.md").read_text("utf-8")
    assert set(re.findall(rf"{package}==([\d.]+)", text)) == {importlib.metadata.version(package)}
