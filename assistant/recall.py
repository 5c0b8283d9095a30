"""Searches for a question in its conversation: what was said before helps where the question leans on it.

Knows scores and documents' ids, no words. A question that finds a place of its own, away from what is talked about, is
a new topic and is searched alone.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from assistant.query import Query
from assistant.types import Turn
from corpus.types import Passage
from index.types import Hit

# Tuned on doc2dial's development half (docs/experiments.md).
_DEPTH = 60  # passages looked at by each search
_TURNS = 12  # utterances before the question that are searched with it
_BY_LEAD = 0.35  # what a lead in score counts beside a cosine
_ALONE = 0.66  # cosine and lead together from which a question stands alone
_OWN, _TALK = 0.25, 0.75  # weights of the question alone and of the question in its conversation


class Searches(Protocol):
    def search(self, query: str, k: int = 10) -> list[Hit]: ...
    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]: ...


def recall(query: Query, history: Sequence[Turn], index: Searches, k: int) -> tuple[list[Hit], bool]:
    """The k best passages for a question, best first, and whether it leans on what was said before."""
    said = "" if query.sources else " ".join(turn.text for turn in history[-_TURNS:])
    in_talk = f"{said} {query.text}" if said.strip() else ""
    # One run of the model for all texts of this question; whoever needs their vectors then finds them remembered.
    index.embed([text for text in (query.search_text, query.embedded_text, in_talk) if text.strip()])
    own = index.search(query.search_text, _DEPTH if history else k)
    if not in_talk:
        return own[:k], False
    talk = index.search(in_talk, _DEPTH)
    if _stands_alone(own, talk):
        return own[:k], False
    return _mixed(own, talk)[:k], True


def _stands_alone(own: Sequence[Hit], talk: Sequence[Hit]) -> bool:
    """Whether the question finds a passage that is near to it and ahead of all in the document talked about.

    Neither is enough: a question in a few words is near to nothing, yet one passage may lead; and a question that goes
    on where the talk is may find the like elsewhere, a little nearer.
    """
    if not own or not talk:
        return False
    discussed = talk[0].passage.document_id
    there = max((hit.score for hit in own if hit.passage.document_id == discussed), default=0.0)
    lead = own[0].score - there
    return lead > 0.0 and max(hit.dense for hit in own) + _BY_LEAD * lead >= _ALONE


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
