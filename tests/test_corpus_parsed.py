"""What is kept of parsed files: always the values that parsing gives, and parsing only for what has changed."""

import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from corpus import load, loading, parsed
from corpus.loading import Source
from corpus.parsed import Parsed
from tests.corpus.arbitrary import PROPERTY, TEXTS
from tests.corpus.samples import SOURCES, folder

FILES = {
    "laser.txt": "Who May Use a Laser\n\nOnly these may:\n- a nurse\n- a doctor\n\nNobody else may.",
    "laser.yaml": "publisher: A clinic\nspeakers: [{name: Ann, role: Nurse}]\njurisdictions: [Ohio]\n",
    "peels.md": "# Peels\n\n| What | Who |\n| --- | --- |\n| light | aesthetician |\n\n## After care\n\nUse sun cream.",
    "below/fillers.txt": "Fillers are injected by a physician.",
}


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    return folder(tmp_path / "documents", FILES)


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "parsed.sqlite"


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are parsed."""
    names: list[str] = []
    parse = loading.parse

    def watched(source: Source) -> Parsed:
        names.append(source.path.name)
        return parse(source)

    monkeypatch.setattr(loading, "parse", watched)
    return names


def test_the_projects_documents_come_back_as_they_were(kept: Path, seen: list[str]) -> None:
    fresh = load(SOURCES)
    assert load(SOURCES, kept) == fresh
    seen.clear()
    again = load(SOURCES, kept)
    assert again == fresh
    assert repr(again) == repr(fresh)  # kinds too, which equal their names
    assert seen == []


@PROPERTY
@given(texts=st.dictionaries(st.sampled_from(["a.txt", "a.md", "b.md", "c/a.txt"]), TEXTS, min_size=1), title=TEXTS)
def test_any_documents_come_back_as_they_were(
    tmp_path_factory: pytest.TempPathFactory, texts: dict[str, str], title: str
) -> None:
    place = tmp_path_factory.mktemp("any")
    documents = folder(place / "documents", {**texts, "b.yaml": yaml.safe_dump({"title": title})})
    fresh = load(documents)
    for _ in range(2):
        again = load(documents, place / "parsed.sqlite")
        assert again == fresh
        assert repr(again) == repr(fresh)
    shutil.rmtree(place)


def edited(name: str, content: str) -> Callable[[Path], object]:
    return lambda documents: (documents / name).write_text(content)


@pytest.mark.parametrize(
    ("change", "parsed_again"),
    [
        (edited("laser.txt", "Only a nurse may."), ["laser.txt"]),
        (edited("laser.yaml", "publisher: Another"), ["laser.txt"]),
        (edited("peels.yml", "title: New"), ["peels.md"]),
        (edited("new.txt", "Needles."), ["new.txt"]),
        (lambda documents: (documents / "laser.yaml").unlink(), ["laser.txt"]),
        (lambda documents: (documents / "laser.yaml").rename(documents / "laser.yml"), ["laser.txt"]),
        (lambda documents: (documents / "peels.md").rename(documents / "peels.txt"), ["peels.txt"]),
        (lambda documents: (documents / "below").rename(documents / "above"), ["fillers.txt"]),
        (lambda documents: (documents / "peels.md").unlink(), []),
    ],
    ids=["text", "sidecar", "sidecar added", "new", "sidecar gone", "sidecar renamed", "format", "folder", "gone"],
)
def test_only_what_changed_is_parsed(
    documents: Path, kept: Path, seen: list[str], change: Callable[[Path], object], parsed_again: list[str]
) -> None:
    load(documents, kept)
    change(documents)
    seen.clear()
    found = load(documents, kept)
    assert seen == parsed_again
    assert found == load(documents)


def test_other_code_parses_all_again(
    documents: Path, kept: Path, seen: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    load(documents, kept)
    seen.clear()
    monkeypatch.setattr(parsed, "rules", lambda: b"other code")
    load(documents, kept)
    assert len(seen) == 3


def test_the_code_counts_to_the_last_byte(tmp_path: Path) -> None:
    package = shutil.copytree(Path(parsed.__file__).parent, tmp_path / "corpus")
    assert parsed.rules(package) == parsed.rules()
    with (package / "weight.py").open("a", encoding="utf-8") as file:
        file.write("#")
    assert parsed.rules(package) != parsed.rules()


def test_nothing_is_written_where_nothing_changed(documents: Path, kept: Path) -> None:
    load(documents, kept)
    before = kept.read_bytes(), kept.stat().st_mtime_ns
    load(documents, kept)
    assert (kept.read_bytes(), kept.stat().st_mtime_ns) == before


def test_nothing_stays_of_a_document_taken_away(documents: Path, kept: Path) -> None:
    load(documents, kept)
    assert b"injected by a physician" in kept.read_bytes()
    (documents / "below" / "fillers.txt").unlink()
    load(documents, kept)
    assert b"injected by a physician" not in kept.read_bytes()
    assert b"Use sun cream" in kept.read_bytes()


def test_a_file_that_cannot_be_used_is_named_every_time(documents: Path, kept: Path) -> None:
    folder(documents, {"bad.txt": b"\xff", "peels.yaml": "titel: Peels"})
    first = load(documents, kept)
    assert [problem.file for problem in first.problems] == ["bad.txt", "peels.md"]
    assert load(documents, kept) == first == load(documents)


def test_a_folder_that_cannot_be_read_leaves_all_as_it_is(documents: Path, kept: Path, seen: list[str]) -> None:
    load(documents, kept)
    with pytest.raises(loading.SourceProblem):
        load(documents / "nowhere", kept)
    seen.clear()
    load(documents, kept)
    assert seen == []


def test_an_interrupted_reading_goes_on_where_it_was(
    documents: Path, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(documents, kept)
    edited("below/fillers.txt", "Fillers.")(documents)
    edited("laser.txt", "Lasers.")(documents)
    names: list[str] = []
    parse = loading.parse

    def stopped(source: Source) -> Parsed:
        names.append(source.path.name)
        if source.path.name == "laser.txt" and len(names) < 3:
            raise KeyboardInterrupt
        return parse(source)

    monkeypatch.setattr(loading, "parse", stopped)
    with pytest.raises(KeyboardInterrupt):
        load(documents, kept)
    load(documents, kept)
    assert names == ["fillers.txt", "laser.txt", "laser.txt"]


def test_halves_of_a_character_stay_halves(documents: Path, kept: Path) -> None:
    edited("peels.yaml", 'title: "\\ud83d\\ude00"')(documents)
    fresh = load(documents)
    assert fresh.documents[-1].title == "\ud83d\ude00"
    assert load(documents, kept) == load(documents, kept) == fresh


class TestDamage:
    """Whatever has happened to the file, the corpus is the same, and most often the file is good again afterwards."""

    @pytest.mark.parametrize("seed", range(40))
    def test_bytes_changed_or_lost(self, documents: Path, kept: Path, seed: int) -> None:
        fresh = load(documents, kept)
        source = random.Random(seed)
        content = bytearray(kept.read_bytes())
        if seed % 4 == 0:
            del content[source.randrange(len(content)) :]
        else:
            for _ in range(source.choice([1, 20, 500])):
                content[source.randrange(len(content))] ^= source.randrange(1, 256)
        kept.write_bytes(content)
        for _ in range(2):
            assert load(documents, kept) == fresh

    def test_one_letter_of_a_text(self, documents: Path, kept: Path, seen: list[str]) -> None:
        fresh = load(documents, kept)
        kept.write_bytes(kept.read_bytes().replace(b"injected by a physician", b"injected by a technician"[:23]))
        seen.clear()
        assert load(documents, kept) == fresh
        assert seen == ["fillers.txt"]

    @pytest.mark.parametrize("content", [b"", b"no database at all, but long enough to look at" * 100])
    def test_another_file_in_its_place(self, documents: Path, kept: Path, seen: list[str], content: bytes) -> None:
        kept.write_bytes(content)
        assert load(documents, kept) == load(documents)
        seen.clear()
        load(documents, kept)
        assert seen == []

    def test_rows_of_another_shape(self, documents: Path, kept: Path) -> None:
        fresh = load(documents, kept)
        for written in ("[]", "{}", "[1, 2, 3]", '[{"id": "a"}, [], []]', "null", "["):
            with sqlite3.connect(kept) as connection:
                connection.execute("UPDATE files SET parsed = ?, checksum = ?", (written, parsed._checksum(written)))
            connection.close()
            assert load(documents, kept) == fresh

    def test_a_place_that_cannot_be_written(self, documents: Path, kept: Path) -> None:
        kept.mkdir()
        assert load(documents, kept) == load(documents, kept / "no" / "folder") == load(documents)

    def test_another_process_is_writing(self, documents: Path, kept: Path, seen: list[str]) -> None:
        load(documents, kept)
        edited("laser.txt", "Lasers.")(documents)
        other = sqlite3.connect(kept, isolation_level=None)
        for lock in ("IMMEDIATE", "EXCLUSIVE"):
            other.execute(f"BEGIN {lock}")
            assert load(documents, kept) == load(documents)
            other.execute("ROLLBACK")
        other.close()
        load(documents, kept)
        seen.clear()
        load(documents, kept)
        assert seen == []
