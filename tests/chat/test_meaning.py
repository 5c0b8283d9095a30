"""Sentences that say something else than their quotes are told from those that say the same in other words."""

import pytest

from assistant.chat.meaning import support
from corpus.types import BlockKind, Document, Passage, Speaker
from tests.chat.development import KINDS, Sentence, Source, defects_of, sentences

ANN, BOB = "Ann Field, MD", "Bob Hill, MD"
TEXT = (
    "A nurse may perform peels only under the supervision of a physician. "
    "I believe redness usually fades within a week. Lasers should never be used on tanned skin."
)


def source(speaker: str = ANN, text: str = TEXT, kind: str = "an individual doctor's opinion") -> Source:
    document = Document("d", "Answers", text, "A question site", kind, (Speaker(ANN), Speaker(BOB)))
    return Source(document, Passage("d", 0, text, BlockKind.ANSWER, ("Answers",), speaker))


def found(sentence: str, quote: str = TEXT) -> tuple[str, ...]:
    return support(sentence, [quote], source(), [source(), source(BOB)]).defects


@pytest.mark.parametrize(
    "sentence",
    [
        "Peels may be performed by a nurse, but only under a physician's supervision.",
        "Dr. Field believes that redness usually fades within a week.",
        "According to Ann Field, lasers must never be used on tanned skin.",
        "You should not have laser treatment on tanned skin.",
    ],
)
def test_what_says_the_same_passes(sentence: str) -> None:
    assert found(sentence) == ()


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("A nurse may not perform peels under the supervision of a physician.", "negation"),
        ("Lasers should be used on tanned skin.", "negation"),
        ("Redness fades within a week.", "hedge"),
        ("Dr. Hill believes that redness usually fades within a week.", "speaker"),
        ("All experts agree that lasers should never be used on tanned skin.", "speaker"),
        ("I believe redness usually fades within a week.", "speaker"),
        ("Botox should never be used on tanned skin.", "procedure"),
        ("A nurse may perform peels.", "condition"),
        ("The clinic offers a free parking space and a loyalty card.", "unsupported"),
        ("A physician may perform peels only under the supervision of a nurse.", "unsupported"),
    ],
)
def test_each_kind_of_defect_is_named(sentence: str, kind: str) -> None:
    assert kind in found(sentence)


@pytest.mark.parametrize(
    ("quote", "same", "other"),
    [
        ("Avoid strenuous exercise.", "Hold off on strenuous exercise.", "You need not avoid strenuous exercise."),
        ("Waxing must be avoided.", "Waxing is off limits.", "Waxing is fine."),
        ("The gel is not suitable for burns.", "The gel is unsuitable for burns.", "The gel is suitable for burns."),
        (
            "The supervision is critical, not just a formality.",
            "Supervision is critical rather than just a formality.",
            "Supervision is not critical.",
        ),
        (
            "Delegation without a written protocol is prohibited.",
            "One may delegate only with a written protocol.",
            "Delegation without a written protocol is permitted.",
        ),
        (
            "A nurse may apply the gel, but not the acid.",
            "The acid may not be applied by a nurse, though the gel may.",
            "A nurse may apply the acid.",
        ),
    ],
)
def test_one_denial_in_other_words_is_the_same(quote: str, same: str, other: str) -> None:
    said = source(text=quote)
    assert "negation" not in support(same, [quote], said).defects
    assert "negation" in support(other, [quote], said).defects


def test_a_quote_cut_from_its_sentence_keeps_the_sentences_negation_and_hedge() -> None:
    """ "be used on tanned skin" stands in the text, but the text denies it."""
    assert "negation" in found("Lasers should be used on tanned skin.", "be used on tanned skin.")
    assert "hedge" in found("Redness fades within a week.", "fades within a week.")


def test_the_score_is_the_share_of_words_the_quotes_have() -> None:
    assert support("Lasers should never be used on tanned skin.", [TEXT], source()).score == 1.0
    assert support("Astronauts repair rockets.", [TEXT], source()).score == 0.0


@pytest.mark.parametrize("text", ["", "Yes.", "“”", "İ ﬁ ① ½", "a" * 5000, "不知道"])
def test_what_says_nothing_that_could_be_checked_is_unsupported(text: str) -> None:
    assert "unsupported" in found(text)


def dropped(kind: str) -> tuple[int, list[Sentence]]:
    ours = [sentence for sentence in sentences() if sentence.kind == kind]
    return len(ours), [sentence for sentence in ours if defects_of(sentence)]


@pytest.mark.parametrize("kind", KINDS)
def test_at_least_nine_in_ten_of_each_defect_are_dropped(kind: str) -> None:
    count, caught = dropped(kind)
    assert count >= 40
    assert len(caught) >= 0.9 * count


def test_at_most_three_in_a_hundred_clean_sentences_are_dropped() -> None:
    count, lost = dropped("clean")
    assert count >= 150
    assert len(lost) <= 0.03 * count, [sentence.text for sentence in lost]


def test_a_sentence_under_another_passages_quote_is_dropped() -> None:
    """Clean sentences, each under the quote of one far from it in the file."""
    clean = [sentence for sentence in sentences() if sentence.kind == "clean"]
    pairs = zip(clean, clean[len(clean) // 2 :] + clean[: len(clean) // 2], strict=True)
    swapped = [
        Sentence("unsupported", one.text, other.passage, other.quotes, one.round)
        for one, other in pairs
        if one.passage != other.passage
    ]
    assert len(swapped) > 150
    assert sum(bool(defects_of(sentence)) for sentence in swapped) >= 0.95 * len(swapped)
