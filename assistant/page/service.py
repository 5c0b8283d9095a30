"""The HTTP server itself: runs until interrupted. Knows nothing of what it serves."""

import socket
from collections.abc import Callable
from types import FrameType

import uvicorn

from assistant.page.guard import App

KEPT_OPEN = 75  # seconds a connection may rest; people read that long, and a question must not meet one being closed


class Service(uvicorn.Server):
    """Answers until interrupted, then calls `ending` before it waits for the answers under way, which should soon be
    whole after that."""

    def __init__(self, app: App, ending: Callable[[], None] = lambda: None) -> None:
        # The access log stays off: what is asked for is nobody's business.
        config = uvicorn.Config(
            app, log_level="warning", access_log=False, timeout_graceful_shutdown=1, timeout_keep_alive=KEPT_OPEN
        )
        super().__init__(config)
        self._ending = ending

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._ending()
        super().handle_exit(sig, frame)

    def serve_on(self, listener: socket.socket) -> None:
        self.run(sockets=[listener])

    def stop(self) -> None:
        """End as an interrupt would. From any thread."""
        self._ending()
        self.should_exit = True
