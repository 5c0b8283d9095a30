"""No quote, number, place, role, drug or name passes that the passage and the user did not give."""

from collections.abc import Callable

import pytest

from assistant.chat.quantities import Quantity, new_quantities, quantities
from assistant.chat.quoted import locate
from assistant.chat.strings import defects
from corpus.types import BlockKind, Document, Passage
from tests.chat.development import Sentence, Source, sentences, sources

TEXT = (
    "In Nevada, treatments take between 15 minutes and 2 hours. Results are “likely” permanent—but a nurse can’t say."
)
OTHER = "Lidocaine cream is rubbed in by Dr. Ames for one year, 50 % of the time."
DOCUMENT = Document("d", "A page", f"{TEXT}\n{OTHER}", publisher="A clinic")
FIRST = Source(DOCUMENT, Passage("d", 0, TEXT, BlockKind.PARAGRAPH, ("A page",)))
SECOND = Source(DOCUMENT, Passage("d", len(TEXT) + 1, OTHER, BlockKind.PARAGRAPH, ("A page",)))
SHOWN = (FIRST, SECOND)


def found(text: str, *quotes: str, passage: int = 1, said: str = "") -> tuple[str, ...]:
    return defects(Sentence("", text, passage, quotes or (TEXT,), 1), SHOWN, said)


@pytest.mark.parametrize(
    "quote",
    [
        "treatments take between 15 minutes and 2 hours",
        "Treatments take  between 15\nminutes and 2 hours!",
        'Results are "likely" permanent - but a nurse can\'t say',
        "… results are “likely” permanent–but a nurse can't say. …",
    ],
)
def test_only_typography_may_differ(quote: str) -> None:
    assert found("It takes 15 minutes.", "treatments take between 15 minutes", quote) == ()
    span = locate(quote, FIRST)
    assert span
    assert DOCUMENT.text[span.start : span.end].lower().startswith(("treatments", "results"))


@pytest.mark.parametrize(
    ("quote", "kind"),
    [
        ("treatments take between 15 minutes and 3 hours", "invented-quote"),
        ("reatments take between 15 minutes", "invented-quote"),
        ("treatments", "invented-quote"),
        ("", "invented-quote"),
        ("Lidocaine cream is rubbed in", "wrong-passage"),
        ("treatments take … permanent", "stitched-quote"),
        ("treatments take between 15 minutes [...] but a nurse can't say", "stitched-quote"),
        ("In Nevada, treatments take a nurse can't say", "stitched-quote"),
        ("In Nevada, treatments is rubbed in by Dr. Ames", "stitched-quote"),
    ],
)
def test_quotes_that_are_not_the_passages_fall(quote: str, kind: str) -> None:
    assert found("It may be so.", quote) == (kind,)


def test_no_quote_and_no_such_passage_fall() -> None:
    assert defects(Sentence("", "It is so.", 1, (), 1), SHOWN, "") == ("invented-quote",)
    assert found("It is so.", "treatments take between 15 minutes", passage=7) == ("wrong-passage",)


def test_a_quote_as_short_as_its_item_stands() -> None:
    text = "Risks include:\n\n  • Burns;\n  • Infection of the skin;"
    listed = Source(Document("l", "List", text), Passage("l", 0, text, BlockKind.LIST, ("List",)))
    assert defects(Sentence("", "Burns are a risk.", 1, ("Burns",), 1), [listed], "") == ()
    assert defects(Sentence("", "Infection is a risk.", 1, ("Infection",), 1), [listed], "") == ("invented-quote",)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("It takes 45 minutes.", "number"),
        ("It takes forty-five minutes.", "number"),
        ("It takes 15 hours.", "number"),
        ("It takes twice as long.", "number"),
        ("Half of the treatments take 2 hours.", "number"),
        ("In Texas it takes 2 hours.", "state"),
        ("In Reno it takes 2 hours.", "state"),
        ("A physician says it takes 2 hours.", "role"),
        ("A pharmacist can't say.", "role"),
        ("It takes 2 hours with tretinoin.", "drug"),
        ("It takes 2 hours with bupivacaine.", "drug"),
        ("Dr. Simmons can't say.", "name"),
        ("Simmons says it takes 2 hours.", "name"),
        ("The Mayo Clinic says it takes 2 hours.", "name"),
    ],
)
def test_what_no_quote_names_falls(text: str, kind: str) -> None:
    assert kind in found(text)


def test_the_user_and_the_sidecar_may_be_repeated() -> None:
    assert found("A clinic says, Botox takes 2 hours.", said="Botox by a physician in Texas?") == ()


