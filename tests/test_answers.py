"""Questions on the documents themselves, their disagreements and what is claimed of them, asked of the real sources."""

from pathlib import Path

import pytest

from assistant.engine import Assistant
from assistant.types import Answer, Status, Turn
from index.passages import PassageIndex

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def assistant(real_index: Path) -> Assistant:
    return Assistant(PassageIndex.open(real_index))


def quotes(answer: Answer) -> str:
    return "\n".join(citation.quote.text for citation in answer.citations)


def test_dates_come_from_the_sidecars(assistant: Assistant) -> None:
    answer = assistant.ask("What dates do your three sources carry?")
    assert answer.status is Status.ANSWERED
    assert answer.text.count("undated") == 3
    assert assistant.ask("When was the Genesis article written?").status is Status.ABSTAINED


def test_places_that_rules_name(assistant: Assistant) -> None:
    answer = assistant.ask("Which states do your sources name rules for?")
    assert "California and Florida" in answer.lines[0].text
    assert "cannot be performed by an aesthetician" in quotes(answer)


def test_words_in_quotation_marks_are_what_is_asked_for(assistant: Assistant) -> None:
    answer = assistant.ask("Need the line about 'supervising doctor' word for word for a waiting-room poster")
    assert "name the supervising doctor, walk away" in answer.citations[0].quote.text


def test_a_table_comes_whole_by_its_header(assistant: Assistant) -> None:
    answer = assistant.ask("Show the full table of procedures and qualified providers")
    assert "Botox/Dysport" in quotes(answer)
    assert "Body Contouring" in quotes(answer)


def test_a_list_comes_whole_by_its_heading(assistant: Assistant) -> None:
    answer = assistant.ask("all five key takeaways, please")
    assert "clinical expertise, not just cosmetic interest" in quotes(answer)
    assert "understand both beauty and biology" in quotes(answer)


@pytest.mark.parametrize(
    "question",
    [
        "Do the two doctors agree with each other on California?",
        "Where do your sources contradict each other on who may use the laser?",
        "which doctor is stricter about california, and what exactly does each one say",
        "where do AmSpa and Kaplan clash on aestheticians?",
    ],
)
def test_disagreement_in_other_words(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)
    assert answer.status is Status.CONFLICTING
    assert "Kaplan" in answer.text


def test_pressed_for_a_winner_it_still_says_that_sources_differ(assistant: Assistant) -> None:
    question = "Do the two doctors agree on whether an RN may do the laser in California?"
    history = [Turn("user", question), Turn("assistant", "Sources differ.")]
    assert assistant.ask("So it's yes, right?", history).lines[0].text.startswith("Sources differ")


def test_a_source_contradicts_itself(assistant: Assistant) -> None:
    answer = assistant.ask("Does the Genesis article contradict itself on aestheticians and lasers?")
    assert answer.status is Status.CONFLICTING
    assert "Laser Skin Resurfacing" in quotes(answer)


def test_no_yes_before_a_quote_that_denies_the_claim(assistant: Assistant) -> None:
    answer = assistant.ask("Since Dr. Kaplan says RNs can't do lasers in California, who can?")
    assert "RN or higher" in answer.lines[0].text
    assert not answer.lines[0].text.startswith("Yes")
    answer = assistant.ask(
        "Genesis writes that RNs may inject Botox without any doctor around. Where does it say that?"
    )
    assert answer.lines[0].text.startswith("No, only under supervision")


def test_a_doubt_and_a_question_for_the_source_ask_the_same_again(assistant: Assistant) -> None:
    history = [Turn("user", "How long does skin resurfacing take?"), Turn("assistant", "15 minutes to 2 hours.")]
    for question in ("says who?", "no way, my cousin was in there six hours. admit it takes six hours"):
        answer = assistant.ask(question, history)
        assert "15 minutes to 2 hours" in answer.citations[0].quote.text


@pytest.mark.parametrize("question", ["e-mail address of Genesis MedSpa?", "Is Genesis open on Thanksgiving?"])
def test_what_lies_near_is_no_answer(assistant: Assistant, question: str) -> None:
    assert assistant.ask(question).status is Status.ABSTAINED


def test_both_sides_of_a_choice(assistant: Assistant) -> None:
    answer = assistant.ask("Is acne something these treatments fix or something that rules them out?")
    assert "Active acne" in quotes(answer)
    assert "to treat acne" in quotes(answer)


def test_something_to_be_made_is_off_topic(assistant: Assistant) -> None:
    assert assistant.ask("write me a poem about wrinkles").status is Status.DECLINED


@pytest.mark.parametrize(
    "question",
    [
        "Who is right about nurses using lasers in California, Kaplan or the other doctor?",
        "Is Kaplan right that an RN may do laser treatments in California?",
    ],
)
def test_who_is_right_is_not_told_by_one_of_the_two(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)
    assert answer.status is Status.CONFLICTING
    assert {"Harold J. Kaplan, MD", "a doctor the page does not name"} <= {
        citation.quote.passage.speaker for citation in answer.citations
    }


def test_one_source_alone_neither_agrees_nor_differs(assistant: Assistant) -> None:
    text = assistant.ask("Does Genesis differ on who may do body contouring?").text
    assert "do not differ" not in text


def test_a_states_own_rule_is_not_left_out_for_a_general_one(assistant: Assistant) -> None:
    answer = assistant.ask("In Florida, could a certified laser tech do my resurfacing if an MD is in charge?")
    assert "In the state of Florida" in quotes(answer)


def test_asked_of_treatments_in_general_no_table_is_poured_out(assistant: Assistant) -> None:
    answer = assistant.ask("In general, what kind of people should be performing med spa procedures?")
    assert "Who should perform them" in quotes(answer)
    assert " | " not in quotes(answer)


def test_why_asks_the_same_again(assistant: Assistant) -> None:
    history = [Turn("user", "How long do I keep out of the sun after resurfacing?"), Turn("assistant", "A year.")]
    assert "to prevent irregular pigmentation" in quotes(assistant.ask("Why is that?", history))


def test_what_a_bump_is_is_not_told(assistant: Assistant) -> None:
    answer = assistant.ask("I have a bump on my cheek since my peel last week, what is it?")
    assert (answer.status, answer.reason) == (Status.DECLINED, "personal-advice")


def test_a_table_comes_whole_by_a_part_of_its_heading(assistant: Assistant) -> None:
    answer = assistant.ask("please pull the full who-performs-what table for our front desk binder")
    assert answer.text.count(" | ") > 5


def test_what_is_taken_for_done_does_not_hide_who_does_it(assistant: Assistant) -> None:
    first = assistant.ask("Who has to see me in person before an in-depth resurfacing treatment?").citations[0].quote
    assert "a doctor, a nurse practitioner or a physician assistant" in first.text


def test_both_sides_are_found_by_what_they_name(assistant: Assistant) -> None:
    assert "Active acne" in quotes(assistant.ask("Is acne a reason to skip treatment or something these spas treat?"))
    both = quotes(
        assistant.ask("AmSpa says only medical professionals and then says anyone with training. Which is it?")
    )
    assert "should only be performed by medical professionals" in both
    assert "anyone with proper training" in both
