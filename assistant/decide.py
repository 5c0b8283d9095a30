"""Whether the evidence answers the question, and which of it to show. Every threshold of abstention is here.

Knows scores and the shape of a question, no words of any document.
"""

import math
from collections.abc import Sequence

from assistant.evidence import Evidence
from assistant.lexicon import lexicon
from assistant.understand import Query
from index.types import Hit

ANSWERS = 0.5  # confidence from which the documents are taken to answer
MAY_HELP = 0.25  # enough to show a general rule beside a refusal to judge one person's case
_CLOSE = 0.8  # further evidence is shown where its score is this near to the best one's
_MOST = 3  # pieces of evidence shown
_OFF_TOPIC = 0.30  # cosine of the best passage below which a question is about something else


# Logistic weights, fitted together on questions about these sources and on SQuAD's development half asked its own
# questions and others' (docs/experiments.md). No feature sees how a question is punctuated or phrased.
_BIAS = -13.1
_WEIGHTS = {
    "coverage": 3.1,
    "own": 1.8,
    "cosine": 1.3,
    "nearest": 2.8,  # cosine of the nearest unit
    "passage": 5.5,  # cosine of the nearest passage
    "fits": 2.3,
    "subject": 4.0,
    "heaviest_unmet": -0.7,
    "lacks": -3.0,  # set by hand: what no document has a word for is not covered
}


def confidence_of(evidence: Sequence[Evidence], hits: Sequence[Hit]) -> float:
    """The probability that the documents answer, from how well the best unit meets the question."""
    if not evidence:
        return 0.02
    best = evidence[0]
    features = {
        "coverage": best.coverage,
        "own": best.own,
        "cosine": max(best.cosine, 0.0),
        "nearest": max(item.cosine for item in evidence),
        "passage": max((hit.dense for hit in hits), default=0.0),
        "fits": float(best.fits),
        "subject": float(best.subject),
        "lacks": float(best.lacks),
        "heaviest_unmet": max(best.unmet, default=0.0),
    }
    value = _BIAS + sum(_WEIGHTS[name] * feature for name, feature in features.items())
    return 1.0 / (1.0 + math.exp(-value))


def is_covered(confidence: float, enough: float = ANSWERS) -> bool:
    return confidence >= enough


def is_off_topic(query: Query, hits: Sequence[Hit], below: float = _OFF_TOPIC) -> bool:
    """No word of the field, and no passage near it in meaning."""
    visit = lexicon().visit_concepts & set(query.concepts)
    named = query.procedures or query.roles or query.sources or visit or (query.language != "en" and query.concepts)
    return not named and max((hit.dense for hit in hits), default=0.0) < below


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
