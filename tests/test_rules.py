"""Rules on who may perform what are read from tables and sentences, each with its quote."""

import pytest

from assistant.rules import Rule, Stance, rules_of
from corpus.types import BlockKind, Corpus, Document, Passage


def every_rule(corpus: Corpus) -> list[Rule]:
    documents = {document.id: document for document in corpus.documents}
    return [rule for passage in corpus.passages for rule in rules_of(documents[passage.document_id], passage)]


def rules_in(text: str, kind: BlockKind = BlockKind.PARAGRAPH, headings: tuple[str, ...] = ("Title",)) -> list[Rule]:
    document = Document("d", "Title", text)
    return list(rules_of(document, Passage("d", 0, text, kind, headings)))


def quoting(rules: list[Rule], words: str) -> Rule:
    """The rule whose quote has these words; of several the shortest, as others lean on its sentence."""
    return min((rule for rule in rules if words in rule.quote.text), key=lambda rule: len(rule.quote.text))


def test_kaplan_excludes_the_aesthetician_in_california(sources: Corpus) -> None:
    rule = quoting(every_rule(sources), "cannot be performed by an aesthetician")
    assert rule.holder == "Harold J. Kaplan, MD"
    assert (rule.places, rule.excluded) == (("California",), ("aesthetician",))
    assert rule.stance("aesthetician") is Stance.NO
    assert rule.stance("rn") is None


def test_rn_or_higher_takes_its_place_from_the_sentence_before(sources: Corpus) -> None:
    rule = quoting(every_rule(sources), "RN or higher")
    assert (rule.holder, rule.places) == ("Harold J. Kaplan, MD", ("California",))
    assert [rule.stance(role) for role in ("rn", "np", "pa", "physician")] == [Stance.YES] * 4
    assert rule.stance("aesthetician") is Stance.NO
    assert rule.stance("lpn") is Stance.NO


def test_unnamed_doctor_keeps_the_hedge(sources: Corpus) -> None:
    rule = quoting(every_rule(sources), "must be a nurse practitioner")
    assert rule.holder == "a doctor the page does not name"
    assert (rule.places, rule.hedged) == (("Florida", "California"), ("California",))
    assert rule.stance("rn") is Stance.NO
    assert rule.stance("np") is Stance.YES
    assert "I believe" in rule.quote.text


def test_table_rows_are_rules_with_their_supervision(sources: Corpus) -> None:
    rules = every_rule(sources)
    botox = quoting(rules, "Botox/Dysport |")
    assert botox.procedures == ("botox", "dysport")
    assert botox.stance("rn") is Stance.SUPERVISED
    assert botox.stance("physician") is Stance.YES
    assert botox.stance("aesthetician") is Stance.UNLISTED
    laser = quoting(rules, "Laser Skin Resurfacing |")
    assert laser.allowed == ("physician", "np", "pa", "laser-technician")
    assert laser.stance("rn") is Stance.UNLISTED
    assert not any("Radiofrequency" in rule.quote.text for rule in rules)


def test_a_patients_question_states_no_rule(sources: Corpus) -> None:
    assert not any("voucher" in rule.quote.text for rule in every_rule(sources))


def test_pronoun_stands_for_the_role_before(sources: Corpus) -> None:
    rule = quoting(every_rule(sources), "they must work under medical supervision")
    assert rule.allowed == ("aesthetician",)
    assert set(rule.procedures) == {"microneedling", "laser", "injectables"}
    assert rule.stance("aesthetician") is Stance.SUPERVISED


def test_anyone_with_training_lets_every_role(sources: Corpus) -> None:
    rule = quoting(every_rule(sources), "most states allow anyone")
    assert {rule.stance(role) for role in ("aesthetician", "rn", "technician")} == {Stance.SUPERVISED}
    assert rule.speaks_of("laser-resurfacing")
    assert not rule.speaks_of("botox")


def test_every_rule_is_its_documents_own_words(sources: Corpus) -> None:
    for rule in every_rule(sources):
        assert rule.quote.text in rule.quote.passage.text


@pytest.mark.parametrize(
    ("text", "role", "stance"),
    [
        ("In Texas, only a physician may perform deep chemical peels.", "rn", Stance.NO),
        ("In Texas, only a physician may perform deep chemical peels.", "physician", Stance.YES),
        ("Registered nurses can perform microneedling under physician supervision.", "rn", Stance.SUPERVISED),
        ("Microneedling must not be performed by cosmetologists.", "cosmetologist", Stance.NO),
        ("Dentists may administer Botox in Ohio.", "dentist", Stance.YES),
        ("Botox must be administered by a physician or a physician assistant.", "np", Stance.NO),
    ],
)
def test_a_new_documents_sentence_takes_part(text: str, role: str, stance: Stance) -> None:
    (rule,) = rules_in(text)
    assert rule.stance(role) is stance


def test_a_new_documents_table_takes_part() -> None:
    text = "Treatment | Who performs it\nHair removal laser | RN or certified laser technician\nFacials | Aesthetician"
    hair, facials = rules_in(text, BlockKind.TABLE)
    assert hair.stance("rn") is Stance.YES
    assert hair.stance("aesthetician") is Stance.UNLISTED
    assert facials.allowed == ("aesthetician",)


@pytest.mark.parametrize(
    "text",
    [
        "Your doctor may numb the skin with local anesthetics prior to the procedure.",
        "I also take care of complications of other doctors who should not be performing the procedure.",
        "Our nurses love laser treatments.",
    ],
)
def test_no_rule_is_read_into_other_sentences(text: str) -> None:
    assert rules_in(text) == []
