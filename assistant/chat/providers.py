"""The clients of chat models: which package, which address, which options. Knows no prompt and no reply."""

import importlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from langchain.chat_models import init_chat_model
from langchain_core.language_models import BaseChatModel

from assistant.chat.budget import Budget
from assistant.chat.failures import ModelProblem

_CLIENT_LOGS = ("openai", "anthropic", "ollama", "httpx", "httpx2", "httpcore", "httpcore2")
_SCHEMES = ("all://", "http://", "https://")
_NO_KEY = "none"  # some clients insist on a key where the server wants none


@dataclass(frozen=True, slots=True)
class Place:
    """Where requests go. Neither the address nor, with an address of one's own, the key comes from elsewhere."""

    base_url: str
    api_key: str  # empty: the provider's own variable, read by its client
    own: bool  # an address that the operator named, instead of the provider's service

    @property
    def host(self) -> str:
        return urlsplit(self.base_url).hostname or ""

    @property
    def on_this_machine(self) -> bool:
        try:
            return self.host == "localhost" or ip_address(self.host).is_loopback
        except ValueError:
            return False


@dataclass(frozen=True, slots=True)
class Provider:
    """How one provider's models are opened."""

    package: str
    base_url: str
    key_variable: str
    options: Callable[[Place, Budget], Mapping[str, Any]]

    @property
    def module(self) -> str:
        return self.package.replace("-", "_")


def _http(sdk: str, place: Place, budget: Budget) -> Any:
    """An HTTP client for one model. The packages' own follow redirects, so that a conversation would go wherever a
    server points, and some share one between models, whatever their threads."""
    module = importlib.import_module(sdk)
    timeout = module.Timeout(budget.whole, connect=budget.connect)
    # A proxy that the environment names cannot reach this machine's own servers.
    direct = {"trust_env": False, "mounts": dict.fromkeys(_SCHEMES)} if place.on_this_machine else {}
    return module.DefaultAsyncHttpxClient(base_url=place.base_url, timeout=timeout, follow_redirects=False, **direct)


def _openai(place: Place, budget: Budget) -> Mapping[str, Any]:
    # The provider's own newest models refuse a temperature.
    own: dict[str, Any] = {"temperature": 0, "use_responses_api": False} if place.own else {"stream_usage": True}
    http = _http("openai", place, budget)
    return own | {
        "timeout": http.timeout,
        "max_retries": 0,
        "max_tokens": budget.tokens_out,
        "http_async_client": http,
        "stream_chunk_timeout": None,
        "api_key": place.api_key or (_NO_KEY if place.own else None),
    }


def _anthropic(place: Place, budget: Budget) -> Mapping[str, Any]:
    key = place.api_key or (_NO_KEY if place.own else "")
    named = {"api_key": key} if key else {}
    return named | {"timeout": budget.whole, "max_retries": 0, "max_tokens": budget.tokens_out}


def _ollama(place: Place, budget: Budget) -> Mapping[str, Any]:
    http: dict[str, Any] = {
        "timeout": (budget.connect, budget.whole, budget.whole, budget.whole),
        "follow_redirects": False,
        "trust_env": not place.on_this_machine,
    }
    if place.api_key:
        http["headers"] = {"Authorization": f"Bearer {place.api_key}"}
    return {
        "client_kwargs": http,
        "num_predict": budget.tokens_out,
        # Ollama's default window may be smaller than a prompt of ours, and what does not fit is dropped unsaid.
        "num_ctx": budget.tokens_in + budget.tokens_out,
        "temperature": 0,
        "reasoning": False,
        "keep_alive": "30m",
    }


PROVIDERS = {
    "openai": Provider("langchain-openai", "https://api.openai.com/v1", "OPENAI_API_KEY", _openai),
    "anthropic": Provider("langchain-anthropic", "https://api.anthropic.com", "ANTHROPIC_API_KEY", _anthropic),
    "ollama": Provider("langchain-ollama", "http://127.0.0.1:11434", "", _ollama),
}


def place_of(name: str, base_url: str, api_key: str) -> Place:
    """Where requests to the model `provider:model` go. Raises ModelProblem."""
    provider, _, model = name.partition(":")
    if provider not in PROVIDERS or not model:
        raise ModelProblem(
            f"The chat model is {name!r}; it must be a provider and a model, such as ollama:llama3.2. Providers: "
            f"{', '.join(PROVIDERS)}; a server that speaks OpenAI's protocol is openai with a base URL."
        )
    place = Place(base_url or PROVIDERS[provider].base_url, api_key, own=bool(base_url))
    if urlsplit(place.base_url).scheme not in ("http", "https") or not place.host:
        raise ModelProblem(f"The chat model's base URL is {base_url!r}; it must begin with http:// or https://.")
    return place


def client_of(name: str, place: Place, budget: Budget) -> tuple[BaseChatModel, Any]:
    """LangChain's model and the HTTP client to close after it (None: it closes its own). Raises ModelProblem."""
    provider_name, _, model_name = name.partition(":")
    provider = PROVIDERS[provider_name]
    try:
        importlib.import_module(provider.module)
    except ImportError:
        raise ModelProblem(
            f"The chat model {name} needs the package {provider.package}, which is not installed: "
            f"pip install {provider.package}"
        ) from None
    try:
        options = provider.options(place, budget)
        model = init_chat_model(model_name, model_provider=provider_name, base_url=place.base_url, **options)
        http = options.get("http_async_client") or _attached(model, place, budget)
    except Exception as error:
        reason = f"cannot be opened ({type(error).__name__})"
        if provider.key_variable and "key" in str(error).lower():
            reason = f"needs a key: set CHAT_API_KEY or {provider.key_variable}"
        raise ModelProblem(f"The chat model {name} {reason}.") from None
    for log in _CLIENT_LOGS:  # at lower levels the clients write whole requests, and so the conversation
        logging.getLogger(log).setLevel(logging.WARNING)
    return model, http


def _attached(model: Any, place: Place, budget: Budget) -> Any:
    """The HTTP client put into a model of Anthropic, whose package takes none; None for other models.

    Raises ValueError where the model has no key.
    """
    if not hasattr(model, "anthropic_api_key"):
        return None
    if not model.anthropic_api_key.get_secret_value():
        raise ValueError("no key")
    http = _http("anthropic", place, budget)
    model.__dict__["_async_client"] = model._async_client.copy(http_client=http, timeout=http.timeout)
    return http
