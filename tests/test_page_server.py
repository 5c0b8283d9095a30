"""What the server lets in, sends along and refuses."""

import re
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from assistant.page.assets import SCRIPTS, STYLES, asset
from assistant.page.desk import Desk
from assistant.page.guard import MAX_BODY_BYTES
from tests.browser.fake_assistant import FakeAssistant
from tests.page_server import page_over


@pytest.fixture(scope="module")
def desk() -> Desk:
    return Desk()


@pytest.fixture(scope="module")
def client(desk: Desk) -> Iterator[TestClient]:
    with TestClient(page_over(desk)) as client:
        yield client


def test_the_page_carries_its_headers(client: TestClient) -> None:
    page = client.get("/")
    policy = page.headers["content-security-policy"]
    assert page.status_code == 200
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["x-frame-options"] == "DENY"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "http" not in policy


def test_only_scripts_with_this_answers_nonce_run(client: TestClient) -> None:
    first, second = client.get("/"), client.get("/")
    nonces = [re.findall(r"'nonce-([^']+)'", page.headers["content-security-policy"])[0] for page in (first, second)]
    assert nonces[0] != nonces[1]
    assert first.text.count("<script") == first.text.count(f'<script nonce="{nonces[0]}"') > 2
    assert "'unsafe-inline'" not in first.headers["content-security-policy"].split("style-src")[0]


def test_nothing_is_loaded_from_elsewhere(client: TestClient) -> None:
    page = client.get("/").text
    loaded = re.findall(r"<(?:script|link|img|iframe)[^>]*(?:src|href)=\"([^\"]+)\"", page)
    assert loaded
    assert not [address for address in loaded if address.startswith(("http", "//"))]
    assert "fonts.googleapis" not in page + client.get("/theme.css").text


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/queue/join",
        "/gradio_api/queue/data",
        "/gradio_api/component_server",
        "/gradio_api/heartbeat/x",
        "/gradio_api/upload",
        "/gradio_api/upload/",
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/proxy=http://example.org/",
        "/gradio_api/runs",
        "/gradio_api/vibe-code/",
        "/gradio_api/run/ask",
        "/gradio_api/call/ask",
        "/gradio_api/openapi.json",
        "/monitoring",
        "/monitoring/summary",
        "/docs",
        "/openapi.json",
        "/login",
        "/page/desk.py",
        "/page/../app.py",
        "/page/%2e%2e/%2e%2e/app.py",
        "/.env",
    ],
)
def test_other_addresses_are_closed(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404
    assert client.post(path, json={}).status_code in (404, 405)


def test_uploads_are_refused(client: TestClient) -> None:
    assert client.post("/gradio_api/upload", files={"files": ("a.txt", b"x")}).status_code == 404


def test_large_bodies_are_refused(client: TestClient) -> None:
    assert client.post("/page/ask", content=b"x" * (MAX_BODY_BYTES + 1)).status_code == 413
    assert client.post("/page/ask", content=iter([b"x"])).status_code == 413  # no length given
    assert client.put("/", content=b"x").status_code == 405


def test_readiness_follows_the_desk(client: TestClient, desk: Desk) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").status_code == 503
    desk.report("Reading the documents: 1 of 2 passages.", 0.5, 3)
    assert client.get("/page/readiness").json()["fraction"] == 0.5
    fake = FakeAssistant.over_the_documents()
    desk.open(fake, fake.document, 3)
    assert client.get("/readyz").status_code == 200
    assert client.get("/page/readiness").json() == {
        "ready": True,
        "failed": False,
        "fraction": 1.0,
        "sentence": "Ready.",
        "documents": 3,
    }


def test_the_pages_files_are_served_and_cached(client: TestClient) -> None:
    for name in (*SCRIPTS, *STYLES):
        reply = client.get(f"/{asset(name)}")
        assert reply.status_code == 200
        assert "immutable" in reply.headers["cache-control"]


def test_the_page_says_nothing_of_gradio_services(client: TestClient) -> None:
    config = client.get("/config").json()
    assert config["analytics_enabled"] is False
    assert not config.get("footer_links")
    assert not config.get("run_history")
    assert config.get("show_error") is False
