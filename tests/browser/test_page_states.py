"""What the page does while the documents are read, when an answer is slow or fails, and when it is stopped.

The page, the server and the browser are real; a small assistant with slow fixed answers stands in for the engine.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from assistant.page.blocks import build
from assistant.page.desk import Desk
from assistant.page.front import Front
from assistant.page.reception import Reception
from assistant.page.server import application
from assistant.settings import Settings
from tests.browser.conftest import OpenPage, ask
from tests.browser.fake_assistant import CALIFORNIA, FakeAssistant
from tests.page_server import page_over, serving

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def desk() -> Desk:
    return Desk()


@pytest.fixture(scope="module")
def address(desk: Desk) -> Iterator[str]:
    """Instead of the real server: this process's own, whose desk each test sets."""
    with serving(page_over(desk, Settings(clinic_name="Lakeside & Sons"))) as address:
        yield address


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


def test_a_full_queue_says_so_and_emergencies_never_wait(browser: Browser) -> None:
    desk = Desk()
    open_desk(desk, pause=1)
    with serving(page_over(desk, at_once=1, waiting=1)) as address:
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
        assert pages[2].input_value("#question") == CALIFORNIA
        expect(pages[3].locator(".answer")).to_contain_text("Call 911")
        expect(pages[1].locator(".answer")).to_contain_text("Kaplan", timeout=30_000)
        context.close()


def test_a_broken_connection_gives_the_question_back(browser: Browser, desk: Desk, address: str) -> None:
    open_desk(desk, pause=0)
    context = browser.new_context()
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector("#question:enabled")
    context.set_offline(True)
    ask(page, "What are the risks?")
    expect(page.locator(".answer .note")).to_contain_text("No answer arrived.")
    assert page.input_value("#question") == "What are the risks?"
    context.set_offline(False)
    page.press("#question", "Enter")
    expect(page.locator(".answer").last).to_contain_text("scarring")
    context.close()


def test_a_connection_that_breaks_within_an_answer_keeps_what_came(browser: Browser) -> None:
    desk = Desk()
    open_desk(desk, pause=0.7)
    context = browser.new_context()
    page = context.new_page()
    with serving(page_over(desk)) as address:
        page.goto(address)
        page.wait_for_selector("#question:enabled")
        page.fill("#question", CALIFORNIA)
        page.press("#question", "Enter")
        page.wait_for_selector(".answer .line")
    expect(page.locator(".answer .note")).to_contain_text("No answer arrived.")
    assert 1 <= page.locator(".answer .line").count() < 7
    context.close()


def test_the_plain_page_of_the_start_becomes_the_page(browser: Browser) -> None:
    desk = Desk()
    open_desk(desk, pause=0)
    front = Front("Lakeside & Sons")
    context = browser.new_context()
    page = context.new_page()
    with serving(application(desk, front, Reception(desk))) as address:
        page.goto(address)
        expect(page.locator("h1")).to_have_text("Lakeside & Sons")
        expect(page.locator("body")).to_contain_text("call 911")
        front.open(build(Settings(clinic_name="Lakeside & Sons")))
        page.wait_for_selector("#question:enabled")
        ask(page, "What are the risks?")
        expect(page.locator(".answer .chip").last).to_have_text("Answered")
        context.close()
