"""The passage view: the whole document, the quote marked in it word for word."""

import re
from dataclasses import replace
from html import unescape

import pytest

from assistant.page.passage import WINDOW, Span, document_html, facts_html, passage_view
from corpus.types import Document, Speaker
from tests.browser.fake_assistant import FakeAssistant


@pytest.fixture(scope="module")
def fake() -> FakeAssistant:
    return FakeAssistant.over_the_documents()


def words(text: str) -> list[str]:
    return text.split()


def plain(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", html.replace("<mark>", "").replace("</mark>", "")))


def marked(html: str) -> str:
    return unescape("\n".join(re.findall(r"<mark>(.*?)</mark>", html, re.DOTALL)))


def test_every_passage_can_be_marked_in_its_document(fake: FakeAssistant) -> None:
    for passage in fake.corpus.passages:
        document = fake.document(passage.document_id)
        assert document is not None
        html = document_html(document, Span(passage.start, passage.end))
        assert words(marked(html)) == words(passage.text)


def test_the_document_is_shown_whole(fake: FakeAssistant) -> None:
    for document in fake.corpus.documents:
        assert words(plain(document_html(document, Span(0, 10)))) == words(document.text)


def test_headings_lists_and_paragraphs_are_told_apart(fake: FakeAssistant) -> None:
    document = fake.document("amspa-skin-rejuvenation")
    assert document is not None
    html = document_html(document, Span(0, 5))
    assert "<h4>" in html
    assert "Burns and scarring;</li>" in html
    assert "<p>More in-depth skin rejuvenation" in html


def test_a_document_cannot_bring_markup() -> None:
    document = Document("d", "<b>t</b>", "Some words.\n\n<script>alert(1)</script> & more words here.")
    html = document_html(document, Span(0, 4))
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in html


def test_marks_of_markdown_headings_are_not_shown() -> None:
    assert "<h4>Our Peels</h4>" in document_html(Document("d", "t", "# Our Peels\n\nThey are mild."), Span(13, 17))


def test_a_book_is_shown_around_the_quote() -> None:
    text = "\n\n".join(f"Paragraph number {number} says nothing of interest." for number in range(5_000))
    start = text.index("number 2500 ")
    html = document_html(Document("d", "t", text), Span(start, start + 11))
    assert marked(html) == "number 2500"
    assert len(html) < 4 * WINDOW
    assert "begins earlier" in html
    assert "goes on" in html


def test_a_quote_that_moved_is_found_again(fake: FakeAssistant) -> None:
    document = fake.corpus.documents[0]
    later = replace(document, text="A new first sentence.\n\n" + document.text)
    quote = document.text[100:160]
    view = passage_view({"document": document.id, "start": 100, "quote": quote}, {later.id: later}.get)
    assert words(marked(view["body"])) == words(quote)


@pytest.mark.parametrize(
    "wanted",
    [
        None,
        [],
        "amspa-skin-rejuvenation",
        {},
        {"document": "../../etc/passwd", "start": 0, "quote": "root"},
        {"document": "amspa-skin-rejuvenation"},
        {"document": "amspa-skin-rejuvenation", "start": 0, "quote": "words that were never there"},
        {"document": "amspa-skin-rejuvenation", "start": -5, "quote": ""},
        {"document": "amspa-skin-rejuvenation", "start": "0", "quote": "Medical"},
    ],
)
def test_what_cannot_be_shown_is_said(wanted: object, fake: FakeAssistant) -> None:
    view = passage_view(wanted, fake.document)
    assert "changed since" in view["body"]
    assert "<mark>" not in view["body"]


def test_a_source_is_shown_as_what_it_is(fake: FakeAssistant) -> None:
    document = fake.document("doctor-answers-pixel-laser")
    assert document is not None
    html = facts_html(document, "Harold J. Kaplan, MD")
    assert "Harold J. Kaplan, MD, Los Angeles Facial Plastic Surgeon" in html
    assert "<dd>undated</dd>" in html
    assert document.kind.replace("'", "&#x27;") in html


def test_a_speaker_the_document_does_not_have_is_not_shown() -> None:
    document = Document("d", "t", "x", speakers=(Speaker("A. Person"),))
    assert "Dr. Evil" not in facts_html(document, "Dr. Evil")
