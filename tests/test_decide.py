"""Confidence: what raises and lowers it, in documents of the field and in any others."""

import math

import pytest

from assistant.decide import confidence_of, is_covered, is_of_kind_asked

MET = {
    "aspect": 1.0, "own": 1.0, "cosine": 0.7, "nearest": 0.7, "passage": 0.7, "fits": 1.0, "subject": 1.0,
    "lacks": 0.0, "heaviest_unmet": 0.0, "numbers": 0.0, "names": 0.0, "denial": 0.0, "opposites": 0.0,
}  # fmt: skip


@pytest.mark.parametrize("in_field", [True, False])
def test_what_the_evidence_meets_is_covered_and_what_it_misses_is_not(in_field: bool) -> None:
    assert is_covered(confidence_of(MET, in_field))
    assert not is_covered(confidence_of(dict.fromkeys(MET, 0.0), in_field))


@pytest.mark.parametrize("lacking", ["numbers", "names", "denial", "opposites"])
def test_what_a_question_says_beside_the_evidence_lowers_confidence(lacking: str) -> None:
    assert confidence_of(MET | {lacking: 1.0}, in_field=False) < confidence_of(MET, in_field=False)


@pytest.mark.parametrize("wanting", ["fits", "subject", "aspect"])
def test_the_wrong_kind_of_fact_or_treatment_lowers_confidence(wanting: str) -> None:
    assert confidence_of(MET | {wanting: 0.0}, in_field=True) < confidence_of(MET, in_field=True)


@pytest.mark.parametrize("in_field", [True, False])
def test_confidence_is_a_probability_that_ranks(in_field: bool) -> None:
    values = [confidence_of(MET | {"passage": value / 10, "cosine": value / 10}, in_field) for value in range(11)]
    assert values == sorted(values)
    assert len(set(values)) == len(values)
    assert all(0 < value < 1 and math.isfinite(value) for value in values)


def test_without_evidence_confidence_is_near_nothing() -> None:
    assert 0 < confidence_of({}, in_field=True) < 0.1


@pytest.mark.parametrize(
    ("question", "quote", "fits"),
    [
        ("how many sessions will I need", "three sessions are usual", True),
        ("how many sessions will I need", "Burns and scarring", False),
        ("how many sessions will I need", "4.4 out of 5 stars 7 reviews", False),
        ("how many sessions will I need", "Wait 2 weeks between treatments", False),
        ("how often should I come", "every 3-4 months", True),
        ("is laser right for me", "Burns and scarring", True),  # no kind of fact is asked for
        ("should I come at 5 on Friday with my acne", "Active acne;", True),  # nor one of the body
    ],
)
def test_the_general_rule_beside_a_refusal_is_of_the_kind_asked_for(question: str, quote: str, fits: bool) -> None:
    assert is_of_kind_asked(question, [quote]) is fits
