"""The ways in which a chat model fails, told from the errors of its client. Never holds text of a conversation."""

import email.utils
import time
from collections.abc import Iterator
from typing import Any, Literal

Kind = Literal[
    "timeout",  # detail: connect, first token, between tokens, whole
    "rate-limit",  # 429
    "server",  # 5xx, or an error that the server reported inside the stream
    "connection",  # refused, reset before any text, TLS, a redirect
    "key",  # 401, 403
    "not-found",  # 404: no such model, or no such address
    "rejected",  # another 4xx: too long, an unknown parameter
    "garbage",  # what came is no reply in the provider's protocol
    "cut-off",  # text came, but not all of it
    "empty",  # a whole reply without text
    "refusal",  # the provider's filter or the model declined
    "language",  # the reply is in another language than was asked for
    "budget",  # more tokens than the budget has, in or out
    "stopped",  # somebody closed the reply
]

_CUT_OFF = frozenset({"length", "max_tokens", "model_length", "incomplete"})
_REFUSED = frozenset({"content_filter", "refusal", "safety", "blocked"})
_KEYS = frozenset({401, 403})
_CONNECTION = frozenset({"NetworkError", "ProtocolError", "ConnectError", "APIConnectionError", "TooManyRedirects"})
_HUNG_UP = ("disconnected", "closed connection")  # the wording of the HTTP client, for an early end


class ModelProblem(Exception):
    """A chat model cannot be opened; the message is a sentence for the operator."""


class ModelFailure(Exception):
    """A reply failed. `detail` says more, in words of ours: no text of a message, a reply or a server is in it."""

    def __init__(self, kind: Kind, detail: str = "", retry_after: float | None = None) -> None:
        super().__init__(f"{kind}: {detail}" if detail else kind)
        self.kind: Kind = kind
        self.detail = detail
        self.retry_after = retry_after  # seconds, where the server named them


def failure_of(error: BaseException, *, heard: bool) -> ModelFailure:
    """What kind of failure a client's error is. `heard`: text had come before.

    The clients differ in their classes, and none of them has to be installed, so their names and the HTTP status
    that they all carry are what is looked at.
    """
    chain = list(_chain(error))
    status = next(
        (status for link in chain for status in [getattr(link, "status_code", None)] if _is_status(status)), 0
    )
    if status:
        return _status_failure(status, chain)
    names = {kind.__name__ for link in chain for kind in type(link).__mro__}
    if names & {"ConnectTimeout"}:
        return ModelFailure("timeout", "connect")
    if names & {"TimeoutException", "APITimeoutError", "TimeoutError"}:
        return ModelFailure("timeout", "whole")
    if "SSLError" in names or any("SSL" in str(link) or "TLS" in str(link) for link in chain):
        return ModelFailure("connection", "TLS")
    if "RemoteProtocolError" in names and not any(words in str(link) for link in chain for words in _HUNG_UP):
        return ModelFailure("garbage", "not HTTP")
    if names & _CONNECTION or "OSError" in names:
        return ModelFailure("cut-off", "connection lost") if heard else ModelFailure("connection")
    if names & {"APIError", "ResponseError"} and "JSONDecodeError" not in names:
        return ModelFailure("server", "error in the stream")
    return ModelFailure("garbage", type(error).__name__)


def finish_failure(reason: str) -> ModelFailure | None:
    """What the reason a model gives for ending says, or its silence; None where the reply is whole."""
    reason = reason.lower()
    if reason in _CUT_OFF:
        return ModelFailure("cut-off", "length")
    if reason in _REFUSED:
        return ModelFailure("refusal", "filter")
    return None if reason else ModelFailure("cut-off", "no end")


def _status_failure(status: int, chain: list[BaseException]) -> ModelFailure:
    detail = f"status {status}"
    if status in _KEYS:
        return ModelFailure("key", detail)
    if status == 404:
        return ModelFailure("not-found", detail)
    if status == 429:
        return ModelFailure("rate-limit", detail, retry_after=_retry_after(chain))
    if status < 400:
        return ModelFailure("connection", "redirect")
    return ModelFailure("server" if status >= 500 else "rejected", detail)


def _retry_after(chain: list[BaseException]) -> float | None:
    """Seconds that the server asks to wait: a number, or a date of HTTP."""
    headers: Any = next((link.response.headers for link in chain if hasattr(link, "response")), {})
    value = str(headers.get("retry-after", "")).strip()
    if value.replace(".", "", 1).isdigit():
        return float(value)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
    except (TypeError, ValueError):
        return None


def _is_status(value: object) -> bool:
    return isinstance(value, int) and 300 <= value <= 599


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
