"""Units: the least that can be quoted, inside its passage, with what it hangs on."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus import Corpus, Passage
from corpus.units import Unit, units, whole
from tests.corpus.arbitrary import PROPERTY, TEXTS
from tests.corpus.samples import loaded, passage_with, quoted, sources


def shown(corpus: Corpus, passage: Passage) -> list[tuple[str, str, str]]:
    """Kind, text and lead of each unit."""
    return [
        (unit.kind, quoted(corpus, passage, unit.span), quoted(corpus, passage, unit.lead) if unit.lead else "")
        for unit in units(passage)
    ]


def of(tmp_path: Path, text: str, name: str = "page.txt") -> list[tuple[str, str, str]]:
    corpus = loaded(tmp_path, {name: text})
    return [unit for passage in corpus.passages for unit in shown(corpus, passage)]


def check_inside(passage: Passage, found: tuple[Unit, ...]) -> None:
    position = passage.start
    for unit in found:
        assert position <= unit.span.start < unit.span.end <= passage.end
        position = unit.span.end
        if unit.lead:
            assert passage.start <= unit.lead.start < unit.lead.end <= unit.span.start


@pytest.mark.parametrize("passage", sources().passages, ids=lambda passage: passage.text[:20])
def test_units_of_the_sources_lie_inside_their_passages_and_cover_them(passage: Passage) -> None:
    found = units(passage)
    check_inside(passage, found)
    spans = [unit.span for unit in found] + [unit.lead for unit in found if unit.lead]
    covered = {place for span in spans for place in range(span.start, span.end)}
    left_out = [letter for place, letter in enumerate(passage.text, passage.start) if place not in covered]
    assert "".join(left_out).strip(" \u00a0\n•12345.") == ""


def test_every_item_row_and_answer_of_the_sources_hangs_on_something() -> None:
    bare = {
        passage.headings[-1]
        for passage in sources().passages
        for unit in units(passage)
        if unit.kind in ("item", "row", "answer") and unit.lead is None
    }
    assert bare == {"TLDR – Quick Guide", "Key Takeaways"}  # lists under a heading, without a sentence before them


def test_a_list_item_has_its_lead_and_no_bullet() -> None:
    found = shown(sources(), passage_with("Accutane use"))
    assert found[0][0] == "lead"
    assert found[3][:2] == ("item", "Accutane use in the past two years;")
    assert found[3][2].endswith("he/she should not receive the procedure:")


def test_of_a_long_lead_in_the_last_sentence_leads() -> None:
    corpus = sources()
    assert shown(corpus, passage_with("We’re talking:"))[1][2].endswith("We’re talking:")


def test_a_table_row_has_its_header() -> None:
    found = shown(sources(), passage_with("Qualified Provider"))
    rows = [unit for unit in found if unit[0] == "row"]
    assert len(rows) == 6
    assert ("row", "Laser Skin Resurfacing | MD, NP, PA, or Certified Laser Tech under MD") in [row[:2] for row in rows]
    assert {row[2] for row in rows} == {"Procedure | Qualified Provider"}


def test_an_answer_has_its_question_without_the_number() -> None:
    ((kind, text, lead),) = shown(sources(), passage_with("3. Can aestheticians"))
    assert (kind, lead) == ("answer", "Can aestheticians perform medical-grade procedures?")
    assert text.startswith("Aestheticians can perform")


def test_a_steps_items_have_its_name() -> None:
    assert {lead for kind, _, lead in shown(sources(), passage_with("Step 2:")) if kind == "item"} == {
        "Step 2: Pre-treatment Prep"
    }


def test_whole_is_from_the_lead_to_the_last_item() -> None:
    passage = passage_with("Skin rejuvenation risks include:")
    text = quoted(sources(), passage, whole(passage))
    assert text.startswith("Skin rejuvenation risks include:")
    assert text.endswith("Textural changes.")
    prose = passage_with("15 minutes to 2 hours")
    assert quoted(sources(), prose, whole(prose)) == prose.text


def test_markdown_lists_and_tables(tmp_path: Path) -> None:
    text = "Not for:\n\n* the pregnant\n* the sunburnt\n\n| What | Who |\n|---|:-:|\n| Peels | Nurse |\n"
    assert of(tmp_path, text, "a.md") == [
        ("lead", "Not for:", ""),
        ("item", "the pregnant", "Not for:"),
        ("item", "the sunburnt", "Not for:"),
        ("row", "| Peels | Nurse |", "| What | Who |"),
    ]


def test_wrapped_prose_is_quoted_by_sentence_not_by_line(tmp_path: Path) -> None:
    text = (
        "The light peel may be performed by a nurse with training. A deep\n"
        "peel must not be performed by anyone but a physician, who sees\n"
        "the patient before. Call us.\n"
    )
    for name in ("page.txt", "page.md"):
        assert [unit[1].replace("\n", " ") for unit in of(tmp_path / name, text, name)] == [
            "The light peel may be performed by a nurse with training.",
            "A deep peel must not be performed by anyone but a physician, who sees the patient before.",
            "Call us.",
        ]


def test_a_wrapped_item_is_one_unit(tmp_path: Path) -> None:
    text = "Not for those who:\n- are pregnant or\n  breast-feeding now\n- have a wound\n"
    for name in ("page.txt", "page.md"):
        assert [unit[1] for unit in of(tmp_path / name, text, name)] == [
            "Not for those who:",
            "are pregnant or\n  breast-feeding now",
            "have a wound",
        ]


def test_lines_that_are_no_wrapped_prose_stay_apart(tmp_path: Path) -> None:
    address = "Lakeside Skin, 5 Shore Road\nBoulder, CO\nAnn Lee, MD\n"
    assert [unit[1] for unit in of(tmp_path, address)] == ["Lakeside Skin, 5 Shore Road", "Boulder, CO", "Ann Lee, MD"]


def test_a_long_answer_is_quoted_by_sentence_also_where_it_was_cut(tmp_path: Path) -> None:
    sentences = [f"Nurse number {number} may perform the light peel after her training." for number in range(30)]
    corpus = loaded(tmp_path, {"a.txt": "1. Who may peel?\n\n" + " ".join(sentences)})
    assert len(corpus.passages) > 1
    found = [unit for passage in corpus.passages for unit in shown(corpus, passage)]
    assert [text for _, text, _ in found] == sentences
    assert found[0][2] == "Who may peel?"


def test_the_second_half_of_a_long_list_and_table_are_items_and_rows(tmp_path: Path) -> None:
    names = [f"treatment {number} which takes about an hour of your time" for number in range(40)]
    listed = of(tmp_path / "list", "We offer these:\n" + "\n".join(f"- {name}" for name in names))
    assert [text for kind, text, _ in listed if kind == "item"] == names
    table = "| What | Who |\n| --- | --- |\n" + "\n".join(f"| {name} | nurse |" for name in names)
    rows = of(tmp_path / "table", table, "a.md")
    assert [text for kind, text, _ in rows if kind == "row"] == [f"| {name} | nurse |" for name in names]


@given(text=TEXTS, name=st.sampled_from(["page.txt", "page.md"]))
@PROPERTY
def test_units_of_any_text_lie_inside_their_passages(text: str, name: str) -> None:
    with TemporaryDirectory() as path:
        corpus = loaded(Path(path), {name: text})
    for passage in corpus.passages:
        check_inside(passage, units(passage))
        span = whole(passage)
        assert passage.start <= span.start < span.end <= passage.end
