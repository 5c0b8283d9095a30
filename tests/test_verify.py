"""Nothing is shown that the quotes, their sources or the user did not say."""

import pytest

from assistant.types import Claim, Notice, Quote
from assistant.verify import holds, verified
from corpus.types import BlockKind, Document, Passage

TEXT = "In Nevada, treatments range between 15 minutes to 2 hours. A nurse may be present."
DOCUMENT = Document("d", "A page", TEXT, publisher="A clinic")
PASSAGE = Passage("d", 0, TEXT, BlockKind.PARAGRAPH, ("A page",))
QUOTE = Quote(DOCUMENT, PASSAGE, 0, TEXT.index(" A nurse"))


def claim(text: str) -> Claim:
    return Claim(text, (QUOTE,))


def test_a_faithful_claim_holds() -> None:
    assert holds(claim(f"A clinic: “{QUOTE.text}”"), "")


@pytest.mark.parametrize(
    "text",
    [
        "A clinic: “treatments range between 15 minutes to 3 hours”",  # a changed number inside the quote
        "It takes 45 minutes.",  # a number of the claim's own
        "In Texas it takes 2 hours.",  # another state
        "A physician says it takes 2 hours.",  # a role of the claim's own
        "Botox takes 2 hours.",  # a procedure of the claim's own
        "A clinic: “treatments range between … A nurse may be present.”",  # stitched from beyond the quote
    ],
)
def test_a_claim_with_words_of_its_own_falls(text: str) -> None:
    assert not holds(claim(text), "")


def test_the_users_words_may_be_repeated() -> None:
    assert holds(claim("On Botox in Texas: “treatments range between 15 minutes to 2 hours”"), "Botox in Texas?")


def test_a_claim_without_a_quote_falls() -> None:
    assert not holds(Claim("It takes long.", ()), "")


def test_a_quote_outside_its_passage_falls() -> None:
    short = Passage("d", 0, TEXT[:20], BlockKind.PARAGRAPH, ("A page",))
    assert not holds(Claim("A clinic says so.", (Quote(DOCUMENT, short, 0, 40),)), "")


def test_notices_pass_and_bad_claims_are_left_out_whole() -> None:
    notice = Notice("general", "In general:")
    good, bad = claim(f"A clinic: “{QUOTE.text}”"), claim("It takes 9 hours.")
    assert verified([notice, good, bad], "", ()) == (notice, good)
