"""What the page does while the documents are read, when an answer is slow or fails, and when it is stopped.

The page, the server and the browser are real; a small assistant with slow fixed answers stands in for the engine.
"""

from threading import Thread

import gradio as gr
import pytest
from playwright.sync_api import Browser, expect

from assistant.page.blocks import build
from assistant.page.desk import Desk
from assistant.page.listener import listen
from assistant.page.server import application, serve
from assistant.settings import Settings
from tests.browser.conftest import OpenPage, ask
from tests.browser.fake_assistant import CALIFORNIA, FakeAssistant

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def desk() -> Desk:
    return Desk()


@pytest.fixture(scope="module")
def address(desk: Desk) -> str:
    """Instead of the real server: this process's own, whose desk each test sets."""
    return served_here(build(Settings(clinic_name="Lakeside & Sons"), desk), desk)


def served_here(blocks: gr.Blocks, desk: Desk) -> str:
    listener = listen("127.0.0.1", 0)
    Thread(target=serve, args=(application(blocks, desk), listener), daemon=True).start()
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_while_the_documents_are_read(open_page: OpenPage, desk: Desk) -> None:
    desk.report("Reading the documents: 12 of 42 passages.", 0.4, 3)
    page = open_page()
    expect(page.locator("h1")).to_have_text("Lakeside & Sons: questions about treatments")
    expect(page.locator(".preparing")).to_contain_text("12 of 42 passages")
    assert page.locator("progress").evaluate("bar => bar.value") == 40
    ask(page, "What are the risks?")
    expect(page.locator(".answer .chip")).to_have_text("Getting ready")
    assert page.input_value("#question") == "What are the risks?"
    ask(page, "I can't breathe and my throat is swelling")
    expect(page.locator(".answer .chip").last).to_have_text("Emergency")
    open_desk(desk, pause=0)
    expect(page.locator(".preparing")).to_be_hidden()
    ask(page, "What are the risks?")
    expect(page.locator(".answer .chip").last).to_have_text("Answered")


def open_desk(desk: Desk, pause: float) -> None:
    fake = FakeAssistant.over_the_documents(pause)
    desk.open(fake, fake.document, len(fake.corpus.documents))


def test_lines_appear_one_after_another_and_keep_the_focus(open_page: OpenPage, desk: Desk) -> None:
    open_desk(desk, pause=0.6)
    page = open_page()
    page.fill("#question", CALIFORNIA)
    page.press("#question", "Enter")
    page.wait_for_selector(".answer .marker")
    page.locator(".answer .marker").first.focus()
    seen = page.locator(".answer .line").count()
    page.wait_for_selector(".answer[aria-busy=false]")
    assert seen < page.locator(".answer .line").count()
    assert page.evaluate("document.activeElement.matches('.answer .marker')")
    assert page.locator(".source-list li").count() == 3


def test_stop_ends_the_answer_and_the_next_question_works(open_page: OpenPage, desk: Desk) -> None:
    open_desk(desk, pause=0.6)
    page = open_page()
    page.fill("#question", CALIFORNIA)
    page.press("#question", "Enter")
    page.wait_for_selector(".answer .line")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".answer")).to_contain_text("You stopped this answer.")
    lines = page.locator(".answer .line").count()
    ask(page, "What are the risks?")
    assert page.locator(".answer").first.locator(".line").count() == lines
    expect(page.locator(".answer").last).to_contain_text("scarring")


def test_a_failure_is_a_plain_sentence(open_page: OpenPage, desk: Desk) -> None:
    open_desk(desk, pause=0)
    page = open_page()
    ask(page, "please break")
    expect(page.locator(".answer .chip")).to_have_text("Please try again")
    assert "secret" not in page.content()


def test_the_history_that_is_sent_has_no_markers(open_page: OpenPage, desk: Desk) -> None:
    open_desk(desk, pause=0)
    page = open_page()
    ask(page, "What are the risks?")
    ask(page, "what have you heard?")
    heard = page.locator(".answer .line").last.inner_text()
    assert heard.startswith("user: What are the risks? | assistant: Skin rejuvenation risks include:")
    assert "[1]" not in heard


def test_many_visitors_at_once(open_page: OpenPage, desk: Desk) -> None:
    open_desk(desk, pause=0.1)
    pages = [open_page() for _ in range(6)]
    for page in pages:
        page.fill("#question", CALIFORNIA)
        page.press("#question", "Enter")
    for page in pages:
        page.wait_for_selector(".answer[aria-busy=false]", timeout=30_000)
        assert page.locator(".answer").count() == 1


def test_a_full_queue_says_so_and_still_answers_emergencies(browser: Browser) -> None:
    desk = Desk()
    open_desk(desk, pause=1)
    address = served_here(build(Settings(), desk, at_once=1, waiting=1), desk)
    context = browser.new_context()
    pages = [context.new_page() for _ in range(4)]
    for page in pages:
        page.goto(address)
        page.wait_for_selector("#question:enabled")
    questions = (CALIFORNIA, CALIFORNIA, CALIFORNIA, "I can't breathe and my throat is swelling")
    for page, question in zip(pages, questions, strict=True):
        page.fill("#question", question)
        page.press("#question", "Enter")
        page.wait_for_timeout(300)
    expect(pages[2].locator(".answer")).to_contain_text("Many people are asking right now.")
    expect(pages[3].locator(".answer")).to_contain_text("Call 911")
    expect(pages[1].locator(".answer")).to_contain_text("Kaplan", timeout=30_000)
    context.close()
