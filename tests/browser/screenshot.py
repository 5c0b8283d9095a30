"""Makes docs/screenshot.png from the real page: `python -m tests.browser.screenshot [FILE]`."""

import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.browser.conftest import QUIET, ROOT, ask, find_chromium, served

QUESTION = "Can an aesthetician do laser resurfacing in California?"


def main(target: Path) -> None:
    with tempfile.TemporaryDirectory() as folder, served(Path(folder) / "index") as address, sync_playwright() as pw:
        browser = pw.chromium.launch(executable_path=find_chromium(pw.chromium.executable_path), args=QUIET)
        page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
        page.goto(address)
        page.wait_for_selector("#question:enabled")
        ask(page, QUESTION)
        page.locator(".answer .marker").first.click()
        page.wait_for_selector(".panel mark")
        page.mouse.move(0, 0)
        page.wait_for_timeout(1_000)  # the last line fades in
        page.screenshot(path=target)
        browser.close()
    Image.open(target).convert("P", palette=Image.Palette.ADAPTIVE, colors=128).save(target, optimize=True)
    print(f"{target}: {target.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "screenshot.png")
