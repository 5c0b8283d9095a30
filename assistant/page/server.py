"""What the page's server answers at which address. Knows nothing of what is said on the page, and loads no Gradio."""

import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import asdict

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Mount, Route

from assistant.page.assets import ASSETS, PUBLIC
from assistant.page.desk import Desk
from assistant.page.front import Front
from assistant.page.guard import App, Guard, Receive, Scope, Send
from assistant.page.passage import passage_view
from assistant.page.reception import Reception, View

_AS_IT_COMES = {"cache-control": "no-store", "x-accel-buffering": "no"}  # the latter is for nginx, which would collect


def application(desk: Desk, front: Front, reception: Reception) -> App:
    """The page, what its script asks for, its files and its health checks as one guarded ASGI application."""
    addresses = _Addresses(desk, reception)
    routes = [
        Route("/healthz", addresses.healthz),
        Route("/readyz", addresses.readyz),
        Route("/page/readiness", addresses.readiness),
        Route("/page/ask", addresses.ask, methods=["POST"]),
        Route("/page/passage", addresses.passage, methods=["POST"]),
        Route("/page/{name}", addresses.file),
        Mount("/", front),
    ]
    return Guard(Starlette(routes=routes, lifespan=front.lifespan))


class _Addresses:
    """What is answered at each address but the page's own."""

    def __init__(self, desk: Desk, reception: Reception) -> None:
        self._desk = desk
        self._reception = reception

    async def healthz(self, _: Request) -> Response:
        """The server runs."""
        return JSONResponse({"status": "ok"})

    async def readyz(self, _: Request) -> Response:
        """It answers from the documents."""
        readiness = self._desk.readiness
        return JSONResponse(asdict(readiness), 200 if readiness.ready else 503)

    async def readiness(self, _: Request) -> Response:
        """The same for the page, which would log a 503 as an error."""
        return JSONResponse(asdict(self._desk.readiness), headers={"cache-control": "no-store"})

    async def ask(self, request: Request) -> Response:
        """`{"turn", "question", "history"}` -> the views of its answer as it grows, one JSON in each line."""
        try:
            asked = await _sent(request)
        except _Unreadable as problem:
            return PlainTextResponse(str(problem), 400)
        return _Lines(self._reception.views(asked))

    async def passage(self, request: Request) -> Response:
        """A citation as an answer's view has it -> `{"title", "facts", "body"}`, its document with the quote marked."""
        try:
            wanted = await _sent(request)
        except _Unreadable as problem:
            return PlainTextResponse(str(problem), 400)
        return JSONResponse(passage_view(wanted, self._desk.document))

    async def file(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in PUBLIC:
            return Response(status_code=404)
        year = {"cache-control": "public, max-age=31536000, immutable"}
        return FileResponse(ASSETS / name, media_type=PUBLIC[name], headers=year)


class _Unreadable(ValueError):
    """What came is no JSON; the text says so to whoever sent it."""


async def _sent(request: Request) -> object:
    try:
        return json.loads(await request.body())
    except (ValueError, RecursionError, ClientDisconnect):
        raise _Unreadable("Send JSON.") from None


class _Lines(StreamingResponse):
    """Views as they come, a line each. Where the browser goes away, what made them is closed at once."""

    def __init__(self, views: AsyncGenerator[View]) -> None:
        super().__init__(_encoded(views), media_type="application/x-ndjson", headers=_AS_IT_COMES)
        self._views = views

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with aclosing(self._views):
            await super().__call__(scope, receive, send)


async def _encoded(views: AsyncIterator[View]) -> AsyncIterator[bytes]:
    async for view in views:
        yield json.dumps(view, ensure_ascii=False).encode() + b"\n"
