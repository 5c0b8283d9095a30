"""Whether the evidence answers the question, and which of it to show. Every threshold of abstention is here.

Knows scores and the shape of a question, no words of any document.
"""

import math
from collections.abc import Sequence

from assistant.evidence import Evidence, Term
from assistant.understand import Query
from index.types import Hit

ANSWERS = 0.5  # confidence from which the documents are taken to answer
_CLOSE = 0.8  # further evidence is shown where its score is this near to the best one's
_MOST = 3  # pieces of evidence shown
_OFF_TOPIC = 0.30  # cosine of the best passage below which a question is about something else


def confidence_of(evidence: Sequence[Evidence], terms: Sequence[Term]) -> float:
    """The probability that the documents answer, from how well the best unit meets the question."""
    if not evidence:
        return 0.02
    best = evidence[0]
    weight = sum(term.weight for term in terms) or 1.0
    unknown = sum(term.weight for term in terms if not term.known) / weight
    value = -5.2 + 5.0 * best.coverage + 1.2 * best.own + 5.0 * max(best.cosine, 0.0) - 3.0 * unknown
    if not best.fits:
        value -= 4.0
    if not best.subject:
        value -= 2.0
    return 1.0 / (1.0 + math.exp(-value))


def is_covered(confidence: float) -> bool:
    return confidence >= ANSWERS


def is_off_topic(query: Query, hits: Sequence[Hit]) -> bool:
    """No word of the field, and no passage near it in meaning."""
    named = query.procedures or query.roles or query.sources or (query.language != "en" and query.concepts)
    return not named and max((hit.dense for hit in hits), default=0.0) < _OFF_TOPIC


def choose(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The best unit and those nearly as good, each passage once."""
    best = evidence[0]
    chosen: list[Evidence] = []
    for item in evidence:
        near = item.score >= _CLOSE * best.score and item.coverage >= 0.75 * best.coverage and item.fits
        fresh = all(item.passage != other.passage or item.unit.kind == "sentence" for other in chosen)
        if (near or item is best) and fresh and len(chosen) < _MOST:
            chosen.append(item)
    return chosen
