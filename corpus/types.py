"""Plain values for what the source files say. Knows nothing of vectors, models or chat."""

from dataclasses import dataclass, field
from enum import StrEnum


class BlockKind(StrEnum):
    """What a piece of a document is on the page."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST = "list"  # with its lead-in
    TABLE = "table"  # rows, with their header where it is adjacent
    FAQ = "faq"  # a question and its answer
    STEP = "step"  # "Step 2: ..." and what belongs to it
    QUESTION = "question"  # a reader's question on a question-and-answer page
    ANSWER = "answer"  # one person's answer to it


@dataclass(frozen=True, slots=True)
class Speaker:
    """A person whose words a document reports."""

    name: str  # as shown: "Harold J. Kaplan, MD", or "a doctor the page does not name"
    role: str = ""  # as the page gives it: "Los Angeles Facial Plastic Surgeon"


@dataclass(frozen=True, slots=True)
class Asked:
    """How people ask for what a span of a document says."""

    start: int
    end: int
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """One source, cleaned. Offsets everywhere are code points into `text`."""

    id: str  # path below the documents folder, without the suffix
    title: str
    text: str
    publisher: str = ""  # shown name: "AmSpa", "Genesis MedSpa"
    kind: str = "document"  # "association guide", "clinic's own marketing", "doctors' opinions", ...
    speakers: tuple[Speaker, ...] = ()
    jurisdictions: tuple[str, ...] = ()  # places whose rules it speaks about
    date: str = "undated"
    copied: str = "unknown"  # when the copy was made
    terms: str = ""
    business: str = ""  # the business whose address, hours or phone it gives
    disclaimer: str = ""  # the document's own, in short
    asked: tuple[Asked, ...] = ()  # questions known to be answered by spans of it
    unanswered: tuple[str, ...] = ()  # questions known to be answered by nothing in it


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of one document: `document.text[start:end]`."""

    kind: BlockKind
    start: int
    end: int
    headings: tuple[str, ...] = ()  # trail from the title down
    speaker: str = ""  # a Speaker's name, "" where the publisher itself speaks


@dataclass(frozen=True, slots=True)
class Passage:
    """What is embedded and found. Invariant: `document.text[start:start + len(text)] == text`."""

    document_id: str
    start: int
    text: str
    kind: BlockKind
    headings: tuple[str, ...] = ()  # trail from the document's title down
    speaker: str = ""  # a Speaker's name, "" where the publisher itself speaks
    header: str = ""  # a table's header row, where a long table was cut and `text` lacks it

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    @property
    def searchable(self) -> str:
        """The text that is embedded and indexed: where it stands, then what it says."""
        return "\n".join(part for part in (" > ".join(self.headings), self.header, self.text) if part)


@dataclass(frozen=True, slots=True)
class Problem:
    """A file that could not be used, in one sentence that names it."""

    file: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Corpus:
    """What a folder held."""

    documents: tuple[Document, ...] = ()
    passages: tuple[Passage, ...] = ()
    problems: tuple[Problem, ...] = field(default=())
