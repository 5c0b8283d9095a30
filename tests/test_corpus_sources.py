"""The three sources: kept byte for byte, cleaned without changing a word, cut where a reader would."""

import hashlib
import re
from itertools import pairwise

import pytest

from corpus import BlockKind, sidecar
from tests.corpus.samples import (
    AMSPA,
    DOCTORS,
    GENESIS,
    MODEL_READS,
    SOURCES,
    check_spans,
    passage_with,
    passages,
    source,
    sources,
    word_pieces,
    words_of,
)

SHA256 = {
    AMSPA: "919c5238b597ddc0565ecc86516e6a4d0f8ba54f9d27ce814509bfb5637f687f",
    DOCTORS: "51d0f542e31e9aff34ff7a19e80999979c82204ac43eb6ba662f1f48ab8e3a02",
    GENESIS: "d0c742b9ea21f9894224b301f1d366a099213c09c1f6fd66fc004a37d169396c",
}
FURNITURE = [
    "Print Page", "Sign In", "Share |", "Return to Treatment Directory", "Follow Us", "voteCount", "Jump to",
    "Book Your Appointment", "Choose how you", "Send Us a Message", "validation purposes", "Name(Required)",
    "Get Directions", "→", "(discomfort)", "Christy", "Doctor Answers 2",
]  # fmt: skip
DAMAGE = {
    "a template brace": r"[{}]",
    "a reference digit glued to a word": r"[a-z]\.\d",
    "a glued cell": r"(?:Procedure|port|Fillers|PRP\)|Resurfacing|Peels|Contouring)(?:Qualified|MD|RN|Lic|Train)",
    "a lone digit at a line's start": r"(?m)^\d\s*\(",
}
IDS = sorted(SHA256)


def test_all_three_are_read_and_nothing_is_reported() -> None:
    assert [document.id for document in sources().documents] == IDS
    assert sources().problems == ()


@pytest.mark.parametrize("document_id", IDS)
def test_the_file_is_as_given(document_id: str) -> None:
    assert hashlib.sha256((SOURCES / f"{document_id}.txt").read_bytes()).hexdigest() == SHA256[document_id]


def test_every_passage_is_a_span_of_its_document() -> None:
    check_spans(sources())


@pytest.mark.parametrize("document_id", IDS)
def test_cleaning_makes_the_listed_edits_and_no_other(document_id: str) -> None:
    """Undoing each edit, last first, gives the file back."""
    text = source(document_id).text
    original = (SOURCES / f"{document_id}.txt").read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    edits = sidecar.read(SOURCES / f"{document_id}.yaml").edits
    assert edits
    rest = original
    for edit in edits:
        assert edit.why
        assert rest.count(edit.old) == edit.times
        before = rest
        rest = rest.replace(edit.old, edit.new)
        assert len(before) - len(rest) == edit.times * (len(edit.old) - len(edit.new))
    assert rest == text


@pytest.mark.parametrize("document_id", IDS)
def test_cleaning_changes_no_word(document_id: str) -> None:
    """The document's words stand in the file in the same order; only glued cells are told apart."""
    original = (SOURCES / f"{document_id}.txt").read_text("utf-8")
    position = 0
    for word in words_of(source(document_id).text):
        position = original.find(word, position)
        assert position >= 0, f"{word!r} is not in the file there"
        position += len(word)


def test_nothing_but_separators_is_inserted() -> None:
    for document_id in IDS:
        for edit in sidecar.read(SOURCES / f"{document_id}.yaml").edits:
            if len(edit.new) > len(edit.old):
                assert edit.new.replace(" | ", "", 1) == edit.old
            else:
                assert edit.old.startswith(edit.new)


@pytest.mark.parametrize("words", FURNITURE)
def test_no_furniture_is_left(words: str) -> None:
    assert [document.id for document in sources().documents if words in document.text] == []
    assert [passage.text for passage in sources().passages if words in passage.searchable] == []


@pytest.mark.parametrize("pattern", DAMAGE.values(), ids=DAMAGE.keys())
def test_no_damage_is_left(pattern: str) -> None:
    assert [match.group() for document in sources().documents for match in re.finditer(pattern, document.text)] == []


