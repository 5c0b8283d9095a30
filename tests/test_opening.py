"""When an index is made, brought up to date, or asked as it is. The embedder is a small one that needs no weights."""

import shutil
import time
from pathlib import Path

import pytest
from filelock import FileLock

import index.models
import index.sync
from assistant.opening import AwaitedIndex, judged_texts
from corpus.types import Corpus
from index.errors import IndexProblem
from tests.conftest import DOCUMENTS
from tests.index_helpers import WordEmbedder


@pytest.fixture(autouse=True)
def _words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index.models, "prepare", lambda *_: WordEmbedder())
    monkeypatch.setattr(index.models, "opened_by_id", lambda *_: WordEmbedder())


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DOCUMENTS, tmp_path / "documents"))


class Told(list[str]):
    def awaited(self, documents: Path, folder: Path) -> AwaitedIndex:
        return AwaitedIndex(documents, folder, tell=self.append)


@pytest.fixture
def syncs(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The folders that were synced."""
    done: list[Path] = []
    real = index.sync.sync

    def watched(corpus: Corpus, folder: Path, **options: object) -> object:
        done.append(folder)
        return real(corpus, folder, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(index.sync, "sync", watched)
    return done


def test_nothing_is_read_before_it_is_asked(tmp_path: Path) -> None:
    AwaitedIndex(tmp_path / "none", tmp_path / "index", tell=print)
    assert not (tmp_path / "index").exists()


def test_an_index_is_made_once(documents: Path, tmp_path: Path, syncs: list[Path]) -> None:
    first = Told().awaited(documents, tmp_path / "index")
    assert first.snapshot is first.snapshot
    assert len(first.snapshot.documents) == 3
    assert Told().awaited(documents, tmp_path / "index").snapshot.count == first.snapshot.count
    assert syncs == [tmp_path / "index"]


def test_what_has_changed_is_found(documents: Path, tmp_path: Path, syncs: list[Path]) -> None:
    Told().awaited(documents, tmp_path / "index").open()
    (documents / "new.md").write_text("# Parking\n\nPark behind the house.\n", encoding="utf-8")
    assert Told().awaited(documents, tmp_path / "index").snapshot.document("new") is not None
    time.sleep(0.02)
    (documents / "new.md").write_text("# Parking\n\nPark before the house.\n", encoding="utf-8")
    again = Told().awaited(documents, tmp_path / "index").snapshot.document("new")
    assert again is not None
    assert "before" in again.text
    assert len(syncs) == 3


def test_another_sync_is_noticed(documents: Path, tmp_path: Path, syncs: list[Path]) -> None:
    folder = tmp_path / "index"
    Told().awaited(documents, folder).open()
    other = Path(shutil.copytree(documents, tmp_path / "other"))
    (other / "new.md").write_text("# Parking\n\nPark behind the house.\n", encoding="utf-8")
    Told().awaited(other, folder).open()
    assert Told().awaited(documents, folder).snapshot.document("new") is None
    assert len(syncs) == 3


def test_while_another_process_writes_the_index_is_asked_as_it_is(documents: Path, tmp_path: Path) -> None:
    folder, told = tmp_path / "index", Told()
    told.awaited(documents, folder).open()
    (documents / "new.md").write_text("# Parking\n\nPark behind the house.\n", encoding="utf-8")
    with FileLock(folder / "sync.lock"):
        assert len(told.awaited(documents, folder).snapshot.documents) == 3
    assert len(told) == 1
    assert "Another process is writing" in told[0]
    assert "as they were indexed" in told[0]


def test_a_lock_on_an_index_that_is_current_is_nobodys_business(documents: Path, tmp_path: Path) -> None:
    folder, told = tmp_path / "index", Told()
    told.awaited(documents, folder).open()
    (folder / "documents-seen.json").unlink()
    with FileLock(folder / "sync.lock"):
        told.awaited(documents, folder).open()
    assert told == []


def test_a_lock_where_there_is_no_index_is_a_problem(documents: Path, tmp_path: Path) -> None:
    (tmp_path / "index").mkdir()
    with FileLock(tmp_path / "index" / "sync.lock"), pytest.raises(IndexProblem, match="Another process"):
        Told().awaited(documents, tmp_path / "index").open()


def test_other_documents_never_answer_for_the_ones_named(documents: Path, tmp_path: Path) -> None:
    Told().awaited(documents, tmp_path / "index").open()
    (tmp_path / "empty").mkdir()
    with pytest.raises(IndexProblem, match="no document"):
        Told().awaited(tmp_path / "empty", tmp_path / "index").open()
    with pytest.raises(IndexProblem, match="There is no folder of documents"):
        Told().awaited(tmp_path / "missing", tmp_path / "index").open()


def test_a_file_that_cannot_be_used_is_named(documents: Path, tmp_path: Path) -> None:
    (documents / "scan.pdf").write_bytes(b"%PDF")
    (documents / "nowhere.txt").symlink_to(tmp_path / "gone")
    told = Told()
    told.awaited(documents, tmp_path / "index").open()
    assert any(sentence.startswith("scan.pdf was left out") for sentence in told)


def test_a_damaged_index_is_made_again(documents: Path, tmp_path: Path) -> None:
    folder = tmp_path / "index"
    Told().awaited(documents, folder).open()
    next((folder / "generations").glob("*/vectors.npy")).write_bytes(b"")
    assert Told().awaited(documents, folder).snapshot.count > 20


def test_sentences_are_embedded_ahead(sources: Corpus) -> None:
    texts = judged_texts(sources)
    assert len(texts) > len(sources.passages)
    assert any("laser procedures cannot be performed by an aesthetician" in text for text in texts)
    assert judged_texts(Corpus(sources.documents, sources.passages * 100)) == []
