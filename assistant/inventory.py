"""Answers questions about the documents themselves: which there are, how old, which places their rules name.

From sidecars and rules; knows no text of any document.
"""

from collections.abc import Callable, Sequence

from assistant.frames import frame, listed
from assistant.patterns import pattern
from assistant.positions import Line, quoted
from assistant.query import Query
from assistant.rules import Rule
from assistant.text import fold
from assistant.types import Notice, Status
from corpus.types import Document


def about_documents(
    query: Query, documents: Sequence[Document], rules: Callable[[], Sequence[Rule]]
) -> tuple[Status, str, tuple[Line, ...]] | None:
    """Status, reason and lines; None where the question is about what documents say. `rules` are read only where they
    are asked for: finding them is a search."""
    asked = fold(query.question)
    if query.procedures or query.roles:
        return None
    if pattern("asks_dates").search(asked):
        return _dates(query, documents)
    if not query.places and pattern("asks_places").search(asked):
        placed = [rule for rule in rules() if rule.places]
        return _places(query, placed) if placed else None
    if pattern("asks_sources").search(asked):
        return Status.ANSWERED, "sources", (_sources("sources", documents, query.language),)
    return None


def _dates(query: Query, documents: Sequence[Document]) -> tuple[Status, str, tuple[Line, ...]]:
    """The date of each document; a question on one that has none is not covered."""
    named = {ref.document_id for ref in query.sources}
    meant = [document for document in documents if document.id in named] or list(documents)
    line = _sources("dates", meant, query.language)
    if named and not any(map(_dated, meant)):
        return Status.ABSTAINED, "undated", (Notice("not-covered", frame("not_covered", query.language)), line)
    return Status.ANSWERED, "sources", (line,)


def _sources(key: str, documents: Sequence[Document], language: str) -> Notice:
    names = [
        frame(
            "about",
            language,
            name=document.publisher or f"“{document.title}”",
            facts=document.date if _dated(document) else frame("undated", language),
        )
        for document in documents
    ]
    return Notice("sources", frame(key, language, sources=listed(names, language)))


def _dated(document: Document) -> bool:
    return bool(document.date) and document.date != "undated"


def _places(query: Query, rules: Sequence[Rule]) -> tuple[Status, str, tuple[Line, ...]]:
    """The places that rules name, with the sentences that name them."""
    below = list(quoted(rules, query.language))
    names = sorted({place for rule in rules for place in rule.places})
    first = Notice("places", frame("places_named", query.language, places=listed(names, query.language)))
    return Status.ANSWERED, "places", (first, *below)
