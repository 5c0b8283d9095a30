"""A question over HTTP as the page's script sends it: a real server, a real client, a small assistant."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from assistant.page.desk import Desk
from assistant.page.guard import MAX_BODY_BYTES
from tests.browser.fake_assistant import CALIFORNIA, FakeAssistant
from tests.page_server import serving, without_page
from tests.test_page_reception import CRY, SECONDS, Gate

QUESTION = {"turn": 3, "question": "What are the risks?", "history": []}


@pytest.fixture(scope="module")
def fake() -> FakeAssistant:
    return FakeAssistant.over_the_documents()


@pytest.fixture(scope="module")
def client(fake: FakeAssistant) -> Iterator[httpx.Client]:
    """A browser's place: the address of a server whose desk is open."""
    desk = Desk()
    desk.open(fake, fake.document, 3)
    with serving(without_page(desk)) as address, httpx.Client(base_url=address, timeout=SECONDS) as client:
        yield client


@pytest.fixture
def gate() -> Iterator[Gate]:
    gate = Gate()
    yield gate
    gate.open.set()


def views_of(reply: httpx.Response) -> list[dict[str, object]]:
    return [json.loads(line) for line in reply.text.splitlines()]


def test_an_answer_is_lines_of_json(client: httpx.Client) -> None:
    reply = client.post("/page/ask", json={**QUESTION, "question": CALIFORNIA})
    assert reply.status_code == 200
    assert reply.headers["content-type"] == "application/x-ndjson"
    assert reply.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in reply.headers["content-security-policy"]
    *_, last = views_of(reply)
    assert (last["turn"], last["done"], last["status"]) == (3, True, "conflicting")


def test_the_first_line_comes_before_the_answer_is_whole(gate: Gate) -> None:
    desk = Desk()
    desk.open(gate, lambda _: None, 3)
    with serving(without_page(desk)) as address, httpx.stream("POST", f"{address}/page/ask", json=QUESTION) as reply:
        lines = reply.iter_lines()
        assert json.loads(next(lines))["text"] == "Let me see."
        assert not gate.open.is_set()
        gate.open.set()
        assert json.loads(list(lines)[-1])["done"]


def test_closing_the_connection_ends_the_answer(gate: Gate) -> None:
    """A closed tab: nothing is sent or received any more, and the place is free for the next."""
    desk = Desk()
    desk.open(gate, lambda _: None, 3)
    with serving(without_page(desk, at_once=1)) as address:
        with httpx.stream("POST", f"{address}/page/ask", json=QUESTION) as reply:
            next(reply.iter_lines())
        gate.open.set()
        following = httpx.post(f"{address}/page/ask", json=QUESTION, timeout=SECONDS)
        assert views_of(following)[-1]["done"]
    assert gate.most == 1


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"sec-fetch-site": "same-origin", "origin": "https://a-proxy-changed-this.example"}, 200),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
    ],
)
@pytest.mark.parametrize("path", ["/page/ask", "/page/passage"])
def test_other_sites_pages_may_not_ask(client: httpx.Client, path: str, headers: dict[str, str], status: int) -> None:
    assert client.post(path, json=QUESTION, headers=headers).status_code == status


def test_the_servers_own_page_may_ask_without_saying_more_than_its_origin(client: httpx.Client) -> None:
    headers = {"origin": str(client.base_url).rstrip("/")}
    assert client.post("/page/ask", json=QUESTION, headers=headers).status_code == 200


@pytest.mark.parametrize("path", ["/page/ask", "/page/passage"])
@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 200_000])
def test_what_is_no_json_is_refused(client: httpx.Client, path: str, body: bytes) -> None:
    assert client.post(path, content=body).status_code == 400


def test_what_is_too_large_is_refused(client: httpx.Client) -> None:
    assert client.post("/page/ask", content=b" " * (MAX_BODY_BYTES + 1)).status_code == 413
    assert client.post("/page/ask", content=iter([b"{}"])).status_code == 413  # no length given
    assert client.get("/page/ask").status_code == 404


@pytest.mark.parametrize("body", ["7", "[]", "{}", '{"question": {"text": [1]}}', '{"turn": true, "question": "x"}'])
def test_json_that_is_no_question_is_answered(client: httpx.Client, body: str) -> None:
    assert views_of(client.post("/page/ask", content=body))[-1]["done"]


def test_a_citations_passage(client: httpx.Client) -> None:
    *_, last = views_of(client.post("/page/ask", json=QUESTION))
    citation = last["citations"]["1"]  # type: ignore[index]
    passage = client.post("/page/passage", json=citation).json()
    assert "<mark>" in passage["body"]
    assert client.post("/page/passage", json=[]).json()["title"] == "Not found"


def test_conversations_do_not_mix(client: httpx.Client) -> None:
    """Each of forty hears back its own history, whoever else asks at the same moment."""

    def heard(number: int) -> object:
        history = [{"role": "user", "content": f"I am number {number}"}]
        body = {"turn": number, "question": "what have you heard?", "history": history}
        last = views_of(client.post("/page/ask", json=body))[-1]
        return last["turn"], last["text"]

    with ThreadPoolExecutor(20) as visitors:
        replies = list(visitors.map(heard, range(40)))
    assert replies == [(number, f"user: I am number {number}") for number in range(40)]


def test_before_the_page_is_built_the_server_answers_already() -> None:
    with serving(without_page(Desk())) as address, httpx.Client(base_url=address, timeout=SECONDS) as client:
        page = client.get("/")
        assert (page.status_code, page.headers["retry-after"]) == (503, "1")
        assert 'http-equiv="refresh"' in page.text
        assert 'call <a href="tel:911">911</a>' in page.text
        assert client.get("/config").status_code == 503
        assert client.get("/healthz").json() == {"status": "ok"}
        assert client.get("/readyz").status_code == 503
        assert client.get("/page/readiness").json()["ready"] is False
        (answer,) = views_of(client.post("/page/ask", json={**QUESTION, "question": CRY}))
        assert answer["status"] == "emergency"
