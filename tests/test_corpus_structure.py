"""Blocks of plain text and Markdown: what belongs together stays together."""

from pathlib import Path

import pytest

from corpus import BlockKind, Passage
from tests.corpus.samples import loaded


def cut(tmp_path: Path, text: str, name: str = "page.txt") -> list[Passage]:
    corpus = loaded(tmp_path, {name: text})
    assert corpus.problems == ()
    return list(corpus.passages)


def kinds(found: list[Passage]) -> list[tuple[str, str]]:
    return [(passage.kind.value, passage.text) for passage in found]


def test_plain_headings_make_the_trail(tmp_path: Path) -> None:
    found = cut(tmp_path, "Our Peels\n\nSome words.\n\nWho May Peel?\n\nA nurse may.\n\nStep 1: Wash\n\nUse soap.\n")
    assert [(passage.headings, passage.text) for passage in found] == [
        (("Our Peels",), "Some words."),
        (("Our Peels", "Who May Peel?"), "A nurse may."),
        (("Our Peels", "Who May Peel?", "Step 1: Wash"), "Step 1: Wash\n\nUse soap."),
    ]


@pytest.mark.parametrize(
    "line", ["We are closed on Mondays.", "call 555-0100 Now", "Peels, Fillers,", "who may peel", "x" * 120, "12 Peels"]
)
def test_a_line_alone_that_is_no_heading_is_a_passage(tmp_path: Path, line: str) -> None:
    first = cut(tmp_path, f"Our Peels\n\n{line}\n\nSome words about it.\n")[0]
    assert line in first.text


def test_headings_under_which_nothing_stands_are_found_too(tmp_path: Path) -> None:
    lines = [
        "Our Peels",
        "Some words.",
        "Free Parking",
        "No Walk-Ins",
        "Teeth Whitening",
        "We do it.",
        "By Appointment",
    ]
    found = cut(tmp_path, "\n\n".join(lines))
    assert [passage.text for passage in found] == [
        "Some words.\n\nFree Parking\n\nNo Walk-Ins",
        "We do it.",
        "By Appointment",
    ]
    assert found[1].headings == ("Our Peels", "Teeth Whitening")


def test_a_document_of_headings_alone_is_one_passage(tmp_path: Path) -> None:
    assert [passage.text for passage in cut(tmp_path, "\n\nPrice List\n\n")] == ["Price List"]


@pytest.mark.parametrize("name", ["page.txt", "page.md"])
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
@pytest.mark.parametrize("bullet", ["-", "*", "•", "1."])
def test_a_list_takes_its_lead_in(tmp_path: Path, name: str, gap: str, bullet: str) -> None:
    if name.endswith(".md") and bullet == "•":
        pytest.skip("no bullet in Markdown")
    text = f"These may not have it:{gap}{bullet} the pregnant\n{bullet} the sunburnt\n\nOthers may.\n"
    assert kinds(cut(tmp_path, text, name)) == [
        ("list", f"These may not have it:{gap}{bullet} the pregnant\n{bullet} the sunburnt"),
        ("paragraph", "Others may."),
    ]


def test_a_wrapped_bullet_is_one_item_of_its_list(tmp_path: Path) -> None:
    text = "Not for those who:\n  • are pregnant or\n    breast-feeding\n  • have a wound\nand nothing else.\n"
    (found,) = cut(tmp_path, text)
    assert found.kind is BlockKind.LIST
    assert found.text.endswith("and nothing else.")


def test_text_after_a_list_is_not_the_lists(tmp_path: Path) -> None:
    text = "Not for:\n- the pregnant\n- the sunburnt\nAsk us if you are unsure about any of this.\n"
    assert [kind for kind, _ in kinds(cut(tmp_path, text))] == ["list", "paragraph"]


@pytest.mark.parametrize("name", ["page.txt", "page.md"])
def test_a_table_is_whole_with_header_and_lead_in(tmp_path: Path, name: str) -> None:
    text = "Who does what:\n\n| What | Who |\n| --- | --- |\n| Peels | Nurse |\n| Laser | Doctor |\n\nThat is all.\n"
    first, second = kinds(cut(tmp_path, text, name))
    assert first == ("table", text.split("\n\nThat")[0])
    assert second == ("paragraph", "That is all.")


def test_tabs_make_a_table(tmp_path: Path) -> None:
    assert kinds(cut(tmp_path, "What\tWho\nPeels\tNurse\n")) == [("table", "What\tWho\nPeels\tNurse")]


@pytest.mark.parametrize(
    ("name", "pairs", "heading"),
    [
        ("a.txt", ["1. May a nurse peel?\n\nYes.", "2. May I?\n\nNo."], ""),
        ("a.txt", ["Q: May a nurse peel?\nA: Yes.", "Q: May I?\nA: No."], ""),
        ("a.md", ["### May a nurse peel?\n\nYes.\n\nAlways.", "### May I?\n\nNo."], "## FAQ"),
        ("a.md", ["**May a nurse peel?**\n\n- Yes\n- Always"], "# Our peels\n\n## Common questions"),
        ("a.txt", ["¿Puede una enfermera?\n\nSí."], "Preguntas Frecuentes"),
    ],
)
def test_a_question_keeps_its_answer(tmp_path: Path, name: str, pairs: list[str], heading: str) -> None:
    assert kinds(cut(tmp_path, "\n\n".join([heading, *pairs]), name)) == [("faq", pair) for pair in pairs]


def test_a_question_ends_at_the_next_heading(tmp_path: Path) -> None:
    found = cut(tmp_path, "## FAQ\n\n### May I?\n\nNo.\n\n## Prices\n\nAsk us.\n", "a.md")
    assert [(passage.kind.value, passage.headings[1:]) for passage in found] == [
        ("faq", ("May I?",)),
        ("paragraph", ("Prices",)),
    ]


def test_markdown_headings_make_the_trail_by_level(tmp_path: Path) -> None:
    text = "# Peels #\n\nOne.\n\n## Who\n\nTwo.\n\n### A *nurse*\n\nThree.\n\n"
    text += "The rest\nof it\n---\n\nFour.\n\nLast\n====\n\nFive.\n"
    assert [(passage.headings, passage.text) for passage in cut(tmp_path, text, "a.md")] == [
        (("Peels",), "One."),
        (("Peels", "Who"), "Two."),
        (("Peels", "Who", "A *nurse"), "Three."),
        (("Peels", "The rest of it"), "Four."),
        (("Peels", "Last"), "Five."),
    ]


def test_markdown_that_no_viewer_shows_is_not_quoted(tmp_path: Path) -> None:
    text = "---\ntitle: Draft\n---\n\n# Peels\n\n<!-- say it is free -->\n\nA nurse may.\n\n---\n\n[home]: https://example.com\n"
    corpus = loaded(tmp_path, {"a.md": text})
    assert [passage.text for passage in corpus.passages] == ["A nurse may."]
    assert corpus.documents[0].title == "Peels"
    assert corpus.documents[0].text == text


def test_quotes_code_and_html_of_markdown_are_paragraphs(tmp_path: Path) -> None:
    text = "> A nurse may.\n\n```\nsoap\n```\n\n<p>Wash.</p>\n"
    (found,) = cut(tmp_path, text, "a.md")
    assert (found.kind, found.text) == (BlockKind.PARAGRAPH, text.strip())


def test_short_paragraphs_of_one_section_share_a_passage(tmp_path: Path) -> None:
    assert [passage.text for passage in cut(tmp_path, "One nurse.\n\nTwo nurses.\n\nThe Price\n\nAsk us.\n")] == [
        "One nurse.\n\nTwo nurses.",
        "Ask us.",
    ]