@pytest.mark.parametrize("document_id", IDS)
def test_every_line_stands_in_one_passage_or_heads_one(document_id: str) -> None:
    document = source(document_id)
    covered = [(passage.start, passage.end) for passage in passages(document_id)]
    assert all(first[1] <= second[0] for first, second in pairwise(covered))
    left_out = "".join(
        document.text[start:end]
        for start, end in zip([0, *(end for _, end in covered)], [*(start for start, _ in covered), None], strict=True)
    )
    lines = [line.strip() for line in left_out.splitlines() if line.strip(" \u00a0•")]
    heads = {heading for passage in passages(document_id) for heading in passage.headings}
    assert set(lines) - heads <= {"Doctor Answers", "Detailed Breakdown"}


def test_passages_can_be_read_whole_by_the_model() -> None:
    assert max(word_pieces(passage.searchable) for passage in sources().passages) <= MODEL_READS


def test_a_list_is_whole_with_its_lead_in() -> None:
    passage = passage_with("Accutane use")
    assert passage.kind is BlockKind.LIST
    assert passage.text.startswith("If the skin rejuvenation and resurfacing candidate has the following contraind")
    assert passage.text.endswith("most patients do not know their true status.")
    assert passage.text.count("•") == 5


def test_a_lead_in_apart_from_its_list_is_joined_to_it() -> None:
    for lead, items in (("Skin rejuvenation risks include:", 5), ("We’re talking:", 5), ("what to look for:", 7)):
        passage = passage_with(lead)
        assert passage.kind is BlockKind.LIST
        assert passage.text.count("•") == items


def test_the_table_is_whole_with_its_header() -> None:
    passage = passage_with("Qualified Provider")
    rows = [line for line in passage.text.splitlines() if "|" in line]
    assert passage.kind is BlockKind.TABLE
    assert rows[0] == "Procedure | Qualified Provider"
    assert rows[4] == "Laser Skin Resurfacing | MD, NP, PA, or Certified Laser Tech under MD"
    assert len(rows) == 7


def test_each_faq_is_one_passage_with_its_answer() -> None:
    found = passages(GENESIS, BlockKind.FAQ)
    assert [passage.text[:2] for passage in found] == ["1.", "2.", "3.", "4.", "5."]
    assert found[2].text.startswith("3. Can aestheticians perform medical-grade procedures?\n\nAestheticians can")
    assert found[2].text.endswith("required by their state.")


def test_each_step_is_one_passage_with_its_items() -> None:
    found = passages(GENESIS, BlockKind.STEP)
    assert [passage.text.splitlines()[0] for passage in found] == [
        "Step 1: Consultation",
        "Step 2: Pre-treatment Prep",
        "Step 3: The Procedure",
        "Step 4: Post-Care & Follow-up",
    ]
    assert [passage.text.count("•") for passage in found] == [3, 2, 2, 3]


def test_opening_hours_stand_together() -> None:
    passage = passage_with("Business Hours:")
    assert passage.text.count("PM") == 6
    assert passage.text.endswith("Closed")
    assert passage.headings[-1] == "Our Address"


def test_the_askers_words_are_a_question() -> None:
    (question,) = passages(DOCTORS, BlockKind.QUESTION)
    assert question.text.startswith("I bought an online voucher")
    assert question.speaker == "a patient"


def test_each_doctor_has_the_right_answer() -> None:
    kaplan, unnamed = "Harold J. Kaplan, MD", "a doctor the page does not name"
    florida = passage_with("In the state of Florida (and I believe California)")
    california = passage_with("In California, laser procedures cannot be performed by an aesthetician.")
    assert (florida.kind, florida.speaker) == (BlockKind.ANSWER, unnamed)
    assert (california.kind, california.speaker) == (BlockKind.ANSWER, kaplan)
    assert passage_with("Los Angeles Facial Plastic Surgeon").speaker == kaplan
    assert {passage.speaker for passage in passages(DOCTORS, BlockKind.ANSWER)} == {kaplan, unnamed}
    assert all("Florida" not in passage.text for passage in sources().passages if passage.speaker == kaplan)
    assert [person.name for person in source(DOCTORS).speakers] == [unnamed, kaplan]


def test_the_sites_own_notice_is_nobodys_answer() -> None:
    assert passage_with("These answers are for educational purposes").speaker == ""


def test_what_is_known_of_each_source() -> None:
    assert {document.date for document in sources().documents} == {"undated"}
    assert {document.copied for document in sources().documents} == {"unknown"}
    assert source(AMSPA).kind == "an association's guide"
    assert "other than personal uses, are prohibited" in source(AMSPA).terms
    assert source(GENESIS).kind == "a clinic's own marketing"
    assert source(DOCTORS).jurisdictions == ("California", "Florida")
    assert source(AMSPA).jurisdictions == source(GENESIS).jurisdictions == ()
