"""Sidecars: what they may say, and the sentence for what they cannot mean."""

from dataclasses import fields
from pathlib import Path

import pytest

from corpus import BlockKind, Speaker, sidecar
from tests.corpus.samples import loaded

TEXT = "Navigation | Home\n\nPeels are safe.3 PeelNurse only.\n"

# A sidecar that cannot be used, and words its sentence must have.
WRONG = [
    ("title: [unclosed", "cannot be read as YAML"),
    ("title: a\n\tb: c", "cannot be read as YAML"),
    ("date: 2024-13-45", "cannot be read as YAML"),
    ("&a [*a, *b]", "cannot be read as YAML"),
    ("\xff\xfe", "cannot be read as YAML"),
    ("just words", "the whole is not a mapping"),
    ("- a\n- b", "the whole is not a mapping"),
    ("titel: Peels", "'titel' is no field (did you mean 'title')"),
    ("zzz: Peels", "'zzz' is no field (known are title, publisher"),
    ("1: Peels", "1 is no field"),
    ("title: [a, b]", "'title' is a list or a mapping, not a text"),
    ("publisher: ''", "'publisher' is missing or empty"),
    ("jurisdictions: California", "'jurisdictions' is not a list"),
    ("speakers: [Dr. Who]", "an entry of 'speakers' is not a mapping"),
    ("speakers: [{nam: Dr. Who}]", "'nam' is no field (did you mean 'name')"),
    ("speakers: [{role: Surgeon}]", "'name' is missing or empty"),
    ("parts: [{starts: Peels}]", "'kind' is missing or empty"),
    ("parts: [{starts: Peels, kind: anser}]", "'anser' is no kind of part; known are heading, paragraph"),
    ("parts: [{starts: Nowhere, kind: answer}]", "starts a part at 'Nowhere', which the text has 0 times"),
    ("parts: [{starts: Peel, kind: answer}]", "which the text has 2 times, not once"),
    ("parts: {starts: Peels}", "'parts' is not a list"),
    ("edits: [drop]", "an entry of 'edits' is not a mapping"),
    ("edits: [{drop: Home}]", "'why' is missing or empty"),
    ("edits: [{drop: '', why: x}]", "'drop' is missing or empty"),
    ("edits: [{why: x}]", "needs either 'drop' or 'insert'"),
    ("edits: [{drop: a, insert: b, why: x}]", "needs either 'drop' or 'insert'"),
    ("edits: [{insert: ' ', why: x}]", "needs 'between: [LEFT, RIGHT]'"),
    ("edits: [{insert: ' ', between: [Peel], why: x}]", "needs 'between: [LEFT, RIGHT]'"),
    ("edits: [{insert: ' ', between: Peel, why: x}]", "'between' is not a list"),
    ("edits: [{drp: Home, why: x}]", "'drp' is no field (did you mean 'drop')"),
    ("edits: [{drop: Home, times: 0, why: x}]", "'times' is 0, not a whole number from 1 up"),
    ("edits: [{drop: Home, times: two, why: x}]", "'times' is 'two'"),
    ("edits: [{drop: Away, why: x}]", "edits 'Away' 1 time(s), but the file has it 0"),
    ("edits: [{drop: Peel, why: x}]", "edits 'Peel' 1 time(s), but the file has it 2"),
]


@pytest.mark.parametrize(("written", "words"), WRONG, ids=[written.replace("\n", " ") for written, _ in WRONG])
def test_a_wrong_sidecar_leaves_its_document_out_in_one_sentence(tmp_path: Path, written: str, words: str) -> None:
    content = b"\xff\xfe" if written == "\xff\xfe" else written.encode()
    corpus = loaded(tmp_path, {"peels.txt": TEXT, "peels.yaml": content, "good.txt": "A nurse may."})
    assert [document.id for document in corpus.documents] == ["good"]
    (problem,) = corpus.problems
    assert problem.file == "peels.txt"
    assert problem.sentence.startswith("peels.txt was left out: ")
    assert words in problem.sentence
    assert "\n" not in problem.sentence
    assert problem.sentence.endswith(".")
    assert not problem.sentence.endswith("..")


