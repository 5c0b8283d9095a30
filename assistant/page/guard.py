"""What the server lets in and sends along. Knows paths, sizes and headers, nothing of questions or answers."""

import re
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MAX_BODY_BYTES = 256_000  # twenty long turns and a question fit three times
# Gradio answers far more addresses than this page uses (its queue, uploads, file proxies, monitoring, code editing).
_ALLOWED = re.compile(
    r"/|/(?:config|favicon\.ico|manifest\.json|robots\.txt|theme\.css|healthz|readyz)/?"
    r"|/(?:assets|static|page)/[^\s]+"
)
_PLAIN_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=()"),
)


def policy(nonce: str) -> str:
    """The browser may load from this server and nowhere else.

    Gradio evaluates its components' templates ('unsafe-eval') and styles elements inline; inline scripts
    run only with this response's nonce, so markup that slipped into an answer could not start one.
    """
    return (
        f"default-src 'none'; script-src 'self' 'unsafe-eval' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; manifest-src 'self'; "
        "base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
    )


class Guard:
    """ASGI middleware around the whole server."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, _Reply(send))

    async def _http(self, scope: Scope, receive: Receive, reply: "_Reply") -> None:
        if not _ALLOWED.fullmatch(scope["path"]):
            await refuse(reply, 404, "There is nothing here.")
        elif scope["method"] not in ("GET", "HEAD", "POST"):
            await refuse(reply, 405, "Only GET, HEAD and POST are answered.")
        elif scope["method"] == "POST" and not 0 <= _length(scope) <= MAX_BODY_BYTES:
            await refuse(reply, 413, f"Send at most {MAX_BODY_BYTES:,} bytes, with their length.")
        elif scope["method"] == "POST" and not _is_own(scope):
            await refuse(reply, 403, "Only this server's own pages may send.")
        else:
            await self._app(scope, receive, reply)


def _length(scope: Scope) -> int:
    length = dict(scope["headers"]).get(b"content-length", b"")
    return int(length) if length.isdigit() else -1


def _is_own(scope: Scope) -> bool:
    """Whether a request comes from this server's page or from a program, not from another site's page.

    Browsers say where a request comes from by Sec-Fetch-Site, over plain HTTP in a network only by Origin.
    """
    headers = dict(scope["headers"])
    if site := headers.get(b"sec-fetch-site"):
        return site in (b"same-origin", b"none")
    origin = headers.get(b"origin")
    return origin is None or origin.partition(b"://")[2] == headers.get(b"host")


async def refuse(send: Send, status: int, sentence: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": sentence.encode()})


class _Reply:
    """Adds the headers to one response, and the nonce to the scripts of an HTML page."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._nonce = secrets.token_urlsafe(16)
        self._held: Message | None = None  # the start of an HTML response, until its length is known
        self._page = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            await self._start(message)
        elif self._held is not None and message["type"] == "http.response.body":
            await self._collect(self._held, message)
        else:
            await self._send(message)

    async def _start(self, message: Message) -> None:
        security = (b"content-security-policy", policy(self._nonce).encode())
        message["headers"] = [*message["headers"], *_PLAIN_HEADERS, security]
        headers = dict(message["headers"])
        if headers.get(b"content-type", b"").startswith(b"text/html") and b"content-encoding" not in headers:
            self._held = message
        else:
            await self._send(message)

    async def _collect(self, start: Message, message: Message) -> None:
        self._page += message.get("body", b"")
        if message.get("more_body"):
            return
        body = self._page.replace(b"<script", f'<script nonce="{self._nonce}"'.encode())
        kept = [(name, value) for name, value in start["headers"] if name != b"content-length"]
        start["headers"] = [*kept, (b"content-length", str(len(body)).encode())]
        self._held = None
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body})
