"""Passages: spans that a model reads whole, from any text, with nothing lost."""

import re
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus import BlockKind, Passage
from corpus.passages import MAX_CHARACTERS
from corpus.weight import shortened, weight
from tests.corpus.arbitrary import PROPERTY, TEXTS
from tests.corpus.samples import MODEL_READS, loaded, word_pieces

SENTENCE = "A nurse with training may perform the light peel under the supervision of a physician. "
SPANISH = (
    "La mayoría de los tratamientos de rejuvenecimiento se consideran procedimientos médicos según la profundidad. "
)
ITEMS = [f"item {number} with a few words about care after the treatment" for number in range(40)]

NASTY = {
    "Spanish": SPANISH * 30,
    "German": "Die Behandlungen zur Hautverjüngung gelten als medizinische Eingriffe, je nach Behandlungstiefe. " * 30,
    "Russian": "Лечение кожи лазером проводится только врачом или медсестрой под его наблюдением. " * 30,
    "Chinese": "激光治疗只能由医生或在医生监督下的护士进行。" * 60,
    "Arabic": "هذا العلاج يتم بواسطة الطبيب فقط " * 60,
    "Hindi": "यह उपचार केवल डॉक्टर द्वारा किया जाता है " * 60,
    "numbers": "0123456789 " * 200,
    "prices": "$1,299.00; 45% off, 12/31/2025 " * 80,
    "addresses": "https://example.com/a/b?c=d&e=f1g2h3 " * 60,
    "consonants": "xkcdqz vbnmw " * 200,
    "Polish": "Zabieg odmładzania skóry może wykonać wyłącznie lekarz lub pielęgniarka pod jego nadzorem. " * 30,
    "Vietnamese": "Chỉ bác sĩ hoặc y tá dưới sự giám sát mới được thực hiện thủ thuật này. " * 40,
    "drug names": "onabotulinumtoxinA abobotulinumtoxinA isotretinoin hydroquinone tranexamic acid " * 40,
    "code": "if(x[i]!=y){z+=x[i]**2;}//" * 60,
    "one long word": "w" * 5_000,
    "letters apart": "a b c d e f " * 300,
    "dots": "." * 3_000,
    "capitals": "RN, NP, PA, MD, DO; " * 150,
    "emoji": "💉🧴" * 900,
    "combining marks": "e\u0301a\u0300" * 900,
    "zero-width": "peel\u200b" * 500,
}


def cut(tmp_path: Path, text: str, name: str = "page.txt") -> list[Passage]:
    corpus = loaded(tmp_path, {name: text})
    assert corpus.problems == ()
    return list(corpus.passages)


def letters(text: str) -> str:
    return "".join(text.split())


def check_limits(found: list[Passage]) -> None:
    assert max(len(passage.text) for passage in found) <= MAX_CHARACTERS
    assert max(word_pieces(passage.searchable) for passage in found) <= MODEL_READS


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY.keys())
def test_every_text_fits_the_model_and_nothing_is_lost(tmp_path: Path, text: str) -> None:
    found = cut(tmp_path, text)
    check_limits(found)
    assert letters("".join(passage.text for passage in found)) == letters(text)


@pytest.mark.parametrize("text", [SENTENCE, SPANISH], ids=["English", "Spanish"])
def test_long_headings_leave_room_for_the_text(tmp_path: Path, text: str) -> None:
    headings = "".join(f"{'#' * level} {text[:100]}{level}\n\n" for level in range(1, 7))
    found = cut(tmp_path, headings + text * 20, "page.md")
    check_limits(found)
    assert len(found[0].headings) >= 2


def test_a_long_title_of_a_sidecar_leaves_room_too(tmp_path: Path) -> None:
    corpus = loaded(tmp_path, {"a.txt": SENTENCE * 30, "a.yaml": f"title: {SENTENCE * 10}"})
    check_limits(list(corpus.passages))
    assert corpus.documents[0].title == (SENTENCE * 10).strip()


def test_english_prose_is_not_cut_earlier_than_it_must(tmp_path: Path) -> None:
    found = cut(tmp_path, SENTENCE * 40)
    assert all(len(passage.text) > 650 for passage in found[:-1])


def test_a_long_paragraph_is_cut_between_sentences(tmp_path: Path) -> None:
    found = cut(tmp_path, SENTENCE * 40)
    assert all(passage.text.startswith("A nurse") and passage.text.endswith("physician.") for passage in found)
    check_limits(found)