def test_a_rule_does_not_hold_for_a_state_because_the_user_asks_for_it() -> None:
    assert found("In Texas, treatments take 2 hours.", said="How long in Texas?") == ("state",)
    assert found("In Nevada, results are permanent.", "Results are “likely” permanent", said="And in Nevada?") == ()


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("In Nevada the rule is plain. A nurse may do it.", True),
        ("Unlike in Nevada, here it is plain. A nurse may do it.", False),
        ("A nurse may do it. Nevada is the exception.", False),
    ],
)
def test_a_place_holds_for_what_follows_it_unless_it_is_an_exception(text: str, kept: bool) -> None:
    shown = Source(Document("d", "A page", text), Passage("d", 0, text, BlockKind.PARAGRAPH, ("A page",)))
    claim = Sentence("", "In Nevada a nurse may do it.", 1, ("A nurse may do it",), 1)
    assert (defects(claim, [shown], "Nevada?") == ()) is kept


def test_a_passage_on_two_states_gives_a_sentence_the_one_that_it_quotes() -> None:
    text = "In Nevada a nurse may do it. In Utah only a doctor may."
    both = Source(Document("d", "A page", text), Passage("d", 0, text, BlockKind.PARAGRAPH, ("A page",)))
    swapped = Sentence("", "In Utah a nurse may do it.", 1, ("a nurse may do it",), 1)
    assert defects(swapped, [both], "Utah?") == ("state",)
    own = Sentence("", "In Nevada a nurse may do it.", 1, ("In Nevada a nurse may do it",), 1)
    assert defects(own, [both], "Utah?") == ()


@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("It takes two hours.", "120 minutes"),
        ("It takes a quarter of an hour.", "15 minutes"),
        ("Three to six sessions.", "3-6 sessions"),
        ("For one year.", "the first year"),
        ("For 12 months.", "one year"),
        ("Half of them.", "50 %"),
        ("Open from 9 to 6.", "09:00 AM – 6:00 PM"),
        ("Call (312) 555-0199.", "312-555-0199"),
        ("Once a year.", "reviewed annually"),
        ("Un año.", "one year"),
        ("Dos horas.", "2 hours"),
        ("One doctor thinks so. Call 911.", ""),
    ],
)
def test_one_quantity_in_other_words_is_the_same(text: str, ground: str) -> None:
    assert new_quantities(text, ground) == ()


@pytest.mark.parametrize(
    ("text", "ground"),
    [("9 PM", "9:00 AM"), ("two weeks", "two days"), ("one year", "two years"), ("50 percent", "50 minutes")],
)
def test_another_unit_or_half_of_the_day_is_another_quantity(text: str, ground: str) -> None:
    assert new_quantities(text, ground)


def test_a_range_gives_its_unit_to_both_ends() -> None:
    assert quantities("three to six months") == {Quantity(3, "month"), Quantity(6, "month")}


MUTATIONS: dict[str, Callable[[Sentence], Sentence]] = {
    "invented-quote": lambda s: _with(
        s, quotes=(f"{s.quotes[0].split()[0]} zebras {' '.join(s.quotes[0].split()[1:])}",)
    ),
    "wrong-passage": lambda s: _with(s, passage=s.passage % len(sources()) + 1),
    "number": lambda s: _with(s, text=f"{s.text} It takes thirty-seven minutes."),
    "state": lambda s: _with(s, text=f"In Nebraska, {s.text}"),
    "role": lambda s: _with(s, text=f"{s.text.rstrip('.')}, as a pharmacist may."),
    "drug": lambda s: _with(s, text=f"{s.text.rstrip('.')} with hyaluronidase."),
    "name": lambda s: _with(s, text=f"{s.text.rstrip('.')} at Northgate Wellness."),
}


def _with(sentence: Sentence, text: str = "", passage: int = 0, quotes: tuple[str, ...] = ()) -> Sentence:
    return Sentence("", text or sentence.text, passage or sentence.passage, quotes or sentence.quotes, 1)


@pytest.mark.parametrize("kind", MUTATIONS)
def test_every_spoilt_sentence_is_caught_by_its_kind(kind: str) -> None:
    clean = [sentence for sentence in sentences() if sentence.kind == "clean" and len(sentence.quotes[0].split()) > 3]
    missed = [s.text for s in clean if kind not in defects(MUTATIONS[kind](s), sources(), "")]
    assert missed == []


def test_clean_sentences_pass() -> None:
    clean = [sentence for sentence in sentences() if sentence.kind == "clean"]
    lost = [sentence.text for sentence in clean if defects(sentence, sources(), "")]
    assert len(lost) <= 0.01 * len(clean), lost
