"""An assistant of a few words over the real sources, and the program as a user runs it."""

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from assistant.engine import Assistant
from assistant.triage import triage
from assistant.types import Answer, Claim, Notice, Quote, Status, Turn
from corpus.types import Corpus
from index.errors import IndexProblem
from index.types import Hit
from tests.chat.server import ChatServer, said

ROOT = Path(__file__).parents[1]


def run(*arguments: str, stdin: str | bytes = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """`python -m assistant`, with output that is no terminal."""
    given = stdin if isinstance(stdin, bytes) else stdin.encode()
    command = [sys.executable, "-m", "assistant", *arguments]
    env = {**os.environ, "COLUMNS": "80", **environment}
    done = subprocess.run(command, cwd=ROOT, env=env, input=given, capture_output=True, timeout=300, check=False)
    return subprocess.CompletedProcess(command, done.returncode, done.stdout.decode(), done.stderr.decode())


def interruptible() -> None:
    """For a child process: a test run in the background may have been told to ignore interrupts, and hands that on."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def quote_of(sources: Corpus, words: str) -> Quote:
    """The place where the sources say `words`."""
    documents = {document.id: document for document in sources.documents}
    passage = next(passage for passage in sources.passages if words in passage.text)
    start = passage.start + passage.text.index(words)
    return Quote(documents[passage.document_id], passage, start, start + len(words))


KAPLAN = "In California, laser procedures cannot be performed by an aesthetician."
OTHER = "My feeling is the only the person who can handle the complication should perform the procedure."


class ScriptedAssistant(Assistant):
    """Answers every question with two quoted claims, and remembers what it was asked."""

    def __init__(self, sources: Corpus) -> None:
        self._quotes = tuple(quote_of(sources, words) for words in (KAPLAN, OTHER))
        self._hits = tuple(Hit(passage, 1 - n / 100) for n, passage in enumerate(sources.passages[:20]))
        self.asked: list[tuple[str, tuple[Turn, ...]]] = []

    def stream(self, question: str, history: Sequence[Turn] = ()) -> Iterator[Answer]:
        self.asked.append((question, tuple(history)))
        if question == "fail":
            raise LookupError(f"a secret: {question}")
        if question == "no index":
            raise IndexProblem("There is no index in here.")
        claims = [Claim(f"**Kaplan**: “{self._quotes[0].text}”", self._quotes[:1])]
        claims.append(Claim(f"{question}:\n\n- {self._quotes[1].text}\n- second", self._quotes))
        lines: tuple[Claim | Notice, ...] = (*claims, Notice("general", "In general."))
        for count in range(1, 4):
            yield Answer(question, Status.CONFLICTING, "sources-differ", lines[:count], 0.9, self._hits, 0.01)


DURATION = "Depending on which procedure you are getting, treatments range between 15 minutes to 2 hours."
WORDED = "Treatments range between 15 minutes to 2 hours, depending on the procedure."
WORDING = said(json.dumps({"text": WORDED, "passage": 1, "quotes": [DURATION]}))  # a chat model's good reply


class QuotingAssistant(Assistant):
    """Answers with one quote that a chat model may word, and emergencies at once, without an index."""

    def __init__(self, sources: Corpus) -> None:
        self._quote = quote_of(sources, DURATION)

    def stream(self, question: str, history: Sequence[Turn] = ()) -> Iterator[Answer]:
        if alarm := triage(question, history):
            yield Answer(question, Status.EMERGENCY, "red-flag", (Notice("emergency", alarm.text),))
        elif "price" in question:
            line = Notice("not-covered", f"My documents don't cover “{question}”.")
            yield Answer(question, Status.ABSTAINED, "no-evidence", (line,), 0.1)
        else:
            lines = (Claim(f"AmSpa: “{self._quote.text}”", (self._quote,)),)
            yield Answer(question, Status.ANSWERED, "evidence", lines, 0.9)


def model_settings(server: ChatServer) -> dict[str, str]:
    """The environment that makes the program ask this server."""
    return {"CHAT_MODEL": "openai:test", "CHAT_BASE_URL": server.openai_url, "CHAT_API_KEY": "x"}


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """What the next command finds on stdin."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8"))
