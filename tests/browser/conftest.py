"""A real Chromium against the real `python app.py` with an index of its own.

Without a Chromium these tests are skipped, with the reason; where CI is set that is a failure.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_SECONDS = 240  # a first start exports the model and embeds every passage, on a busy machine


def find_chromium(own: str = "") -> str | None:
    """CHROMIUM, then what the system calls it, then Playwright's own download."""
    candidates = [os.environ.get("CHROMIUM", ""), *(shutil.which(name) or "" for name in NAMES), own]
    return next((path for path in candidates if path and Path(path).is_file()), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        executable = find_chromium(playwright.chromium.executable_path)
        if executable is None:
            reason = f"no Chromium: set CHROMIUM or install one of {', '.join(NAMES)}"
            if os.environ.get("CI"):
                pytest.fail(reason)
            pytest.skip(reason)
        opened = playwright.chromium.launch(executable_path=executable, args=QUIET)
        yield opened
        opened.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_ready(address: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(START_SECONDS * 4):
        if server.poll() is not None:
            pytest.fail(f"the server ended with {server.returncode}")
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=60):
                return
        except (URLError, TimeoutError):
            time.sleep(0.25)
    pytest.fail(f"the server was not ready after {START_SECONDS} seconds")


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the real server answers, its index built from nothing."""
    with served(tmp_path_factory.mktemp("served") / "index") as address:
        yield address


class served:
    """`python app.py` over an index folder, as a context manager that gives its address once it is ready."""

    def __init__(self, index: Path, **environment: str) -> None:
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        self._server = subprocess.Popen(
            [sys.executable, "app.py", "--port", str(port), "--index", str(index)],
            cwd=ROOT,
            env={**os.environ, "CONTACT": "call 555-010-0199", **environment},
        )

    def __enter__(self) -> str:
        wait_until_ready(self.address, self._server)
        return self.address

    def __exit__(self, *_: object) -> None:
        self._server.terminate()
        self._server.wait(timeout=30)


@dataclass
class Watched:
    """What a browser page must not do."""

    address: str
    errors: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("console", lambda said: self.errors.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda sent: self.asked(sent.url))
        page.on("response", lambda got: self.failed.append(f"{got.status} {got.url}") if got.status >= 400 else None)

    def asked(self, url: str) -> None:
        if not url.startswith((self.address, "data:", "blob:")):
            self.elsewhere.append(url)

    def check(self) -> None:
        assert self.errors == []
        assert self.elsewhere == []
        assert self.failed == []


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[OpenPage]:
    """Opens the page in a browser context of its own; at the end nothing may have gone wrong in any of them."""
    contexts: list[BrowserContext] = []
    watched = Watched(address)

    def opened(width: int = 1280, height: int = 800, dark: bool = False) -> Page:
        scheme = "dark" if dark else "light"
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        watched.watch(page)
        page.goto(address)
        page.wait_for_selector("#question:enabled")
        return page

    yield opened
    for context in contexts:
        context.close()
    watched.check()


def ask(page: Page, question: str) -> None:
    """Type a question, send it with Enter, wait for the whole answer."""
    before = page.locator(".answer").count()
    page.fill("#question", question)
    page.press("#question", "Enter")
    page.wait_for_selector(f".log > .answer[aria-busy=false] >> nth={before}", timeout=60_000)
