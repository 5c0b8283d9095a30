"""What a comparison of strings can hold against a sentence that a chat model wrote.

Each quote must stand in the passage named; numbers, roles, drugs and names must stand in the quotes or in the user's
words, places in the quotes or around them. Says nothing about what the sentence means: `meaning` does.
"""

import re
from collections.abc import Sequence
from typing import Protocol

from assistant.chat.names import new_drugs, new_names, new_places, new_roles
from assistant.chat.quantities import counts_listed, new_quantities
from assistant.chat.quoted import Shown, locate, quote_defect
from assistant.chat.voices import FIRST_PERSON, voice_of, without_speaker
from assistant.places import find_places
from assistant.text import stem, words
from corpus.units import Span, units

_EXCEPTS = re.compile(r"\b(?:unlike|except\w*|other than|outside|but not|not in|only|salvo|excepto)\b", re.I)


class Written(Protocol):
    """One sentence of a chat model with the number of its passage, from 1, and its quotes."""

    @property
    def text(self) -> str: ...

    @property
    def passage(self) -> int: ...

    @property
    def quotes(self) -> Sequence[str]: ...


def defects(written: Written, shown: Sequence[Shown], said: str) -> tuple[str, ...]:
    """The kinds of defect found, each once; () for a sentence that passes.

    `shown`: the passages as the model had them numbered, from 1. `said`: the question and the user's earlier turns.
    """
    found = [quote_defect(quote, written.passage, shown) for quote in written.quotes] or ["invented-quote"]
    kinds = [kind for kind in found if kind]
    if not 1 <= written.passage <= len(shown):
        return tuple(dict.fromkeys([*kinds, *([] if kinds else ["wrong-passage"])]))
    kinds += _foreign(written, shown[written.passage - 1], shown, said)
    return tuple(dict.fromkeys(kinds))


def _foreign(written: Written, source: Shown, shown: Sequence[Shown], said: str) -> list[str]:
    """Kinds of what the sentence names and neither quotes, sidecar nor user do."""
    quoted = "\n".join(written.quotes)
    strict = f"{quoted}\n{said}"
    led = f"{strict}\n{_lead(written.quotes, source)}"
    facts = _facts(source)
    # A speaker's own profession may be told where the sentence says who speaks, or tells what "I" do.
    text = written.text
    if voice_of(source).kind == "doctor" and not FIRST_PERSON.search(quoted):
        text = without_speaker(text, voice_of(source))
    theirs = facts if FIRST_PERSON.search(quoted) else ""
    roles = new_roles(text, f"{led}\n{theirs}")
    heading = source.passage.headings[-1] if source.passage.headings else ""
    numbers = [
        each
        for each in new_quantities(written.text, f"{strict}\n{facts}\n{heading}")
        if not counts_listed(each, quoted)
    ]
    plain = frozenset(stem(word) for each in shown for word in words(each.passage.text) if each.passage.text)
    checks = {
        "number": numbers,
        "state": new_places(written.text, _where(written.quotes, source)),
        "role": roles,
        "drug": new_drugs(written.text, f"{led}\n{facts}"),
        "name": new_names(written.text, f"{led}\n{facts}", plain),
    }
    return [kind for kind, new in checks.items() if new]


def _facts(source: Shown) -> str:
    """What the sidecar says of a source may be said of it."""
    document, passage = source.document, source.passage
    speakers = (f"{speaker.name} {speaker.role}" for speaker in document.speakers)
    return " ".join(
        (
            document.title,
            document.publisher,
            document.kind,
            document.date,
            document.business,
            passage.speaker,
            *speakers,
        )
    )


def _where(quotes: Sequence[str], source: Shown) -> str:
    """What tells for which places the quotes hold. Not the question: a rule is not Texas's because Texas was asked for.

    A passage that has named one place goes on about it, unless as an exception; of several, the quote must name it.
    """
    passage = source.passage
    spans = [span for span in (locate(quote, source) for quote in quotes) if span]
    before = passage.text[: min(span.start for span in spans) - passage.start] if spans else ""
    goes_on = len(find_places(passage.text)) == 1 and not _EXCEPTS.search(before)
    return "\n".join([*quotes, _lead(quotes, source), source.document.publisher, before if goes_on else ""])


def _lead(quotes: Sequence[str], source: Shown) -> str:
    """What the quotes hang on: headings, a list's lead-in, a table's header, a FAQ's question, and what "they" are."""
    document, passage = source.document, source.passage
    parts = [*passage.headings, passage.header]
    for span in filter(None, (locate(quote, source) for quote in quotes)):
        for unit in units(passage):
            if unit.span.start < span.end and span.start < unit.span.end:
                parts += [_text(document.text, each) for each in (unit.lead,) if each]
                parts.append(_text(document.text, unit.span) if unit.kind == "answer" else "")
    return "\n".join(parts)


def _text(text: str, span: Span) -> str:
    return text[span.start : span.end]
