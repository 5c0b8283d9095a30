"""Answers as HTML: markers, quotes, lists, chips, and nothing that a browser would run."""

import re
from dataclasses import replace

import pytest

from assistant.page.chips import chip_of
from assistant.page.render import line_html, sources_html, view_of
from assistant.types import Answer, Claim, Notice, Status
from tests.browser.fake_assistant import CALIFORNIA, FakeAssistant, quote_of

ATTACK = "<img src=x onerror=alert(1)> <script>alert(2)</script> [x](javascript:alert(3)) ![y](http://evil/z.png)"


@pytest.fixture(scope="module")
def fake() -> FakeAssistant:
    return FakeAssistant.over_the_documents()


def tags(html: str) -> set[str]:
    return set(re.findall(r"<(\w+)", html))


def lines(answer: Answer) -> list[str]:
    numbers = {citation.quote: citation.number for citation in answer.citations}
    return [line_html(line, numbers) for line in answer.lines]


def test_claims_end_in_buttons_that_name_their_source(fake: FakeAssistant) -> None:
    first = lines(fake.whole(CALIFORNIA))[0]
    assert first.startswith('<div class="claim headline"><p><strong>No</strong> for laser procedures in California')
    assert '<button type="button" class="marker" data-number="1"' in first
    assert 'aria-label="Source 1: Harold J. Kaplan, MD. Show the passage."' in first
    assert 'aria-label="Source 2: a doctor the page does not name. Show the passage."' in first
    assert first.endswith("</span></p></div>")


def test_every_citation_of_an_answer_has_a_marker_and_a_place(fake: FakeAssistant) -> None:
    answer = fake.whole(CALIFORNIA)
    view = view_of(answer, turn=3, done=True)
    shown = set(re.findall(r'data-number="(\d+)"', "".join(lines(answer))))
    assert shown == {str(citation.number) for citation in answer.citations} == set(view["citations"])  # type: ignore[call-overload]
    for citation in answer.citations:
        place = view["citations"][str(citation.number)]  # type: ignore[index]
        text = citation.quote.document.text
        assert text[place["start"] : place["start"] + len(place["quote"])] == citation.quote.text


def test_quoted_words_look_like_quotes(fake: FakeAssistant) -> None:
    kaplan = lines(fake.whole(CALIFORNIA))[2]
    assert "<q>“In California, laser procedures cannot be performed by an aesthetician." in kaplan


def test_a_marker_stands_behind_the_words_it_belongs_to(fake: FakeAssistant) -> None:
    quotes = tuple(quote_of(fake.corpus, words) for words in ("Burns and scarring", "Infection"))
    claim = Claim("AmSpa: “Burns and scarring” … “Infection”", quotes)
    html = line_html(claim, {quotes[0]: 1, quotes[1]: 2})
    assert re.findall(r"scarring|Infection|data-number=\"\d\"", html) == [
        "scarring",
        'data-number="1"',
        "Infection",
        'data-number="2"',
    ]


def test_who_says_a_worded_sentence_stands_back(fake: FakeAssistant) -> None:
    quote = quote_of(fake.corpus, "Burns and scarring")
    html = line_html(Claim("It may burn. – AmSpa (a guide, undated)", (quote,)), {quote: 1})
    assert 'It may burn. <span class="aside">– AmSpa (a guide, undated)</span> <span class=' in html
    assert "aside" not in line_html(Claim("It may burn – or itch.", (quote,)), {quote: 1})


def test_a_list_stays_a_list(fake: FakeAssistant) -> None:
    html = lines(fake.whole("What are the risks?"))[0]
    assert html.count("<li>") == 5
    assert re.search(r"Textural changes <span class=\"markers markers-few\"><button .*</button></span></li>", html)


@pytest.mark.parametrize("kind", ["emergency", "urgent", "not-covered"])
def test_a_notice_is_escaped(kind: str) -> None:
    html = line_html(Notice(kind, ATTACK), {})
    assert tags(html) <= {"div", "p", "a", "strong", "em"}
    assert "<img" not in html
    assert "<a href" not in html


def test_a_claim_is_escaped(fake: FakeAssistant) -> None:
    quote = quote_of(fake.corpus, "Burns and scarring")
    html = line_html(Claim(f"{ATTACK}\n\n- “{ATTACK}”", (quote,)), {quote: 1})
    assert tags(html) == {"div", "p", "ul", "li", "q", "span", "button"}


def test_names_from_a_document_are_escaped(fake: FakeAssistant) -> None:
    quote = quote_of(fake.corpus, "Burns and scarring")
    named = replace(quote, document=replace(quote.document, publisher=f'"{ATTACK}', kind=ATTACK, date=ATTACK))
    answer = Answer("?", Status.ANSWERED, "evidence", (Claim("Yes.", (named,)),), 0.9)
    for html in (lines(answer)[0], sources_html(answer.citations)):
        assert tags(html) <= {"div", "p", "span", "button", "h2", "ul", "li"}
        assert html.count('"') % 2 == 0


def test_sources_say_what_they_are(fake: FakeAssistant) -> None:
    html = sources_html(fake.whole(CALIFORNIA).citations)
    assert html.count("<li>") == 3  # Kaplan's two quotes share a line
    assert html.count("undated") == 3
    assert "AmSpa" in html


def test_sources_come_when_the_answer_is_whole(fake: FakeAssistant) -> None:
    assert view_of(fake.whole(CALIFORNIA), turn=1, done=False)["sources"] == ""


def test_an_emergency_puts_the_call_first() -> None:
    html = line_html(Notice("emergency", "Call 911 now. Do not drive. You can also text 988."), {})
    assert html.startswith('<div class="notice notice-emergency"><p class="first">Call 911 now.</p>')
    assert html.index("tel:911") < html.index("tel:988") < html.index("Do not drive.")


def test_every_status_has_its_own_words_shape_and_colour() -> None:
    chips = [chip_of(Answer("?", status, "evidence", ())) for status in Status]
    for part in ("label", "spanish", "icon", "look"):
        assert len({getattr(chip, part) for chip in chips}) == len(Status)


def test_the_chip_follows_the_language() -> None:
    view = view_of(Answer("?", Status.ABSTAINED, "no-evidence", (), language="es"), turn=1, done=True)
    assert "No está en los documentos" in str(view["chip"])
    assert view["language"] == "es"


@pytest.mark.parametrize("reason", ["not-ready", "error", "question-length"])
def test_trouble_on_our_side_is_no_statement_about_the_documents(reason: str) -> None:
    assert chip_of(Answer("?", Status.ABSTAINED, reason, ())).look == "waiting"
