"""The terminal with a chat model: ask, chat and batch, what it is told, and what leaves the machine."""

import json
from pathlib import Path

import pytest

from assistant.opening import AwaitedIndex
from assistant.terminal.cli import main
from assistant.terminal.session import Session
from assistant.terminal.show import Look
from corpus.types import Corpus
from tests.chat.server import ChatServer, Status, said
from tests.terminal_helpers import DURATION, WORDED, WORDING, QuotingAssistant, model_settings, typed

Captured = pytest.CaptureFixture[str]
QUESTION = "How long do treatments take?"


@pytest.fixture(autouse=True)
def quoting(sources: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program in this process, over an engine with one answer and no index."""
    monkeypatch.setattr(AwaitedIndex, "open", lambda _: None)

    def session(documents: Path, folder: Path, model: str | None, look: Look, contact: str) -> Session:
        return Session(AwaitedIndex(documents, folder, model, tell=print), QuotingAssistant(sources), look, contact)

    monkeypatch.setattr(Session, "over", session)


def flat(text: str) -> str:
    return " ".join(text.split())


def test_an_answer_says_who_worded_it_and_where_words_go(capsys: Captured) -> None:
    with ChatServer(WORDING) as server:
        assert main(["ask", QUESTION], model_settings(server)) == 0
    said = capsys.readouterr()
    shown = flat(said.out)
    assert shown.startswith(f"Answered {WORDED} – AmSpa")
    assert "Worded by a language model (openai:test)." in shown
    assert shown.endswith("A language model, openai:test, helps to word the answers. It is asked on this machine.")
    assert said.err == ""


def test_json_carries_what_the_model_did(capsys: Captured) -> None:
    with ChatServer(WORDING) as server:
        assert main(["ask", QUESTION, "--json"], model_settings(server)) == 0
    writing = json.loads(capsys.readouterr().out)["writing"]
    assert (writing["model"], writing["written"], writing["failure"]) == ("openai:test", 1, "")


def test_a_failing_model_is_one_sentence_beside_the_quotes(capsys: Captured) -> None:
    with ChatServer(Status(500)) as server:
        assert main(["ask", QUESTION], model_settings(server)) == 0
    said = capsys.readouterr()
    assert f"“{DURATION}”" in flat(said.out)
    assert said.err == "openai:test gave no usable reply (server); docs/chat-models.md says what helps.\n"


@pytest.mark.parametrize("command", [["ask", "Who?"], ["chat"], ["batch", "-", "-"]])
def test_a_model_that_cannot_be_opened_ends_the_command(capsys: Captured, command: list[str]) -> None:
    assert main(command, {"CHAT_MODEL": "llama"}) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("The chat model is 'llama'; it must be a provider and a model")
    assert said.err.count("\n") == 1


def test_an_emergency_is_not_met_with_a_problem_of_the_model_alone(capsys: Captured) -> None:
    assert main(["ask", "I can't breathe"], {"CHAT_MODEL": "llama"}) == 2
    first, last = capsys.readouterr().err.splitlines()
    assert "911" in first
    assert "provider" in last


def test_a_batch_has_the_models_part_and_counts_its_failures(tmp_path: Path, capsys: Captured) -> None:
    lines = [
        json.dumps({"id": n, "question": question}) for n, question in enumerate([QUESTION, "Chest pain?", QUESTION])
    ]
    (tmp_path / "in").write_text("\n".join(lines))
    with ChatServer(WORDING, Status(503)) as server:
        assert main(["batch", str(tmp_path / "in"), str(tmp_path / "out")], model_settings(server)) == 0
    records = [json.loads(line) for line in (tmp_path / "out").read_text("utf-8").splitlines()]
    assert [record["writing"]["failure"] for record in records if record["writing"]].count("") == 1
    assert all(record["answer"] for record in records)
    assert "gave no usable reply to 1 of the questions (server 1)" in capsys.readouterr().err


def test_what_says_who_somebody_is_stays_here_and_on_the_screen(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also in the next turn, whose request repeats the answer that repeats it."""
    written = f"[NAME_1], {DURATION[0].lower()}{DURATION[1:]}"
    reply = said(json.dumps({"text": written, "passage": 1, "quotes": [DURATION]}))
    asked = (
        "My name is Jane Roe, call 555-010-0199: how long do treatments take?",
        "and what price? write to jane.roe@example.org",
        "and for two?",
    )
    typed(monkeypatch, "\n".join(asked))
    with ChatServer(reply) as server:
        assert main(["chat"], model_settings(server)) == 0
    sent = "\n".join(request.text for request in server.requests)
    assert [private for private in ("Jane", "Roe", "010-0199", "jane.roe", "example.org") if private in sent] == []
    assert "[NAME_1]" in sent
    assert "[PHONE_1]" in sent
    assert "[EMAIL_1]" in sent
    shown = flat(capsys.readouterr().out)
    assert "Jane Roe, depending on which procedure" in shown
    assert "My documents don't cover “and what price? write to jane.roe@example.org”." in shown
    assert "[NAME_1]" not in shown


def test_a_conversation_says_at_the_beginning_where_words_go(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, "")
    with ChatServer(WORDING) as server:
        assert main(["chat"], model_settings(server)) == 0
    assert "It is asked on this machine." in flat(capsys.readouterr().out)
    typed(monkeypatch, "")
    assert main(["chat"], {}) == 0
    assert "language model" not in capsys.readouterr().out
