"""What tests of several modules share: the sources as loaded, and one real index over them."""

import subprocess
import sys
from pathlib import Path

import pytest

from assistant.opening import AwaitedIndex
from assistant.terminal.session import Session
from assistant.terminal.show import Look
from corpus import load
from corpus.types import Corpus
from tests.terminal_helpers import ScriptedAssistant

ROOT = Path(__file__).parents[1]
DOCUMENTS = ROOT / "corpus" / "documents"


@pytest.fixture(scope="session")
def sources() -> Corpus:
    """The sources, loaded once."""
    return load(DOCUMENTS)


@pytest.fixture(scope="session")
def real_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index over the sources by the packaged model, built once. For reading: a test that writes takes a copy."""
    folder = tmp_path_factory.mktemp("real") / "index"
    sync = [sys.executable, "-m", "index", "sync", "--documents", str(DOCUMENTS), "--index", str(folder)]
    subprocess.run(sync, cwd=ROOT, check=True, capture_output=True, text=True, timeout=600)
    return folder


@pytest.fixture
def scripted(sources: Corpus, monkeypatch: pytest.MonkeyPatch) -> ScriptedAssistant:
    """The program in this process, with the scripted assistant and no index."""
    assistant = ScriptedAssistant(sources)
    monkeypatch.setattr(AwaitedIndex, "open", lambda _: None)

    def session(documents: Path, folder: Path, model: str | None, look: Look, contact: str) -> Session:
        return Session(AwaitedIndex(documents, folder, model, tell=print), assistant, look, contact)

    monkeypatch.setattr(Session, "over", session)
    return assistant
