"""Known questions are read from beside the documents, and say where their quotes stand."""

from pathlib import Path

import pytest

from corpus import load
from corpus.errors import SourceProblem
from corpus.questions import located, parse

PAGE = "Peels take 20 minutes. Redness\nfades in a day."
QUESTIONS = """
answered:
- quote: Redness fades in a day.
  asked: [how long am I red, redness?]
- quote: no such words
  asked: [anything]
unanswered: [what does a peel cost]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "peel.txt").write_text(PAGE, encoding="utf-8")
    return tmp_path


def test_a_quote_is_found_whatever_its_white_space(folder: Path) -> None:
    (folder / "peel.questions.yaml").write_text(QUESTIONS, encoding="utf-8")
    corpus = load(folder)
    (document,) = corpus.documents
    (asked,) = document.asked  # the quote that is no longer there is left out, the document stays
    assert document.text[asked.start : asked.end] == "Redness\nfades in a day."
    assert asked.questions == ("how long am I red", "redness?")
    assert document.unanswered == ("what does a peel cost",)
    assert not corpus.problems


def test_one_file_says_what_several_documents_do_not_answer(folder: Path) -> None:
    (folder / "laser.txt").write_text("A laser is loud.", encoding="utf-8")
    (folder / "questions.yaml").write_text("documents: [peel]\nunanswered: [is there parking]\n", encoding="utf-8")
    laser, peel = load(folder).documents
    assert peel.unanswered == ("is there parking",)
    assert laser.unanswered == ()


def test_what_is_kept_goes_by_the_questions_too(folder: Path) -> None:
    kept = folder / "kept.sqlite"
    documents = folder / "documents"
    documents.mkdir()
    (documents / "peel.txt").write_text(PAGE, encoding="utf-8")
    assert load(documents, kept=kept).documents[0].asked == ()
    (documents / "peel.questions.yaml").write_text(QUESTIONS, encoding="utf-8")
    again = load(documents, kept=kept)
    assert again.documents[0].asked == load(documents, kept=kept).documents[0].asked != ()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("answerd: []", "'answerd' is no field"),
        ("answered: [{asked: [a]}]", "'quote' is missing or empty"),
        ("unanswered: text", "'unanswered' is not a list"),
        ("[", "cannot be read as YAML"),
        ("- a", "the whole is not a mapping"),
    ],
)
def test_what_cannot_be_meant_is_named(content: str, sentence: str) -> None:
    with pytest.raises(SourceProblem, match=r"peel\.questions\.yaml") as raised:
        parse(content.encode(), "peel.questions.yaml")
    assert sentence in str(raised.value)


def test_a_wrong_file_is_reported_by_name(folder: Path) -> None:
    (folder / "questions.yaml").write_text("unanswered: 3", encoding="utf-8")
    corpus = load(folder)
    assert [problem.file for problem in corpus.problems] == ["questions.yaml"]
    assert len(corpus.documents) == 1


def test_every_known_question_of_the_project_has_its_quote() -> None:
    from corpus.questions import SUFFIX

    root = Path(__file__).parents[1] / "corpus" / "documents"
    documents = load(root).documents
    assert documents
    for document in documents:
        content = (root / f"{document.id}{SUFFIX}").read_bytes()
        known = parse(content, document.id)
        assert len(located(known, document.text)) == len(known.answered)
        assert document.unanswered
