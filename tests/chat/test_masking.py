"""What says who a user is gets a placeholder; what a question is about stays."""

from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from assistant.chat.masking import Mask, findings

CASES = Path(__file__).with_name("masking.yaml")
PRIVATE, HARMLESS, BEYOND = yaml.safe_load(CASES.read_text("utf-8")).values()


def mask(text: str) -> str:
    return Mask().mask(text)


@pytest.mark.parametrize(("text", "masked"), PRIVATE)
def test_what_is_private_is_masked(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize("text", HARMLESS)
def test_what_a_question_is_about_stays(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize("text", BEYOND)
def test_how_far_patterns_go(text: str) -> None:
    """These are not found, and docs/chat-models.md says so. One that is found one day belongs to the private ones."""
    assert mask(text) == text


def test_the_same_words_get_the_same_placeholder_through_a_conversation() -> None:
    conversation = Mask()
    assert conversation.mask("I am at a@b.org or (555) 123-4567") == "I am at [EMAIL_1] or [PHONE_1]"
    assert conversation.mask("not c@d.org: A@B.ORG, 555.123.4567") == "not [EMAIL_2]: [EMAIL_1], [PHONE_1]"


def test_restore_puts_the_words_back() -> None:
    conversation = Mask()
    conversation.mask("My name is Jane Doe, jane@doe.org")
    assert (
        conversation.restore("[NAME_1], write to [email_1]. [NAME_2] [1]")
        == "Jane Doe, write to jane@doe.org. [NAME_2] [1]"
    )


def test_one_conversation_does_not_restore_another_s_words() -> None:
    Mask().mask("jane@doe.org")
    assert Mask().restore("[EMAIL_1]") == "[EMAIL_1]"


@pytest.mark.parametrize("number", ["4111 1111 1111 1112", "1234567890123456"])
def test_a_number_that_no_card_can_have_is_no_card(number: str) -> None:
    assert "CARD" not in mask(f"see {number}")


@example("my # is 646.555.0173 ; Er:YAG 2940 nm vs 755/1064 nm")
@given(st.lists(st.sampled_from([text for text, _ in PRIVATE] + HARMLESS), min_size=1, max_size=4).map(" ; ".join))
def test_findings_are_in_order_and_apart_and_masking_twice_changes_nothing(text: str) -> None:
    found = findings(text)
    assert all(before.end <= after.start for before, after in pairwise(found))
    masked = mask(text)
    assert Mask().mask(masked) == masked


@given(st.text(alphabet="aA1 -.@:/()+#\n", max_size=60))
def test_any_text_comes_back_as_it_was(text: str) -> None:
    conversation = Mask()
    masked = conversation.mask(text)
    restored = conversation.restore(masked)
    # The second spelling of a number comes back in the first one: signs may differ, nothing else.
    assert [sign for sign in restored.casefold() if sign.isalnum()] == [
        sign for sign in text.casefold() if sign.isalnum()
    ]
