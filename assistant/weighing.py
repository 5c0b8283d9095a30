"""What is found for a question and how well it answers: search, known questions, evidence. Decides nothing."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from assistant.asked import KnownQuestions, Nearness
from assistant.decide import features_of
from assistant.evidence import Evidence, gather
from assistant.lexicon import lexicon
from assistant.query import Query
from assistant.recall import recall
from assistant.snapshot import Snapshot, document_of
from assistant.terms import terms_of
from assistant.types import Turn
from index.types import Hit

HITS = 20  # passages looked at for evidence
_KNOWN = 3  # known questions whose passages are looked at too
_NAMES_TREATMENT = 0.6  # cosine from which a question is about the treatment that a known one is about


class Weighed(NamedTuple):
    """All that an answer is decided on."""

    hits: list[Hit]
    leans: bool  # on what was said before
    evidence: list[Evidence]  # best first
    features: dict[str, float]  # what its confidence is made of


def weigh(query: Query, history: Sequence[Turn], snapshot: Snapshot, known: KnownQuestions) -> Weighed:
    """Search, and score what is found."""
    hits, leans = recall(query, history, snapshot, HITS)
    near = known.nearness(snapshot.embed([query.text])[0]) if known else None
    hits = _with_known(hits, near, snapshot, query) if near else hits
    terms = terms_of(query, snapshot.frequency, snapshot.count)
    documents = {hit.passage.document_id: document_of(snapshot, hit.passage.document_id) for hit in hits}
    evidence = gather(query, hits, terms, documents.__getitem__, snapshot.embed, near)
    return Weighed(hits, leans, evidence, features_of(query, evidence, hits, snapshot.frequency, near))


def with_known_treatment(query: Query, evidence: Sequence[Evidence]) -> Query:
    """Asked who may give "the stuff that plumps cheeks": the treatment of the row or sentence known to be asked so."""
    if not query.asks_who or query.procedures or not evidence:
        return query
    known = max(evidence, key=lambda item: item.asked)
    named = lexicon().procedures.narrowest(known.document.text[known.unit.span.start : known.unit.span.end])
    if known.asked < _NAMES_TREATMENT or not 1 <= len(named) <= 2:
        return query
    return replace(query, procedures=tuple(named))


def _with_known(hits: list[Hit], near: Nearness, snapshot: Snapshot, query: Query) -> list[Hit]:
    """The hits, and after them the passages that answer the known questions nearest to this one."""
    found = {(hit.passage.document_id, hit.passage.start) for hit in hits}
    places = near.best(_KNOWN)
    more = [
        passage
        for passage in snapshot.passages
        if (passage.document_id, passage.start) not in found
        and any(passage.document_id == id and passage.start <= start < passage.end for id, start in places)
    ]
    if not more:
        return hits
    vectors = snapshot.embed([query.embedded_text, *(passage.searchable for passage in more)])
    least = hits[-1].score if hits else 0.0
    cosines = (vectors[1:] @ vectors[0]).tolist()
    return [*hits, *(Hit(passage, least, cosine) for passage, cosine in zip(more, cosines, strict=True))]
