"""An answer as plain text for people. Knows widths and colours, nothing of how an answer came about."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from shutil import get_terminal_size
from textwrap import TextWrapper
from typing import TextIO

from assistant.page.chips import chip_of
from assistant.types import Answer, Citation, Status

WIDEST = 100  # longer lines are hard to read
NARROWEST = 20
_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*", re.DOTALL)
_ITEM = re.compile(r"(\s*(?:[-*+•>]|\[\d{1,3}\]|\d{1,3}[.)])\s+)(.*)", re.DOTALL)
_STARTS, _ENDS = "\x02", "\x03"  # around bold words while lines are wrapped; never in a source (see `clean`)
_COLOURS = {
    Status.EMERGENCY: "1;31",
    Status.CONFLICTING: "1;33",
    Status.PARTIAL: "1;33",
    Status.ANSWERED: "1;32",
}
_STANDING = {
    "en": (
        "Automated general information, not medical or legal advice. Not for emergencies: call 911. "
        "To reach a person: {contact}."
    ),
    "es": (
        "Información general automática, no es consejo médico ni legal. No es para emergencias: llame al 911. "
        "Para hablar con una persona: {contact}."
    ),
}
_NO_CONTACT = {"en": "contact the clinic that treats you", "es": "contacte a la clínica que le atiende"}


@dataclass(frozen=True, slots=True)
class Look:
    """How text is shown on one terminal."""

    width: int = 80
    colours: bool = False

    @classmethod
    def of(cls, stream: TextIO, environment: Mapping[str, str]) -> "Look":
        """Colours only for people, and only where they are wanted (no-color.org)."""
        plain = environment.get("NO_COLOR") or environment.get("TERM") == "dumb"
        width = min(max(get_terminal_size().columns, NARROWEST), WIDEST)
        return cls(width, stream.isatty() and not plain)

    def coloured(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.colours else text

    def rendered(self, markdown: str) -> str:
        """Markdown's paragraphs, lists and bold words as lines that fit; no word is lost or broken."""
        marked = _BOLD.sub(f"{_STARTS}\\1{_ENDS}", clean(markdown))
        starts, ends = ("\x1b[1m", "\x1b[22m") if self.colours else ("", "")
        return self._wrapped(marked).replace(_STARTS, starts).replace(_ENDS, ends)

    def wrapped(self, text: str, indent: str = "") -> str:
        """Plain text as lines that fit."""
        return self._wrapped(clean(text), indent)

    def _wrapped(self, text: str, indent: str = "") -> str:
        return "\n".join(line for paragraph in text.split("\n") for line in self._lines(paragraph, indent))

    def _lines(self, paragraph: str, indent: str) -> Sequence[str]:
        item = _ITEM.fullmatch(paragraph)
        bullet, words = item.groups() if item else ("", paragraph)
        wrapper = TextWrapper(
            width=self.width,
            initial_indent=indent + bullet,
            subsequent_indent=indent + " " * len(bullet),
            break_long_words=False,
            break_on_hyphens=False,
        )
        return wrapper.wrap(words) or [""]


def clean(text: str) -> str:
    """Without control characters: a document or a question must not steer the terminal."""
    return "".join(
        char if char == "\n" or unicodedata.category(char) not in ("Cc", "Cs") else " " if char == "\t" else ""
        for char in text
        if unicodedata.bidirectional(char) not in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
    )


def shown(answer: Answer, look: Look, contact: str = "", worded_by: str = "") -> str:
    """Status, answer, sources and the standing notice, one below the other.

    `worded_by`: what people are told of a chat model.
    """
    quotes = [sources(answer.citations, look, answer.language)] if answer.citations else []
    notice = look.coloured(look.wrapped(standing_notice(contact, answer.language, worded_by)), "2")
    return "\n\n".join([status_and_answer(answer, look), *quotes, notice])


def status_and_answer(answer: Answer, look: Look) -> str:
    return f"{status_line(answer, look)}\n\n{look.rendered(answer.text)}"


def status_line(answer: Answer, look: Look) -> str:
    chip = chip_of(answer)
    label = chip.spanish if answer.language.startswith("es") else chip.label
    return look.coloured(label, _COLOURS.get(answer.status, "1"))


def sources(citations: Sequence[Citation], look: Look, language: str = "en") -> str:
    """Every citation: whose words, what kind of source, from when, in which document, and the words."""
    heading = "Fuentes:" if language.startswith("es") else "Sources:"
    return "\n".join([look.coloured(heading, "1"), *(_source(citation, look) for citation in citations)])


def _source(citation: Citation, look: Look) -> str:
    quote, document = citation.quote, citation.quote.document
    voice = quote.passage.speaker
    voice = f"{voice}, on {document.publisher}" if voice and document.publisher else voice or document.publisher
    facts = "; ".join(filter(None, [voice or document.title, document.kind, document.date, document.id]))
    indent = " " * (len(str(citation.number)) + 3)
    body = look.wrapped(f"“{quote.text.strip()}”", indent)
    return f"{look.wrapped(f'[{citation.number}] {facts}')}\n{body}"


def standing_notice(contact: str, language: str = "en", worded_by: str = "") -> str:
    spoken = "es" if language.startswith("es") else "en"
    standing = _STANDING[spoken].format(contact=contact.rstrip(".") or _NO_CONTACT[spoken])
    return f"{standing} {worded_by}".rstrip()
