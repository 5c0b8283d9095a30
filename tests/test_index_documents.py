"""A folder of documents read for an index: what was parsed lies beside the index, and nothing else hangs on it."""

import stat
from pathlib import Path

import pytest

from corpus import SourceProblem, load, loading
from index.documents import documents_for
from index.sync import sync
from tests.index_helpers import WordEmbedder, write_sources

TEXTS = {"lasers.txt": "Only a nurse may use a laser.", "peels.md": "# Peels\n\nAn aesthetician may peel."}


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    write_sources(tmp_path / "documents", TEXTS)
    return tmp_path / "documents"


def test_the_second_reading_parses_nothing(documents: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = load(documents)
    assert documents_for(tmp_path / "index", documents) == fresh

    def parse(source: loading.Source) -> None:
        raise AssertionError(f"{source.path} was parsed again")

    monkeypatch.setattr(loading, "parse", parse)
    assert documents_for(tmp_path / "index", documents) == fresh


def test_only_its_owner_can_read_what_is_kept(documents: Path, tmp_path: Path) -> None:
    documents_for(tmp_path / "index", documents)
    assert stat.S_IMODE((tmp_path / "index").stat().st_mode) == 0o700


def test_a_mistyped_folder_leaves_no_trace(tmp_path: Path) -> None:
    with pytest.raises(SourceProblem):
        documents_for(tmp_path / "index", tmp_path / "documnets")
    assert list(tmp_path.iterdir()) == []


def test_an_index_folder_that_cannot_be_made(documents: Path, tmp_path: Path) -> None:
    (tmp_path / "index").write_text("a file")
    assert documents_for(tmp_path / "index", documents) == load(documents)


def test_a_sync_of_what_was_kept_changes_nothing(documents: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    first = sync(documents_for(index, documents), index, embedder=WordEmbedder())
    second = sync(documents_for(index, documents), index, embedder=WordEmbedder())
    assert (first.added, second.added, second.deleted, second.generation) == (2, 0, 0, first.generation)