def test_a_sentence_of_3000_characters_is_cut_between_words(tmp_path: Path) -> None:
    text = "The treatment " + "reddens and swells the skin and " * 94 + "then heals."
    found = cut(tmp_path, text)
    check_limits(found)
    assert [word for passage in found for word in passage.text.split()] == text.split()


def test_a_long_list_is_cut_between_items_and_keeps_its_lead_in(tmp_path: Path) -> None:
    found = cut(tmp_path, "After the treatment avoid:\n" + "\n".join(f"- {item}" for item in ITEMS))
    check_limits(found)
    assert {passage.kind for passage in found} == {BlockKind.LIST}
    lines = [line for passage in found for line in passage.text.splitlines()]
    assert lines == ["After the treatment avoid:", *(f"- {item}" for item in ITEMS)]
    assert [passage.header for passage in found] == ["", *["After the treatment avoid:"] * (len(found) - 1)]
    assert "After the treatment avoid:" in found[-1].searchable


def test_a_long_table_is_cut_between_rows_and_keeps_its_header(tmp_path: Path) -> None:
    rows = [f"| {item} | nurse {number} |" for number, item in enumerate(ITEMS)]
    table = "\n".join(["| What | Who may |", "| --- | --- |", *rows])
    found = cut(tmp_path, table, "page.md")
    check_limits(found)
    assert [line for passage in found for line in passage.text.splitlines()] == table.splitlines()
    assert {passage.header for passage in found[1:]} == {"| What | Who may |"}


def test_a_long_answer_keeps_its_question(tmp_path: Path) -> None:
    found = cut(tmp_path, "1. Who may peel?\n\n" + SENTENCE * 20)
    check_limits(found)
    assert len(found) > 2
    assert {passage.header for passage in found[1:]} == {"1. Who may peel?"}


def test_a_long_table_cell_and_item_are_cut_too(tmp_path: Path) -> None:
    check_limits(cut(tmp_path / "list", f"Avoid:\n- {SENTENCE * 20}\n- sun\n"))
    check_limits(cut(tmp_path / "table", f"| What | Who |\n| --- | --- |\n| {SENTENCE * 20} | nurse |\n", "page.md"))


def test_the_estimate_of_word_pieces_errs_upwards() -> None:
    for text in [SENTENCE, *NASTY.values()]:
        piece = text[:400]
        assert weight(piece) >= 0.93 * (word_pieces(piece) - 2)


def test_what_is_shortened_says_so() -> None:
    assert shortened("Peels", 50) == "Peels"
    short = shortened(SENTENCE * 10, 50)
    assert weight(short) <= 50
    assert short.endswith("…")


@PROPERTY
@given(text=TEXTS)
def test_any_plain_text_loses_nothing_but_headings(text: str) -> None:
    with TemporaryDirectory() as path:
        corpus = loaded(Path(path), {"page.txt": text})
    for document in corpus.documents:
        heads = "".join(heading for passage in corpus.passages for heading in passage.headings)
        position = 0
        for passage in corpus.passages:
            assert passage.start >= position
            check_lost(document.text[position : passage.start], heads + document.title)
            position = passage.end
            assert len(passage.text) <= MAX_CHARACTERS
        check_lost(document.text[position:], heads + document.title)


def check_lost(text: str, heads: str) -> None:
    """What stands between two passages: whitespace, headings of a trail, at most two headings without text."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    assert sum(re.sub(r"[#*_\s]+", "", line) not in re.sub(r"[#*_\s]+", "", heads) for line in lines) <= 2


@PROPERTY
@given(text=TEXTS)
def test_any_markdown_is_read(text: str) -> None:
    with TemporaryDirectory() as path:
        corpus = loaded(Path(path), {"page.md": text})
    assert all(problem.sentence.startswith("page.md was left out: ") for problem in corpus.problems)
    assert all(len(passage.text) <= MAX_CHARACTERS for passage in corpus.passages)


@PROPERTY
@given(content=st.binary(max_size=300))
def test_any_bytes_are_read_or_reported(content: bytes) -> None:
    with TemporaryDirectory() as path:
        corpus = loaded(Path(path), {"page.txt": content, "page.yaml": content[:100], "good.md": "A nurse may."})
    assert len(corpus.documents) + len(corpus.problems) == 2