@pytest.mark.parametrize("content", ["", "# only a comment\n", "\ufefftitle: Peels"])
def test_a_sidecar_may_say_little(tmp_path: Path, content: str) -> None:
    corpus = loaded(tmp_path, {"peels.txt": "A nurse may.", "peels.yml": content})
    assert corpus.problems == ()
    assert corpus.documents[0].title == "Peels"


def test_every_field_reaches_the_document(tmp_path: Path) -> None:
    corpus = loaded(
        tmp_path,
        {
            "peels.txt": TEXT,
            "peels.yaml": """
                title: About peels
                publisher: Lakeside Skin
                kind: a clinic's own marketing
                business: Lakeside Skin LLC
                speakers: [{name: "Ann Lee, MD", role: Dermatologist}]
                jurisdictions: [California]
                date: 2024-05-01
                copied: May 2024
                terms: ask first
                disclaimer: no advice
            """,
        },
    )
    (document,) = corpus.documents
    assert (document.title, document.publisher, document.kind) == (
        "About peels", "Lakeside Skin", "a clinic's own marketing",
    )  # fmt: skip
    assert document.speakers == (Speaker("Ann Lee, MD", "Dermatologist"),)
    assert (document.jurisdictions, document.date, document.copied) == (("California",), "2024-05-01", "May 2024")
    assert (document.business, document.terms, document.disclaimer) == ("Lakeside Skin LLC", "ask first", "no advice")


def test_edits_are_made_in_order_where_their_context_stands(tmp_path: Path) -> None:
    corpus = loaded(
        tmp_path,
        {
            "peels.txt": TEXT,
            "peels.yaml": """
                edits:
                  - {drop: "Navigation | Home\\n\\n", why: navigation}
                  - {drop: "3", after: "safe.", why: reference}
                  - {insert: " | ", between: [Peel, Nurse only], why: glued cells}
            """,
        },
    )
    assert corpus.documents[0].text == "Peels are safe. Peel | Nurse only.\n"


def test_edits_see_the_text_without_carriage_returns(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "a.txt": b"Menu\r\n\r\nA nurse may.",
        "a.yaml": 'edits: [{drop: "Menu\\n\\n", why: x}]',
    }
    assert loaded(tmp_path, files).documents[0].text == "A nurse may."


def test_an_edit_that_leaves_nothing_is_reported(tmp_path: Path) -> None:
    corpus = loaded(tmp_path, {"a.txt": "Menu", "a.yaml": "edits: [{drop: Menu, why: x}]"})
    assert [problem.sentence for problem in corpus.problems] == ["a.txt was left out: its edits leave nothing of it."]


def test_parts_give_blocks_their_kind_and_speaker(tmp_path: Path) -> None:
    text = "May a nurse peel?\n\nI wonder.\n\nYes, she may.\n\n- with training\n- with a doctor\n\nThe site.\n"
    written = """
        parts:
          - {starts: I wonder, kind: question, speaker: a patient}
          - {starts: Yes, kind: answer, speaker: Dr. Lee}
          - {starts: The site., kind: paragraph}
    """
    corpus = loaded(tmp_path, {"a.txt": text, "a.yaml": written.replace("starts: Yes,", 'starts: "Yes",')})
    said = [(passage.kind, passage.speaker, passage.text.splitlines()[0]) for passage in corpus.passages]
    assert said[-4:] == [
        (BlockKind.QUESTION, "a patient", "I wonder."),
        (BlockKind.ANSWER, "Dr. Lee", "Yes, she may."),
        (BlockKind.LIST, "Dr. Lee", "- with training"),
        (BlockKind.PARAGRAPH, "", "The site."),
    ]


def test_the_guide_explains_every_field() -> None:
    guide = (Path(__file__).parents[1] / "docs/adding-documents.md").read_text("utf-8")
    assert [field.name for field in fields(sidecar.Sidecar) if f"| `{field.name}` |" not in guide] == []
