"""The rules that bear on a question: which passages are read for them, and what they say together."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Protocol

from assistant.evidence import from_named
from assistant.frames import frame, listed
from assistant.lexicon import lexicon
from assistant.patterns import pattern
from assistant.query import Query, telling_terms
from assistant.rules import Rule, rules_of
from assistant.text import fold
from assistant.types import Notice, Status
from assistant.who import MOST_ROLES, Verdict, answer
from corpus.types import Document, Passage
from index.types import Hit

RULE_HITS = 60  # passages read for rules on who may perform what


class Readable(Protocol):
    """What is needed of one state of the index."""

    @property
    def passages(self) -> tuple[Passage, ...]: ...
    @property
    def count(self) -> int: ...
    def document(self, id: str) -> Document | None: ...
    def search(self, query: str, k: int = 10) -> list[Hit]: ...
    def frequency(self, term: str) -> int: ...


def rules_read(query: Query, snapshot: Readable) -> list[Rule]:
    """The rules of the passages nearest to the question, from the sources that it names."""
    found = ((snapshot.document(p.document_id), p) for p in _near(query, snapshot) if from_named(query, p))
    return [rule for document, passage in found if document for rule in rules_of(document, passage)]


def ruled_on(query: Query, snapshot: Readable) -> Verdict | None:
    """Who may perform what: the verdict of the rules in the passages nearest to the question."""
    if query.procedures and not any(_mentions(p, query.procedures) for p in _near(query, snapshot)):
        return None  # a treatment of the field that the documents do not speak of
    bare = not query.procedures and not query.roles
    if bare and pattern("asks_whole").search(fold(query.question)):
        return None  # wants a table as it stands
    if bare and any(not snapshot.frequency(term) for term in telling_terms(_unnamed(query))):
        return None  # asks about something that the lexicon and the documents do not know
    return answer(query, rules_read(query, snapshot))


def ruled_or_others(query: Query, snapshot: Readable) -> Verdict | None:
    """The verdict of the rules; where the source that is named is silent, that is said before what others say."""
    if query.asks_who and (ruled := ruled_on(query, snapshot)):
        return ruled
    about_who = query.asks_who or (query.roles and (query.procedures or query.places))
    if not query.sources or not about_who or query.answer_types:
        return None
    others = replace(query, sources=(), asks_who=True)
    if len(query.roles) > MOST_ROLES:
        others = replace(others, roles=())
    ruled = ruled_on(others, snapshot)
    if ruled is None or ruled[0] is Status.PARTIAL:
        return None
    found = ((ref, snapshot.document(ref.document_id)) for ref in query.sources)
    named = [ref.speaker or document.publisher for ref, document in found if document]
    first = Notice("not-covered", frame("not_theirs", query.language, holders=listed(named, query.language)))
    return ruled[0], ruled[1], (first, *ruled[2])


def _unnamed(query: Query) -> str:
    """What a question says beside its places and what the lexicon has a name for: "med spa"."""
    text = query.subject
    for mention in reversed(lexicon().concepts.find(text)):
        text = f"{text[: mention.start]} {text[mention.end :]}"
    named = {fold(word) for place in query.places for word in place.label.replace(",", " ").split()}
    return " ".join(word for word in text.split() if fold(word).strip("?.!,") not in named)


def _near(query: Query, snapshot: Readable) -> tuple[Passage, ...]:
    if snapshot.count <= RULE_HITS:
        return snapshot.passages
    return tuple(hit.passage for hit in snapshot.search(query.search_text, RULE_HITS))


def _mentions(passage: Passage, procedures: Sequence[str]) -> bool:
    """Whether the passage names one of the procedures, or one that includes it or that it includes."""
    names = lexicon().procedures
    named = _procedures(passage.searchable)
    return any(names.includes(a, b) or names.includes(b, a) for a in named for b in procedures)


@lru_cache(maxsize=8192)
def _procedures(text: str) -> tuple[str, ...]:
    return tuple(lexicon().procedures.named(text))
