"""Serves the page over HTTP. Knows addresses and sockets, nothing of what is said on the page."""

import socket
from collections.abc import Callable
from dataclasses import asdict
from types import FrameType

import gradio as gr
import uvicorn
from fastapi import FastAPI
from fastapi.responses import FileResponse, JSONResponse, Response

from assistant.page.blocks import ASSETS, STYLES, head, theme
from assistant.page.desk import Desk
from assistant.page.guard import App, Guard

_PUBLIC = {"page.js": "text/javascript", "passage.js": "text/javascript", **dict.fromkeys(STYLES, "text/css")}
_ICON = ASSETS / "favicon.png"


def application(blocks: gr.Blocks, desk: Desk) -> App:
    """The page, its files and its health checks as one guarded ASGI application."""
    api = FastAPI(openapi_url=None)  # no description of the interface for strangers
    _add_routes(api, desk)
    gr.mount_gradio_app(
        api,
        blocks,
        path="/",
        theme=theme(),
        head=head(),
        favicon_path=str(_ICON),
        # Each of these has a default, or an environment variable, that opens more than the page needs.
        footer_links=[],
        run_history=False,
        show_error=False,
        allowed_paths=[],
        max_file_size="1b",
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=False,
    )
    return Guard(api)


def _add_routes(api: FastAPI, desk: Desk) -> None:
    @api.get("/healthz")
    def healthz() -> dict[str, str]:
        """The server runs."""
        return {"status": "ok"}

    @api.get("/readyz")
    def readyz() -> JSONResponse:
        """It answers from the documents."""
        return JSONResponse(asdict(desk.readiness), 200 if desk.readiness.ready else 503)

    @api.get("/page/readiness")
    def readiness() -> JSONResponse:
        """The same for the page, which would log a 503 as an error."""
        return JSONResponse(asdict(desk.readiness), headers={"cache-control": "no-store"})

    @api.get("/page/{name}")
    def file(name: str) -> Response:
        if name not in _PUBLIC:
            return Response(status_code=404)
        year = {"cache-control": "public, max-age=31536000, immutable"}
        return FileResponse(ASSETS / name, media_type=_PUBLIC[name], headers=year)


class _Server(uvicorn.Server):
    """Says that it will end before it waits for the answers that are under way."""

    def __init__(self, config: uvicorn.Config, ending: Callable[[], None]) -> None:
        super().__init__(config)
        self._ending = ending

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._ending()
        super().handle_exit(sig, frame)


def serve(app: App, listener: socket.socket, ending: Callable[[], None] = lambda: None) -> None:
    """Answer until interrupted, then call `ending`, after which answers under way should soon be whole.

    The access log stays off: addresses carry session names.
    """
    config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=1)
    _Server(config, ending).run(sockets=[listener])
