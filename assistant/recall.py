"""Searches for a question in its conversation: what was said before helps where the question leans on it.

Knows scores and documents' ids, no words. A question that finds a place of its own, where nobody talked before, is a
new topic and is searched alone.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from assistant.types import Turn
from assistant.understand import Query
from corpus.types import Passage
from index.types import Hit

# Tuned on doc2dial's development half (docs/experiments.md).
_DEPTH = 60  # passages looked at by each search
_TURNS = 12  # utterances before the question that are searched with it
_ALONE = 0.4  # cosine from which a question that finds other documents than the talk before stands alone
_OWN, _TALK = 0.45, 0.55  # weights of the question alone and of the question in its conversation


class Searches(Protocol):
    def search(self, query: str, k: int = 10) -> list[Hit]: ...


def recall(query: Query, history: Sequence[Turn], index: Searches, k: int) -> tuple[list[Hit], bool]:
    """The k best passages for a question, best first, and whether it leans on what was said before."""
    own = index.search(query.search_text, _DEPTH if history else k)
    said = " ".join(turn.text for turn in history[-_TURNS:])
    if not said.strip() or query.sources:
        return own[:k], False
    before = index.search(said, _DEPTH)
    if max((hit.dense for hit in own), default=0.0) >= _ALONE and not _documents(own, 3) & _documents(before, 3):
        return own[:k], False
    return _mixed(own, index.search(f"{said} {query.text}", _DEPTH))[:k], True


def _documents(hits: Sequence[Hit], most: int) -> set[str]:
    """The first documents of a ranking."""
    return set(list(dict.fromkeys(hit.passage.document_id for hit in hits))[:most])


def _mixed(own: Sequence[Hit], talk: Sequence[Hit]) -> list[Hit]:
    """Both rankings as one. A passage keeps its nearness to the question alone, where that search found it."""
    scores: dict[Passage, float] = {}
    found: dict[Passage, Hit] = {hit.passage: replace(hit, dense=0.0) for hit in talk} | {
        hit.passage: hit for hit in own
    }
    for weight, hits in ((_OWN, own), (_TALK, talk)):
        for hit in hits:
            scores[hit.passage] = scores.get(hit.passage, 0.0) + weight * hit.score
    return sorted((replace(found[p], score=score) for p, score in scores.items()), key=lambda hit: -hit.score)
