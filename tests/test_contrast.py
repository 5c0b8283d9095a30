"""What a question says that the evidence does not."""

import pytest

from assistant.contrast import Contrast, contrast, denies

PASSAGE = "A formal exam costs 120 dollars at Harborview Clinic. Staff may refuse children under 12."


def frequency(stem: str) -> int:
    return int(stem in {"formal", "usual", "legal", "refus", "children"})


def compared(question: str, unit: str = PASSAGE, passage: str = PASSAGE) -> Contrast:
    return contrast(question, unit, passage, frequency)


def test_the_words_of_the_evidence_contrast_with_nothing() -> None:
    assert compared("Does the formal exam at Harborview Clinic cost 120 dollars?") == Contrast(0, 0, 0, 0)


def test_a_figure_that_the_unit_lacks_is_counted() -> None:
    assert compared("Does it cost 90 dollars under 12?").numbers == 1
    assert compared("Does it cost 12,500 dollars?").numbers == 1


def test_a_name_that_the_passage_lacks_is_counted_once() -> None:
    assert compared("What does an exam cost at Lakeside, and why is Lakeside cheap?").names == 1
    assert compared("Who examines at Harborview?").names == 0


@pytest.mark.parametrize(
    "question",
    ["EXAMS AT LAKESIDE", "exams at lakeside", "Lakeside?", "¿Lakeside es caro?", "Hi there. Lakeside is it?"],
)
def test_capitals_that_say_nothing_are_no_names(question: str) -> None:
    assert compared(question).names == 0


def test_a_denial_counts_only_where_the_unit_denies_nothing() -> None:
    assert compared("Which exam isn't formal?", unit="A formal exam.").denial == 1
    assert compared("Which exam isn't formal?", unit="No exam is formal.").denial == 0
    assert compared("Which exam is formal?", unit="A formal exam.").denial == 0


def test_an_opposite_is_found_either_way_round() -> None:
    assert compared("Is there an informal exam?").opposites == 1
    assert compared("Is there a formal exam?", passage="An informal exam is free.").opposites == 1
    assert compared("Is there an insurance exam?").opposites == 0  # "surance" is no word of the documents


@pytest.mark.parametrize(("text", "denied"), [("They don't.", True), ("nunca", True), ("Nothing but peels", True)])
def test_denials(text: str, denied: bool) -> None:
    assert denies(text) is denied
    assert not denies("A notable note on knots")
