"""A chat server on loopback, as good or as bad as scripted, with the protocols of OpenAI, Anthropic and Ollama."""

import contextlib
import json
import select
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal, Self

Json = dict[str, Any]
Ending = Literal["whole", "cut", "reset", "hold"]


@dataclass(frozen=True)
class Say:
    """A reply in pieces. `ending`: "whole" as the protocol has it; "cut" without its end; "reset" the connection;
    "hold" it open and say nothing more. `keep_alive`: chunks without text before the first piece."""

    pieces: Sequence[str | None]
    before: float = 0.0  # seconds
    pause: float = 0.0  # seconds between pieces
    finish: str = "stop"
    ending: Ending = "whole"
    usage: tuple[int, int] | None = None
    keep_alive: int = 0
    refusal: str = ""


@dataclass(frozen=True)
class Status:
    """A response that is no reply."""

    code: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = '{"error": {"message": "SERVER TEXT", "type": "error"}}'


@dataclass(frozen=True)
class Body:
    """A response of status 200 with any bytes for a body."""

    content: bytes
    content_type: str = "text/event-stream"


@dataclass(frozen=True)
class Raw:
    """Bytes on the connection where an HTTP response belongs, then its end."""

    content: bytes = b""
    ending: Ending = "cut"


Reply = Say | Status | Body | Raw
Script = Reply | Callable[[Json], Reply | str]


@dataclass(frozen=True)
class Request:
    """What a client sent."""

    path: str
    headers: dict[str, str]
    json: Json

    @property
    def text(self) -> str:
        """All that the messages say."""
        return "\n".join(str(message["content"]) for message in self.json["messages"])


def said(text: str) -> Say:
    """A good reply, in pieces as a model sends them."""
    return Say([text[start : start + 4] for start in range(0, len(text), 4)])


class ChatServer(ThreadingHTTPServer):
    """`with ChatServer(Status(503), said("Yes.")) as server:` answers requests in this order, the last one again."""

    daemon_threads = True
    request_queue_size = 32

    def __init__(self, *script: Script) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script = list(script)
        self.requests: list[Request] = []
        self.hung_up = threading.Event()  # a client ended a connection before its reply was whole
        self.closing = threading.Event()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def openai_url(self) -> str:
        return f"{self.url}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self.shutdown()
        self.server_close()
        self._thread.join()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up are what the tests are for: no traceback."""

    def reply_to(self, request: Request) -> Reply:
        self.requests.append(request)
        scripted = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        reply = scripted(request.json) if callable(scripted) else scripted
        return said(reply) if isinstance(reply, str) else reply


class _Handler(BaseHTTPRequestHandler):
    server: ChatServer
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_POST(self) -> None:
        sent = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
        reply = self.server.reply_to(Request(self.path, {k.lower(): v for k, v in self.headers.items()}, sent))
        self.close_connection = True
        try:
            self._send(reply, sent)
        except OSError:
            self.server.hung_up.set()

    def do_GET(self) -> None:
        """A redirected client may come back with this."""
        self.do_POST()

    def _send(self, reply: Reply, sent: Json) -> None:
        if isinstance(reply, Raw):
            self.wfile.write(reply.content)
            self._end(reply.ending)
        elif isinstance(reply, Say):
            protocol = next(kind for path, kind in _PROTOCOLS.items() if self.path.endswith(path))
            self._say(reply, protocol(sent))
        else:
            whole = isinstance(reply, Body)
            content = reply.content if isinstance(reply, Body) else reply.body.encode()
            self.send_response(200 if whole else reply.code)
            headers = {"Content-Type": reply.content_type} if isinstance(reply, Body) else reply.headers
            for name, value in {"Content-Length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

    def _say(self, reply: Say, protocol: "_OpenAI | _Anthropic | _Ollama") -> None:
        self._wait(reply.before)
        self.send_response(200)
        self.send_header("Content-Type", protocol.content_type)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for number, line in enumerate(protocol.lines(reply)):
            self._wait(reply.pause if number else 0)
            self.wfile.write(f"{len(line):x}\r\n".encode() + line + b"\r\n")
        if reply.ending == "whole":
            self.wfile.write(b"0\r\n\r\n")
        self._end(reply.ending)

    def _end(self, ending: Ending) -> None:
        if ending == "hold":
            self._wait(60)
        if ending == "reset":  # no lingering: the peer gets a reset instead of an end
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()

    def _wait(self, seconds: float) -> None:
        """Raises BrokenPipeError as soon as the client hangs up or the server closes."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            readable, _, _ = select.select([self.connection], [], [], min(left, 0.02))
            if self.server.closing.is_set() or (readable and not self.connection.recv(1, socket.MSG_PEEK)):
                raise BrokenPipeError


