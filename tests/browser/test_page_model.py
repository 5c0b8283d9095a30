"""The page in a real browser with a chat model, which is a scripted server on this machine."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from assistant.answering import opened_model, told
from assistant.chat.assistant import ChatAssistant
from assistant.chat.writer import Writer
from assistant.page.desk import Desk
from assistant.settings import read
from corpus.types import Corpus
from tests.browser.conftest import ROOT, OpenPage, ask, free_port, served
from tests.browser.test_page import PHONE, SIZES, fits, marked
from tests.chat.server import ChatServer, Say, Status, said
from tests.page_server import page_over, serving
from tests.terminal_helpers import DURATION, WORDED, QuotingAssistant, interruptible, model_settings

pytestmark = [pytest.mark.browser, pytest.mark.slow]

QUESTION = "How long does a resurfacing treatment take?"
SECONDS = 20.0


@pytest.fixture(scope="module")
def model() -> Iterator[ChatServer]:
    """The chat model's server; each test sets its script."""
    with ChatServer(wording) as server:
        yield server


@pytest.fixture(scope="module")
def address(model: ChatServer, real_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The real `python app.py` that asks this chat model."""
    index = shutil.copytree(real_index, tmp_path_factory.mktemp("worded") / "index")
    with served(index, **model_settings(model)) as address:
        yield address


def line(request: dict[str, Any], text: str = WORDED) -> str:
    """What a good model replies: the sentence, its quote, the number of the passage that has it."""
    prompt = request["messages"][-1]["content"]
    number = re.findall(r"^Passage (\d+), from", prompt[: prompt.index(DURATION)], re.MULTILINE)[-1]
    return json.dumps({"text": text, "passage": int(number), "quotes": [DURATION]}) + "\n"


def wording(request: dict[str, Any]) -> Say:
    return said(line(request))


def dripping(request: dict[str, Any]) -> Say:
    """A good sentence at once, then blanks that take longer than anybody waits."""
    return Say([line(request), *" " * 200], pause=0.2)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_a_worded_answer_and_what_is_said_of_it(
    open_page: OpenPage, model: ChatServer, width: int, height: int
) -> None:
    model.script = [wording]
    page = open_page(width, height)
    standing = page.locator(".standing.model")
    assert standing.inner_text() == (
        "A language model, openai:test, helps to word the answers. It is asked on the machine that serves this page."
    )
    assert standing.is_visible()
    expect(page.locator(".what")).to_contain_text("general information from 3 source documents")
    assert "quoted from" not in page.locator(".what").inner_text()
    ask(page, QUESTION)
    answer = page.locator(".answer").last
    expect(answer.locator(".line").first).to_contain_text(WORDED)
    expect(answer.locator(".notice-model")).to_have_text(
        "Worded by a language model (openai:test). Each sentence was checked against its quote."
    )
    expect(answer.locator(".chip")).to_have_text("Answered")
    assert standing.is_visible()
    assert fits(page)
    answer.locator(".marker[data-number='1']").first.click()
    assert marked(page) == DURATION


def test_a_failing_model_leaves_the_quotes_and_a_short_notice(open_page: OpenPage, model: ChatServer) -> None:
    model.script = [Status(500)]
    page = open_page()
    ask(page, QUESTION)
    answer = page.locator(".answer").last
    expect(answer.locator(".line q").first).to_contain_text(DURATION)
    expect(answer.locator(".notice-model")).to_have_count(1)
    assert "SERVER TEXT" not in page.content()


def test_stop_ends_the_request_and_the_next_question_works(open_page: OpenPage, model: ChatServer) -> None:
    model.script = [dripping, wording]
    model.hung_up.clear()
    page = open_page()
    send(page, QUESTION)
    expect(page.locator(".answer .line").last).to_contain_text(WORDED)
    assert page.locator(".answer").get_attribute("aria-busy") == "true"
    page.get_by_role("button", name="Stop").click()
    assert model.hung_up.wait(SECONDS)
    expect(page.locator(".answer")).to_contain_text("You stopped this answer.")
    page.get_by_role("button", name="New conversation").click()
    ask(page, QUESTION)
    expect(page.locator(".answer .notice-model")).to_contain_text("Worded by a language model")


def test_stop_works_before_the_first_word(open_page: OpenPage, model: ChatServer) -> None:
    model.script = [Say(["x"], before=60), wording]
    model.hung_up.clear()
    page = open_page(*PHONE)
    before = len(model.requests)
    send(page, QUESTION)
    wait_for_requests(page, model, before + 1)
    page.get_by_role("button", name="Stop").click()
    assert model.hung_up.wait(SECONDS)
    expect(page.locator(".answer")).to_contain_text("You stopped this answer.")


def test_an_address_does_not_leave_and_is_shown(open_page: OpenPage, model: ChatServer) -> None:
    model.script = [lambda request: said(line(request, f"[NAME_1], {DURATION[0].lower()}{DURATION[1:]}"))]
    page = open_page()
    ask(page, f"My name is Jane Roe, jane.roe@example.org. {QUESTION}")
    sent = model.requests[-1].text
    assert "[EMAIL_1]" in sent
    assert "jane" not in sent.lower()
    expect(page.locator(".question-words")).to_contain_text("jane.roe@example.org")
    expect(page.locator(".answer .line").first).to_contain_text("Jane Roe, depending on which procedure")


def test_an_emergency_asks_no_model(open_page: OpenPage, model: ChatServer) -> None:
    before = len(model.requests)
    page = open_page()
    ask(page, "I had fillers today and now I can't breathe")
    expect(page.locator(".answer .chip")).to_have_text("Emergency")
    assert len(model.requests) == before


def test_a_silent_model_keeps_no_other_visitor_waiting(browser: Browser, sources: Corpus) -> None:
    """The model's one place is taken; the other visitors get quotes, or whom to call."""
    with ChatServer(Say(["x"], before=60)) as server:
        chat_model = opened_model(read(model_settings(server)))
        assert chat_model
        desk = Desk()
        desk.open(ChatAssistant(QuotingAssistant(sources), Writer(chat_model), at_once=1), lambda _: None, 3)
        context = browser.new_context()
        with serving(page_over(desk, at_once=2, worded_by=told(chat_model))) as here:
            slow, other, alarmed = (visit(context.new_page(), here) for _ in range(3))
            send(slow, QUESTION)
            wait_for_requests(slow, server, 1)
            ask(other, QUESTION)
            expect(other.locator(".answer")).to_contain_text(DURATION)
            ask(alarmed, "I can't breathe")
            expect(alarmed.locator(".answer .chip")).to_have_text("Emergency")
            assert slow.locator(".answer").get_attribute("aria-busy") == "true"
            assert len(server.requests) == 1
            slow.get_by_role("button", name="Stop").click()
            assert server.hung_up.wait(SECONDS)
            context.close()
        chat_model.close()


def test_a_closed_tab_ends_the_models_request(open_page: OpenPage, model: ChatServer) -> None:
    model.script = [Say(["{"], ending="hold")]
    model.hung_up.clear()
    before = len(model.requests)
    page = open_page()
    send(page, QUESTION)
    wait_for_requests(page, model, before + 1)
    page.close()
    assert model.hung_up.wait(4)  # sooner than the clock that ends a model that falls silent


def test_an_interrupt_ends_answers_under_way_and_says_nothing(
    browser: Browser, real_index: Path, tmp_path: Path
) -> None:
    index = shutil.copytree(real_index, tmp_path / "index")
    with ChatServer(Say(["x"], before=60)) as server:
        port = free_port()
        command = [sys.executable, "app.py", "--port", str(port), "--index", str(index)]
        environment = {**os.environ, **model_settings(server)}
        program = subprocess.Popen(
            command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True, preexec_fn=interruptible
        )
        assert program.stderr is not None
        while not program.stderr.readline().startswith("Ready"):
            assert program.poll() is None
        context = browser.new_context()
        page = visit(context.new_page(), f"http://127.0.0.1:{port}")
        send(page, QUESTION)
        wait_for_requests(page, server, 1)
        program.send_signal(signal.SIGINT)
        _, errors = program.communicate(timeout=30)
        assert server.hung_up.wait(SECONDS)
        context.close()
    assert program.returncode == 0
    assert "Traceback" not in errors


def visit(page: Page, address: str) -> Page:
    page.goto(address)
    page.wait_for_selector("#question:enabled")
    return page


def send(page: Page, question: str) -> None:
    page.fill("#question", question)
    page.press("#question", "Enter")


def wait_for_requests(page: Page, server: ChatServer, count: int) -> None:
    for _ in range(int(SECONDS * 20)):
        if len(server.requests) >= count:
            return
        page.wait_for_timeout(50)
    pytest.fail("the model was not asked")
