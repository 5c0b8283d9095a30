"""Stands where the page will be: until it is built, a plain page that comes again by itself. Loads nothing heavy."""

import asyncio
import logging
from collections.abc import AsyncIterator
from concurrent.futures import Future
from contextlib import asynccontextmanager, suppress
from html import escape

from starlette.applications import Starlette

from assistant.page.guard import Receive, Scope, Send, refuse

_STARTING = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="1">
<title>{title}</title>
<style>
  :root {{ color-scheme: light dark; }}
  body {{ font: 1rem/1.55 system-ui, sans-serif; max-width: 36rem; margin: 20vh auto 0; padding: 0 1.25rem; }}
  h1 {{ font-size: 1.12rem; }}
</style>
<h1>{title}</h1>
<p role="status">Getting ready. This takes a few seconds; the page then opens by itself.</p>
<p><strong>Not for emergencies: call <a href="tel:911">911</a>.</strong></p>
</html>
"""
_log = logging.getLogger(__name__)


class Front:
    """ASGI application of the page from the first moment on. Belongs to one event loop."""

    def __init__(self, title: str) -> None:
        """`title`: the heading of the plain page."""
        self._starting = _STARTING.format(title=escape(title)).encode()
        self._built: Future[Starlette] = Future()
        self._page: Starlette | None = None

    def open(self, page: Starlette) -> None:
        """From now on `page` is shown. From any thread, once."""
        self._built.set_result(page)

    @asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[None]:
        """While the server runs: the page's own lifespan begins when it is built, so that nothing waits for it."""
        opened = asyncio.Event()
        living = asyncio.create_task(self._live(opened))
        if self._built.done():
            await opened.wait()
        try:
            yield
        finally:
            living.cancel()
            with suppress(asyncio.CancelledError):
                await living

    async def _live(self, opened: asyncio.Event) -> None:
        try:
            page = await asyncio.shield(asyncio.wrap_future(self._built))
            async with page.router.lifespan_context(page):
                self._page = page
                opened.set()
                await asyncio.Event().wait()  # until cancelled
        except Exception:
            _log.exception("the page could not be started")
            raise
        finally:
            opened.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._page:
            await self._page(scope, receive, send)
        elif scope["path"] == "/":
            await self._wait(send)
        else:
            await refuse(send, 503, "The page is getting ready.")

    async def _wait(self, send: Send) -> None:
        headers = [
            (b"content-type", b"text/html; charset=utf-8"),
            (b"retry-after", b"1"),
            (b"cache-control", b"no-store"),
        ]
        await send({"type": "http.response.start", "status": 503, "headers": headers})
        await send({"type": "http.response.body", "body": self._starting})
