"""The page's application over any desk, and a real server for it in this process."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from assistant.page.blocks import build
from assistant.page.desk import Desk
from assistant.page.front import Front
from assistant.page.guard import App
from assistant.page.listener import listen
from assistant.page.reception import AT_ONCE, WAITING, Reception
from assistant.page.server import application
from assistant.page.service import Service
from assistant.page.shell import title_of
from assistant.settings import Settings


def page_over(
    desk: Desk,
    settings: Settings | None = None,
    worded_by: str = "",
    at_once: int = AT_ONCE,
    waiting: int = WAITING,
) -> App:
    """The whole application, its page built."""
    chosen = settings or Settings()
    front = Front(title_of(chosen))
    front.open(build(chosen, worded_by))
    return application(desk, front, Reception(desk, at_once, waiting))


def without_page(desk: Desk, at_once: int = AT_ONCE, waiting: int = WAITING) -> App:
    """The application while its page is still being built, which for one test may be always."""
    return application(desk, Front("Questions"), Reception(desk, at_once, waiting))


@contextmanager
def serving(app: App) -> Iterator[str]:
    """The address of a real server for an application; it ends with the block."""
    listener = listen("127.0.0.1", 0)
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    service = Service(app)
    thread = Thread(target=service.serve_on, args=(listener,), daemon=True)
    thread.start()
    try:
        yield address
    finally:
        service.stop()
        thread.join(10)