class _OpenAI:
    content_type = "text/event-stream"

    def __init__(self, sent: Json) -> None:
        self._base = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": sent.get("model", "")}

    def lines(self, reply: Say) -> Iterator[bytes]:
        for _ in range(reply.keep_alive):
            yield self._event(choices=[{"index": 0, "delta": {"role": "assistant", "content": ""}}])
        for piece in reply.pieces:
            yield self._event(choices=[{"index": 0, "delta": {"content": piece}, "finish_reason": None}])
        if reply.refusal:
            yield self._event(choices=[{"index": 0, "delta": {"refusal": reply.refusal}, "finish_reason": None}])
        if reply.ending == "whole":
            yield self._event(choices=[{"index": 0, "delta": {}, "finish_reason": reply.finish}])
            if reply.usage:
                tokens_in, tokens_out = reply.usage
                counts = {"prompt_tokens": tokens_in, "completion_tokens": tokens_out}
                yield self._event(choices=[], usage={**counts, "total_tokens": tokens_in + tokens_out})
            yield b"data: [DONE]\n\n"

    def _event(self, **fields: Any) -> bytes:
        return b"data: " + json.dumps(self._base | fields).encode() + b"\n\n"


class _Ollama:
    content_type = "application/x-ndjson"

    def __init__(self, sent: Json) -> None:
        self._base = {"model": sent.get("model", ""), "created_at": "2026-01-01T00:00:00Z"}

    def lines(self, reply: Say) -> Iterator[bytes]:
        for piece in ["" for _ in range(reply.keep_alive)] + list(reply.pieces):
            yield self._line(message={"role": "assistant", "content": piece}, done=False)
        if reply.ending == "whole":
            tokens_in, tokens_out = reply.usage or (None, None)
            counts = {"prompt_eval_count": tokens_in, "eval_count": tokens_out} if reply.usage else {}
            message = {"role": "assistant", "content": ""}
            yield self._line(message=message, done=True, done_reason=reply.finish, **counts)

    def _line(self, **fields: Any) -> bytes:
        return json.dumps(self._base | fields).encode() + b"\n"


class _Anthropic:
    content_type = "text/event-stream"

    def __init__(self, sent: Json) -> None:
        self._message = {"id": "1", "type": "message", "role": "assistant", "content": [], "model": sent.get("model")}

    def lines(self, reply: Say) -> Iterator[bytes]:
        tokens_in, tokens_out = reply.usage or (0, 0)
        usage = {"input_tokens": tokens_in, "output_tokens": tokens_out}
        yield self._event("message_start", message=self._message | {"usage": usage | {"output_tokens": 0}})
        yield self._event("content_block_start", index=0, content_block={"type": "text", "text": ""})
        for piece in reply.pieces:
            yield self._event("content_block_delta", index=0, delta={"type": "text_delta", "text": piece})
        if reply.ending == "whole":
            yield self._event("content_block_stop", index=0)
            delta = {"stop_reason": reply.finish, "stop_sequence": None}
            yield self._event("message_delta", delta=delta, usage=usage)
            yield self._event("message_stop")

    def _event(self, kind: str, **fields: Any) -> bytes:
        return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n".encode()


_PROTOCOLS = {"/v1/chat/completions": _OpenAI, "/v1/messages": _Anthropic, "/api/chat": _Ollama}


@contextlib.contextmanager
def closed_port() -> Iterator[str]:
    """An address at which nobody listens, as long as the context lasts."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


@contextlib.contextmanager
def full_port() -> Iterator[str]:
    """An address at which no connection is accepted any more: the queue of the listener is full (Linux)."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            client = stack.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
