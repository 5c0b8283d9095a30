"""The units of a passage as questions are compared with them: worked out once, however many questions come.

Knows words and structure, no question.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from assistant.lexicon import lexicon
from assistant.text import WORD, fold, stem
from corpus.types import Document, Passage
from corpus.units import Unit, units

_OPENING = 4  # characters: "A medical ...", "The laser ..."
_DONE = re.compile(r"(?:Once|After) [^,.;]{5,80}, (?=\w)")  # what a sentence takes for done is not what it is about
_START = 60  # characters looked at for what a unit opens with


@lru_cache(maxsize=65536)
def vocabulary(text: str) -> frozenset[str]:
    """Stems of a text and the concepts, procedures and roles it names, these marked with "#"."""
    words = lexicon()
    stems = {stem(word) for word in WORD.findall(fold(text))}
    ids = {f"#{name}" for kind in (words.concepts, words.roles) for name in kind.named(text)}
    named = words.procedures.named(text)
    ids |= {f"#{name}" for name in named}
    return frozenset(stems | ids)


@dataclass(frozen=True, slots=True)
class Reading:
    """One unit, read."""

    unit: Unit
    own: str  # its words
    text: str  # what is embedded for it
    words: frozenset[str]  # its vocabulary
    lead_words: frozenset[str]  # that of what it hangs on
    titles: tuple[str, ...]  # what a list that it stands in is called
    opening: tuple[str, ...]  # the procedures with which it begins
    first_word: str  # folded


@lru_cache(maxsize=8192)
def readings(document: Document, passage: Passage) -> tuple[Reading, ...]:
    """The units of a passage in reading order."""
    return tuple(_read(document, passage, unit) for unit in units(passage))


@lru_cache(maxsize=8192)
def surroundings(document: Document, passage: Passage) -> tuple[frozenset[str], frozenset[str]]:
    """The vocabularies of a passage's headings and source, and of the passage."""
    around = " ".join((*passage.headings, document.publisher, passage.speaker))
    return vocabulary(around), vocabulary(passage.text)


def _read(document: Document, passage: Passage, unit: Unit) -> Reading:
    text = document.text
    own = text[unit.span.start : unit.span.end]
    lead = text[unit.lead.start : unit.lead.end] if unit.lead else ""
    named = lexicon().procedures.find(own[:_START])
    done = _DONE.match(own)
    return Reading(
        unit=unit,
        own=own,
        text=unit_text(document, passage, unit),
        words=vocabulary(own[done.end() :] if done else own),
        lead_words=vocabulary(f"{lead} {done.group()}" if done else lead),
        titles=(lead, passage.header, passage.headings[-1]),
        opening=tuple(mention.id for mention in named if mention.start <= _OPENING),
        first_word=fold(own[:_START]).split(" ")[0],
    )


def unit_text(document: Document, passage: Passage, unit: Unit) -> str:
    """What is embedded for a unit: the last heading, what it hangs on, its words."""
    text = document.text
    heading = passage.headings[-1] if len(passage.headings) > 1 else ""
    lead = text[unit.lead.start : unit.lead.end] if unit.lead else ""
    return "\n".join(part for part in (heading, lead, text[unit.span.start : unit.span.end]) if part)
