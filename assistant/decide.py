"""Whether the evidence answers the question, and which of it to show. Every threshold of abstention is here.

Knows scores and the shape of a question, no words of any document.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache

from assistant.asked import Nearness
from assistant.contrast import contrast
from assistant.evidence import Evidence
from assistant.lexicon import lexicon, read_data
from assistant.places import find_places
from assistant.query import Query
from corpus.types import Passage
from index.types import Hit

ANSWERS = 0.5  # confidence from which the documents are taken to answer
MAY_HELP = 0.25  # enough to show a general rule beside a refusal to judge one person's case
_CLOSE = 0.81  # further evidence is shown where its score is this near to the best one's
_MOST = 3  # pieces of evidence shown
_FIELD_PASSAGES, _FIELD_SHARE = 200, 0.05  # passages read to see whether documents are about treatments; enough of them
_OFF_TOPIC = 0.30  # cosine of the best passage below which a question is about something else


def in_field(passages: Sequence[Passage]) -> bool:
    """Whether the documents are about treatments: of passages spread over all of them, enough name one."""
    read = passages[:: max(1, len(passages) // _FIELD_PASSAGES)]
    return sum(bool(lexicon().procedures.named(passage.text)) for passage in read) >= _FIELD_SHARE * max(len(read), 1)


@cache
def _weights() -> dict[str, dict[str, float]]:
    """Made by `python -m tests.benchmarks.confidence --fit`, from what and how: docs/evaluation.md."""
    read: dict[str, dict[str, float]] = read_data("confidence.yaml")
    return read


def features_of(
    query: Query,
    evidence: Sequence[Evidence],
    hits: Sequence[Hit],
    frequency: Callable[[str], int],
    near: Nearness | None = None,
) -> dict[str, float]:
    """How well the best unit meets the question, and what of the question it lacks. Empty without evidence.

    No feature sees how a question is punctuated, how long it is or which question word it has.
    """
    if not evidence:
        return {}
    best = evidence[0]
    lacking = contrast(query.subject, best.words, best.passage.text, frequency)
    return {
        "own": best.own,
        "cosine": max(best.cosine, 0.0),
        "nearest": max(item.cosine for item in evidence),
        "passage": max((hit.dense for hit in hits), default=0.0),
        "fits": float(best.fits),
        "subject": float(best.subject),
        "aspect": best.aspect,
        "lacks": float(best.lacks),
        "heaviest_unmet": max(best.unmet, default=0.0),
        "numbers": float(lacking.numbers),
        "names": float(lacking.names),
        "denial": float(lacking.denial),
        "opposites": float(lacking.opposites),
        "asked": max(item.asked for item in evidence),
        "unanswered": near.unanswered.get(best.document.id, 0.0) if near else 0.0,
        "known": float(near is not None and best.document.id in near.unanswered),
    }


def confidence_of(features: Mapping[str, float], in_field: bool) -> float:
    """The probability that the documents answer. `in_field`: they are about treatments, which the lexicon names, so
    that what is covered in words says more than it does in a folder about anything else; where it is known how people
    ask for what they say, that says more again."""
    if not features:
        return 0.02
    weights = _weights()[("known" if features.get("known") else "field") if in_field else "general"]
    value = weights["bias"] + sum(weight * features[name] for name, weight in weights.items() if name != "bias")
    return 1.0 / (1.0 + math.exp(-value))


def is_of_kind_asked(question: str, quotes: Sequence[str]) -> bool:
    """Whether a question asks for no kind of fact (a number, a length of time), or one of the quotes holds one."""
    kinds = [kind for kind in lexicon().answer_types_of(question) if not kind.business]
    return not kinds or any(map(kinds[0].needs.search, quotes))


def is_covered(confidence: float, enough: float = ANSWERS) -> bool:
    return confidence >= enough


def leaves_place_out(query: Query, evidence: Sequence[Evidence]) -> bool:
    """Whether a question on who may do something somewhere has no evidence that names the place: with no rule, what is
    said of the treatment in general would pass for the place's."""
    asked = {place.name for place in query.places}
    if not asked or not (query.asks_who or (query.roles and query.procedures)):
        return False
    return not any(item.subject and asked & _places(item.passage.text) for item in evidence[:_MOST])


@lru_cache(maxsize=8192)
def _places(text: str) -> frozenset[str]:
    return frozenset(place.name for place in find_places(text))


def is_off_topic(query: Query, hits: Sequence[Hit], below: float = _OFF_TOPIC) -> bool:
    """No word of the field, and no passage near it in meaning."""
    visit = lexicon().visit_concepts & set(query.concepts)
    named = query.procedures or query.roles or query.sources or visit or (query.language != "en" and query.concepts)
    return not named and max((hit.dense for hit in hits), default=0.0) < below


def choose(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The best unit and those nearly as good, each passage once. `evidence` comes best first."""
    best, *others = evidence
    chosen = [best]
    for item in others:
        if len(chosen) == _MOST or item.score < _CLOSE * best.score:
            break
        fresh = all(item.passage != other.passage or item.unit.kind == "sentence" for other in chosen)
        if fresh and item.fits and item.coverage >= 0.75 * best.coverage:
            chosen.append(item)
    return chosen
