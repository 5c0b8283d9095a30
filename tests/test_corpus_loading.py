"""A folder of documents: what is read, and how one bad file is named while the others are still read."""

import os
from pathlib import Path

import pytest

from corpus import SourceProblem, load, loading
from tests.corpus.samples import folder, loaded

GOOD = {"good.txt": "Peels are done by a nurse."}

# File, content, and words its sentence must have.
BAD: list[tuple[str, str | bytes, str]] = [
    ("empty.txt", b"", "it is empty"),
    ("blank.md", b" \n\t\n", "it is empty"),
    ("only-a-mark.txt", b"\xef\xbb\xbf", "it is empty"),
    ("picture.txt", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "it is binary"),
    ("utf16.txt", "Peels".encode("utf-16"), "it is UTF-16"),
    ("utf16-unmarked.txt", "Peels".encode("utf-16-le"), "it is binary"),
    ("latin1.txt", "Señora".encode("latin-1"), "it is not UTF-8 (byte 2)"),
    ("leaflet.pdf", b"%PDF-1.7", "only .txt and .md files are read"),
    ("leaflet.docx", b"PK", "only .txt and .md files are read; convert it first"),
    ("README", b"Peels", "only .txt and .md files are read"),
    ("alone.yaml", b"title: Alone", "there is no document beside this sidecar"),
    ("below/here/empty.txt", b"", "it is empty"),
    ("leerer Prospekt ü.txt", b"", "it is empty"),
]


@pytest.mark.parametrize(("name", "content", "words"), BAD, ids=[name for name, _, _ in BAD])
def test_a_bad_file_is_named_and_the_others_are_read(
    tmp_path: Path, name: str, content: str | bytes, words: str
) -> None:
    corpus = loaded(tmp_path, {**GOOD, name: content})
    assert [document.id for document in corpus.documents] == ["good"]
    (problem,) = corpus.problems
    assert problem.file == name
    assert problem.sentence.startswith(f"{name} was left out: {words}")
    assert is_one_sentence(problem.sentence)


def is_one_sentence(text: str) -> bool:
    return text.endswith(".") and not text.endswith("..") and "\n" not in text


def test_all_bad_files_at_once(tmp_path: Path) -> None:
    corpus = loaded(tmp_path, GOOD | {name: content for name, content, _ in BAD})
    assert sorted(problem.file for problem in corpus.problems) == sorted(name for name, _, _ in BAD)
    assert [document.id for document in corpus.documents] == ["good"]


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with folder(tmp_path, GOOD).joinpath("dump.txt").open("wb") as file:
        file.truncate(loading.MAX_BYTES + 1)
    (problem,) = load(tmp_path).problems
    assert problem.sentence == "dump.txt was left out: it has more than the 20 MB a document may have."


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_without_permission_is_named(tmp_path: Path) -> None:
    folder(tmp_path, {**GOOD, "secret.txt": "Peels"}).joinpath("secret.txt").chmod(0)
    (problem,) = load(tmp_path).problems
    assert problem.sentence == "secret.txt was left out: it cannot be read (Permission denied)."


def test_a_file_that_vanishes_while_the_folder_is_read_is_named(tmp_path: Path) -> None:
    folder(tmp_path, GOOD).joinpath("gone.txt").symlink_to(tmp_path / "nowhere.txt")
    (problem,) = load(tmp_path).problems
    assert problem.sentence == "gone.txt was left out: it cannot be read (No such file or directory)."


def test_pipes_and_links_to_folders_are_named_and_do_not_hang(tmp_path: Path) -> None:
    folder(tmp_path, {**GOOD, "below/inner.txt": "Fillers"})
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "linked.txt").symlink_to(tmp_path / "below", target_is_directory=True)
    corpus = load(tmp_path)
    assert [problem.file for problem in corpus.problems] == ["linked.txt", "pipe.txt"]
    assert all("not a file" in problem.sentence for problem in corpus.problems)
    assert [document.id for document in corpus.documents] == ["below/inner", "good"]


def test_a_name_that_is_not_utf8_is_reported_in_printable_words(tmp_path: Path) -> None:
    folder(tmp_path, GOOD)
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/se\xf1ora.txt")).write_text("Peels")
    except OSError:
        pytest.skip("this file system allows only UTF-8 names")
    (problem,) = load(tmp_path).problems
    assert "its name is not UTF-8; rename it" in problem.sentence
    problem.sentence.encode("utf-8")


def test_hidden_files_are_passed_over(tmp_path: Path) -> None:
    corpus = loaded(tmp_path, {**GOOD, ".DS_Store": b"\x00", ".git/config.txt": "x", "below/.notes.txt": "x"})
    assert corpus.problems == ()
    assert len(corpus.documents) == 1


def test_a_missing_folder_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(SourceProblem, match=r"there is no folder of documents at .*nowhere"):
        load(tmp_path / "nowhere")


def test_an_empty_folder_is_an_empty_corpus(tmp_path: Path) -> None:
    corpus = load(tmp_path)
    assert (corpus.documents, corpus.passages, corpus.problems) == ((), (), ())


def test_files_without_a_sidecar(tmp_path: Path) -> None:
    corpus = loaded(tmp_path, {"after_care-tips.txt": "Use sun cream.", "rules.md": "# Who may peel\n\nA nurse may."})
    plain, marked = corpus.documents
    assert (plain.title, plain.publisher, plain.kind, plain.date) == ("After care tips", "", "document", "undated")
    assert marked.title == "Who may peel"
    assert [passage.searchable for passage in corpus.passages] == [
        "After care tips\nUse sun cream.",
        "Who may peel\nA nurse may.",
    ]


def test_nested_folders_twins_and_capital_suffixes_have_ids_of_their_own(tmp_path: Path) -> None:
    names = ["a.txt", "a.md", "b/a.txt", "b/c/a.md", "LOUD.TXT", "Loud.MD", "v1.2.txt", "a.txt.md"]
    corpus = loaded(tmp_path, dict.fromkeys(names, "One nurse."))
    assert {document.id for document in corpus.documents} == {
        "a.txt", "a.md", "b/a", "b/c/a", "LOUD", "Loud", "v1.2", "a.txt.md",
    }  # fmt: skip
    assert corpus.problems == ()


def test_documents_come_in_the_order_of_their_paths(tmp_path: Path) -> None:
    names = ["c.txt", "a.txt", "b/z.txt", "b.txt"]
    first = loaded(tmp_path, dict.fromkeys(names, "One nurse."))
    assert [document.id for document in first.documents] == ["a", "b/z", "b", "c"]
    assert load(tmp_path) == first


@pytest.mark.parametrize("name", ["page.txt", "page.md"])
def test_line_ends_and_a_byte_order_mark_change_nothing(tmp_path: Path, name: str) -> None:
    text = "Who May Peel\n\nOnly these may:\n- a nurse\n- a doctor\n\nNobody else may.\n"
    plain = loaded(tmp_path / "plain", {name: text})
    for number, content in enumerate((b"\xef\xbb\xbf" + text.encode(), text.replace("\n", "\r\n").encode())):
        assert loaded(tmp_path / str(number), {name: content}) == plain
    assert "\r" not in plain.documents[0].text
    assert not plain.documents[0].text.startswith("\ufeff")


def test_a_long_document_is_read_in_seconds(tmp_path: Path) -> None:
    corpus = loaded(tmp_path, {"book.txt": "A nurse may peel the skin. " * 40_000, "one-line.md": "x" * 300_000})
    assert corpus.problems == ()
    assert len(corpus.passages) > 1_000
