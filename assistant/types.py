"""What an answer is made of: quotes, claims, notices. Knows nothing of pages, models or stores."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Literal

from corpus.types import Document, Passage
from index.types import Hit


class Status(StrEnum):
    """In the order in which they are decided."""

    EMERGENCY = "emergency"
    DECLINED = "declined"
    ABSTAINED = "abstained"
    CONFLICTING = "conflicting"
    PARTIAL = "partial"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier utterance of the conversation."""

    role: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class Quote:
    """A span of a document inside one passage; its text cannot differ from the document's."""

    document: Document
    passage: Passage
    start: int  # code points into document.text
    end: int

    @property
    def text(self) -> str:
        return self.document.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence (or a list) shown to the user, and the quotes that carry it. Never without a quote."""

    text: str  # markdown without citation markers
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """A fixed sentence of ours: no fact of the documents stands in it."""

    kind: str  # "emergency", "urgent", "not-covered", "general", "differ", "next-step", "glossary", ...
    text: str


@dataclass(frozen=True, slots=True)
class Citation:
    """A quote under the number the answer's text gives it."""

    number: int  # from 1, in order of appearance
    quote: Quote


@dataclass(frozen=True, slots=True)
class Writing:
    """What a chat model did for an answer. Holds no text of the conversation."""

    model: str  # "provider:model"
    prompts: str  # their version
    written: int  # sentences that held and are shown
    dropped: tuple[str, ...]  # the defect of each sentence that did not
    failure: str  # why it wrote nothing or stopped early; empty where it did neither
    tokens_in: int
    tokens_out: int
    first: float | None  # seconds to the first verified sentence


@dataclass(frozen=True)
class Answer:
    """The reply to one question. Everything shown derives from `lines`."""

    question: str
    status: Status
    reason: str  # a word or two: "red-flag", "place-not-covered", "no-evidence", "evidence", ...
    lines: tuple[Claim | Notice, ...]
    confidence: float | None = None  # that the documents answer the question; None for emergency and declined
    hits: tuple[Hit, ...] = ()
    seconds: float = 0.0
    language: str = "en"
    writing: Writing | None = None  # where a chat model was asked

    @property
    def claims(self) -> tuple[Claim, ...]:
        return tuple(line for line in self.lines if isinstance(line, Claim))

    @property
    def notices(self) -> tuple[Notice, ...]:
        return tuple(line for line in self.lines if isinstance(line, Notice))

    @cached_property
    def citations(self) -> tuple[Citation, ...]:
        quotes = dict.fromkeys(quote for claim in self.claims for quote in claim.quotes)
        return tuple(Citation(number, quote) for number, quote in enumerate(quotes, start=1))

    @cached_property
    def text(self) -> str:
        """The whole answer as markdown, each claim followed by its `[n]` markers."""
        numbers = {citation.quote: citation.number for citation in self.citations}
        return "\n\n".join(_with_markers(line, numbers) for line in self.lines)


def _with_markers(line: Claim | Notice, numbers: dict[Quote, int]) -> str:
    if isinstance(line, Notice):
        return line.text
    markers = "".join(f"[{number}]" for number in sorted(numbers[quote] for quote in set(line.quotes)))
    return f"{line.text} {markers}"


def history_from(turns: Sequence[dict[str, str]]) -> tuple[Turn, ...]:
    """Turns from `{"role", "content"}` mappings; other roles than user and assistant are dropped."""
    return tuple(
        Turn("user" if turn["role"] == "user" else "assistant", turn["content"])
        for turn in turns
        if turn.get("role") in ("user", "assistant")
    )
