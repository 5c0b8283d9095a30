"""What of a message asks, how many questions it holds, and what in it is only talk."""

import pytest

from assistant.clauses import asides
from assistant.exact import quoted_phrases
from assistant.lexicon import lexicon
from assistant.multipart import pieces
from assistant.query import telling_terms
from assistant.spelling import Spelling
from assistant.text import fold


@pytest.mark.parametrize(
    ("text", "beside"),
    [
        ("I'm a journalist. Where do your sources differ?", ["I'm a journalist. "]),
        ("I am a bit scared here, what will I feel?", ["I am a bit scared here, "]),
        ("Where is it? I'm in a hurry.", ["I'm in a hurry."]),
        ("lip gloss: how does that work?", []),
        ("If the skin turns red, what happens?", []),
        ("Which of these is a risk: infection, hair loss?", []),
        ("who can do peels", []),
        ("resurfacing risks", []),
    ],
)
def test_what_stands_beside_the_question(text: str, beside: list[str]) -> None:
    assert [text[start:end] for start, end in asides(text)] == beside


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "1) Is Pixel ablative? 2) What goes wrong? 3) Who does it?",
            ["Is Pixel ablative?", "What goes wrong?", "Who does it?"],
        ),
        (
            "does it hurt, do they numb you, and how many days off?",
            ["does it hurt", "do they numb you", "how many days off?"],
        ),
        (
            "Genesis: address, Friday hours, and do they take insurance?",
            ["Genesis: address", "Genesis: Friday hours", "Genesis: do they take insurance?"],
        ),
        (
            "risks, contraindications and length of resurfacing",
            ["risks of resurfacing?", "contraindications of resurfacing?", "length of resurfacing?"],
        ),
        ("who does peels, the aesthetician or the nurse?", ["who does peels, the aesthetician or the nurse?"]),
        ("Is it red, swollen and warm after a peel?", ["Is it red, swollen and warm after a peel?"]),
    ],
)
def test_pieces_of_a_message(text: str, found: list[str]) -> None:
    assert pieces(text) == found


def test_talk_tells_nothing_and_things_do() -> None:
    assert telling_terms("pull the line that mentions scalpels for my poster") == ("scalpel",)


@pytest.mark.parametrize(
    ("question", "phrases"),
    [
        ("Need the line about 'supervising doctor' please", ["supervising doctor"]),
        ("Which source mentions Groupon, and who is speaking?", ["groupon"]),
        ("AmSpa's and Genesis' position on lasers", []),
        ("my friend's 'clinic'", []),
    ],
)
def test_quoted_phrases(question: str, phrases: list[str]) -> None:
    assert quoted_phrases(fold(question)) == phrases


def test_haste_is_mended_where_it_is_no_word() -> None:
    spelling = Spelling({"treatment", "take", "dose", "hyaluronidase"})
    assert spelling.mended("hw long dose it take") == "how long does it take"
    assert spelling.mended("what dose of hyaluronidase") == "what dose of hyaluronidase"


def test_kinds_in_common() -> None:
    names = lexicon().procedures
    assert names.both("resurfacing", "laser") == "laser-resurfacing"
    assert "resurfacing" in names.akin("laser")
    assert names.akin("botox") == frozenset()
    assert names.both("botox", "laser") == ""
