"""Answers as plain text: widths, lists, colours, sources."""

import io

import pytest

from assistant.terminal.show import NARROWEST, WIDEST, Look, clean, shown, standing_notice
from assistant.types import Answer, Claim, Notice, Status
from corpus.types import Corpus
from tests.terminal_helpers import KAPLAN, ScriptedAssistant, quote_of


@pytest.mark.parametrize("width", [30, 47, 80, 100])
def test_lines_fit_and_no_word_is_lost(sources: Corpus, width: int) -> None:
    answer = ScriptedAssistant(sources).ask("Who may do it? " * 10)
    text = shown(answer, Look(width))
    assert max(map(len, text.splitlines())) <= width
    assert all(word in text.split() for word in answer.text.replace("**", "").split())


def test_status_answer_sources_and_notice_come_in_this_order(sources: Corpus) -> None:
    text = shown(ScriptedAssistant(sources).ask("Who?"), Look(80))
    assert text.startswith("Sources differ\n\nKaplan: “")
    places = [text.index(words) for words in ("In general.", "\nSources:\n[1] ", "\n[2] ", "Automated general")]
    assert places == sorted(places)
    assert "**" not in text


def test_a_source_is_shown_as_what_it_is(sources: Corpus) -> None:
    text = shown(ScriptedAssistant(sources).ask("Who?"), Look(500))
    listed = text[text.index("Sources:") :].splitlines()
    quote = quote_of(sources, KAPLAN)
    for fact in (
        "[1] Harold J. Kaplan, MD, on ",
        quote.document.publisher,
        quote.document.kind,
        "undated",
        "doctor-answers",
    ):
        assert fact in listed[1]
    assert listed[2] == f"    “{KAPLAN}”"
    assert listed[3].startswith("[2] a doctor the page does not name")


def test_lists_keep_their_shape(sources: Corpus) -> None:
    items = "- first item of some length\n- second item of some length\n1. third item of some length"
    claim = Claim(f"It lists:\n\n{items}", (quote_of(sources, KAPLAN),))
    text = shown(Answer("?", Status.ANSWERED, "evidence", (claim,), 0.9), Look(24))
    assert "\n- first item of some\n  length\n- second item of some\n  length\n1. third item of some\n   length" in text


def test_bold_words_are_bold_only_where_colours_are(sources: Corpus) -> None:
    answer = ScriptedAssistant(sources).ask("Who?")
    assert "\x1b[1mKaplan\x1b[22m:" in shown(answer, Look(80, colours=True))
    assert "\x1b" not in shown(answer, Look(80))


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "environment", "colours"),
    [
        (Screen(), {}, True),
        (Screen(), {"NO_COLOR": ""}, True),  # as no-color.org has it
        (Screen(), {"NO_COLOR": "1"}, False),
        (Screen(), {"TERM": "dumb"}, False),
        (io.StringIO(), {}, False),
    ],
)
def test_colours_are_for_screens(stream: io.StringIO, environment: dict[str, str], colours: bool) -> None:
    assert Look.of(stream, environment).colours is colours


@pytest.mark.parametrize(("columns", "width"), [("60", 60), ("3", NARROWEST), ("400", WIDEST)])
def test_the_width_is_the_terminals(monkeypatch: pytest.MonkeyPatch, columns: str, width: int) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert Look.of(io.StringIO(), {}).width == width


def test_nothing_steers_the_terminal() -> None:
    assert clean("a\x1b[31mb\x07c\u202ed\te\nf\x02\x9b2J") == "a[31mbcd e\nf2J"
    notice = Notice("not-covered", "“\x1b]0;title\x07”")
    assert "\x1b" not in shown(Answer("?", Status.ABSTAINED, "no-evidence", (notice,), 0.1), Look(80))


@pytest.mark.parametrize(
    ("language", "words"), [("en", ("not medical or legal advice", "911")), ("es", ("consejo médico ni legal", "911"))]
)
def test_the_standing_notice(language: str, words: tuple[str, ...]) -> None:
    assert all(word in standing_notice("", language) for word in words)
    assert "clinic that treats you" in standing_notice("")
    assert standing_notice("call 555-0100.", language).endswith(": call 555-0100.")


def test_an_emergency_in_spanish_is_spanish_throughout() -> None:
    answer = Answer("?", Status.EMERGENCY, "red-flag", (Notice("emergency", "Llame al 911."),), language="es")
    assert shown(answer, Look(500)).startswith("Emergencia\n\nLlame al 911.\n\nInformación general")
