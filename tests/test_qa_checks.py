"""The checks themselves: each fault planted in a right answer is seen, and figures are computed as they say."""

from dataclasses import replace

import pytest

from assistant.types import Answer, Claim, Notice, Quote, Status
from corpus.types import Corpus
from tests.qa import document, recorded
from tests.qa.checks import contract_failures, first_sentence, says
from tests.qa.figures import auroc, count, quantile, ratio
from tests.qa.reading import grade, own_words, syllables
from tests.qa.run import Version

DOCTORS = "doctor-answers-pixel-laser"
KAPLAN = "In California, laser procedures cannot be performed by an aesthetician."
LABEL = "**Harold J. Kaplan, MD (Los Angeles Facial Plastic Surgeon, an individual doctor's opinion, undated)**:"


def quote_of(sources: Corpus, words: str) -> Quote:
    source = next(document for document in sources.documents if words in document.text)
    start = source.text.index(words)
    passage = next(p for p in sources.passages if p.document_id == source.id and p.start <= start < p.end)
    return Quote(source, passage, start, start + len(words))


@pytest.fixture
def right(sources: Corpus) -> Answer:
    """A right answer to a question on California."""
    claim = Claim(f"{LABEL} “{KAPLAN}”", (quote_of(sources, KAPLAN),))
    return Answer("Can an aesthetician do laser in California?", Status.ANSWERED, "rule", (claim,), confidence=0.9)


def with_text(answer: Answer, old: str, new: str) -> Answer:
    claim = answer.claims[0]
    return replace(answer, lines=(replace(claim, text=claim.text.replace(old, new)),))


def test_a_right_answer_has_no_faults(right: Answer) -> None:
    assert contract_failures(right) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("“In", "It costs $400. “In", "unsupported numbers: 400"),
        ("“In", "In Texas too. “In", "unsupported places: Texas"),
        ("“In", "So says a physician assistant. “In", "unsupported roles: pa"),
        ("“In", "So says Melissa Hartley of it. “In", "unsupported names: Hartley, Melissa"),
        ("“In", "Share | “In", "page furniture"),
        ("Harold J. Kaplan, MD", "A doctor the page does not name", "whom it does not quote"),
        ("Harold J. Kaplan, MD", "The page", "does not name its source"),
    ],
)
def test_a_planted_fault_is_seen(right: Answer, old: str, new: str, fault: str) -> None:
    assert any(fault in found for found in contract_failures(with_text(right, old, new)))


def test_what_the_user_said_is_no_fault(right: Answer) -> None:
    told = with_text(right, "“In", "You asked about Texas and 400. “In")
    assert contract_failures(told, "In Texas they want 400 for it") == []


def test_confidence_goes_with_the_status(right: Answer) -> None:
    assert contract_failures(replace(right, confidence=None))
    assert contract_failures(replace(right, status=Status.DECLINED))


def test_a_yes_keeps_its_supervision(sources: Corpus) -> None:
    row = quote_of(sources, "Dermal Fillers | MD, NP, PA, or RN under supervision")
    answer = Answer(
        "Can an RN do fillers?", Status.ANSWERED, "rule", (Claim("Yes, says Genesis MedSpa.", (row,)),), confidence=0.9
    )
    assert any("without supervision" in fault for fault in contract_failures(answer))
    assert contract_failures(with_text(answer, "Yes,", "Yes, if supervised,")) == []


def test_first_sentences_end_where_sentences_do() -> None:
    assert first_sentence("No, says Harold J. Kaplan, MD. And more.") == "No, says Harold J. Kaplan, MD."


@pytest.mark.parametrize(
    ("word", "number"),
    [("laser", 2), ("aesthetician", 4), ("supervised", 3), ("needed", 2), ("RN", 2), ("treatments", 2), ("rule", 1)],
)
def test_syllables(word: str, number: int) -> None:
    assert syllables(word) == number


def test_a_grade_rises_with_longer_sentences_and_words() -> None:
    plain, hard = grade("The cat sat on the mat."), grade("Practitioners necessitate comprehensive supervision.")
    assert plain is not None
    assert hard is not None
    assert plain < 1 < 12 < hard
    assert grade("Yes.") is None


def test_own_words_are_neither_quotes_nor_labels(right: Answer) -> None:
    spoken = replace(right, lines=(*right.lines, Notice("law", "Ask the board.")))
    assert own_words(spoken).split("\n")[-1] == "Ask the board."
    assert "Kaplan" not in own_words(spoken)
    assert "aesthetician" not in own_words(spoken)


def test_auroc_counts_ties_half() -> None:
    assert auroc([0.9, 0.8], [0.1, 0.2]) == 1.0
    assert auroc([0.5], [0.5]) == 0.5
    assert auroc([], [0.5]) is None


def test_quantiles() -> None:
    assert quantile(list(range(10)), 0.9) == 9
    assert quantile([], 0.9) is None


def test_a_mark_falls_only_beyond_its_tolerance() -> None:
    version = Version("2026-01-01", 1, "", "", "")
    before = recorded.Recorded(version, {"accuracy": 0.95, "wrong": 0.0})
    assert (
        recorded.fallen([ratio("accuracy", "Accuracy", "", (941, 1000)), count("wrong", "Wrong", "", 0)], before) == []
    )
    assert len(recorded.fallen([ratio("accuracy", "Accuracy", "", (93, 100))], before)) == 1
    assert len(recorded.fallen([count("wrong", "Wrong", "", 1)], before)) == 1


def test_a_section_between_markers_is_rewritten() -> None:
    text = "a\n<!-- figures: begin (made) -->\nold\n<!-- figures: end -->\nb\n"
    assert document.rewritten(text, "figures", "new") == text.replace("old", "new")
    with pytest.raises(ValueError, match="no section"):
        document.rewritten(text, "other", "new")


def test_a_sign_is_found_before_a_figure_and_a_word_only_whole() -> None:
    assert says(["$"], "from $500 on")
    assert says(["no"], "no, they say")
    assert not says(["no"], "they do not")
