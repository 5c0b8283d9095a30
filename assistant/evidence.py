"""Which sentences, items, rows and answers speak to a question, and how well.

Scores units of the passages that search found. Knows words and vectors, decides nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from assistant.asked import Nearness
from assistant.exact import Pointing
from assistant.lexicon import AnswerType, lexicon
from assistant.query import Query, telling_terms
from assistant.readings import Reading, readings, surroundings
from assistant.terms import Term, akin, kinds
from assistant.text import fold
from assistant.types import Quote
from corpus.types import BlockKind, Document, Passage
from corpus.units import Unit
from index.types import Hit

# How much of a term's weight counts, by where the evidence has it beside the unit itself.
_IN_LEAD, _IN_HEADING, _NEARBY = 0.9, 0.6, 0.45
_BY_ASKED = 0.6  # what a known question as good as the same counts in a unit's score

Embed = Callable[[Sequence[str]], npt.NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One unit, scored against a question."""

    document: Document
    passage: Passage
    unit: Unit
    coverage: float  # share of the question's words, by weight, that the unit and what it hangs on contain
    cosine: float  # of unit and question, in [-1, 1]
    subject: bool  # speaks of every procedure the question names
    fits: bool  # holds the kind of fact the question asks for
    own: float  # share of the words in the unit itself
    named: bool = False  # holds a word of the question, not only a fact of the kind it asks for
    lacks: bool = False  # the question asks about a thing that no document has a word for
    opens: bool = False  # begins with what the question asks about: it is the subject, not one among others
    pointed: bool = False  # has the very words that the question quotes, or is the list or table that it wants whole
    unmet: tuple[float, ...] = ()  # weights of the terms that neither it nor its surroundings meet
    aspect: float = 1.0  # share of what is asked about a treatment, beside its name, that it or its surroundings meet
    asked: float = 0.0  # cosine of the question to the nearest one that the unit is known to answer; 0 where unknown

    @property
    def score(self) -> float:
        """In [0, 1] or a little above; higher is better."""
        return (
            _BY_ASKED * max(self.asked, 0.0)
            + 0.45 * self.coverage
            + 0.15 * self.own
            + 0.4 * max(self.cosine, 0.0)
            - (0.0 if self.fits else 0.35)
            - (0.0 if self.subject else 0.15)
            + 0.06 * self.opens
            + 0.5 * self.pointed
        )

    @property
    def words(self) -> str:
        """The unit with what it hangs on."""
        text, lead, span = self.document.text, self.unit.lead, self.unit.span
        return (f"{text[lead.start : lead.end]} " if lead else "") + text[span.start : span.end]

    @property
    def quote(self) -> Quote:
        return Quote(self.document, self.passage, self.unit.span.start, self.unit.span.end)


def gather(
    query: Query,
    hits: Sequence[Hit],
    terms: Sequence[Term],
    document: Callable[[str], Document],
    embed: Embed,
    known: Nearness | None = None,
) -> list[Evidence]:
    """Every unit of the hits, best first."""
    found = [
        (source, hit.passage, readings(source, hit.passage))
        for hit in hits
        if hit.passage.kind is not BlockKind.QUESTION and from_named(query, hit.passage)
        for source in [document(hit.passage.document_id)]
    ]
    texts = [reading.text for *_, read in found for reading in read]
    if not texts:
        return []
    vectors = embed([query.embedded_text, *texts])
    cosines = iter((vectors[1:] @ vectors[0]).tolist())
    asked = _Asked.of(query, terms)
    evidence: list[Evidence] = []
    for source, passage, read in found:
        far = _Far.of(asked, *surroundings(source, passage))
        for reading in read:
            near = known.at(source.id, reading.unit.span) if known else 0.0
            evidence.append(_scored(asked, far, source, passage, reading, next(cosines), near))
    return sorted(evidence, key=lambda item: -item.score)


def reranked(hits: Sequence[Hit], evidence: Sequence[Evidence], share: float) -> list[Hit]:
    """The hits ordered anew: `share` by the best unit that each passage holds, the rest by search.

    `evidence` comes best first.
    """
    best: dict[tuple[str, int, str], float] = {}
    for item in evidence:
        if (place := _place(item.passage)) not in best:
            best[place] = max(item.score, 0.0)
    scored = [
        Hit(hit.passage, (1 - share) * hit.score + share * best.get(_place(hit.passage), 0.0), hit.dense, hit.lexical)
        for hit in hits
    ]
    return sorted(scored, key=lambda hit: -hit.score)


def _place(passage: Passage) -> tuple[str, int, str]:
    """What tells passages of one state of the index apart, without comparing all that they hold."""
    return passage.document_id, passage.start, passage.text


def from_named(query: Query, passage: Passage) -> bool:
    """A question that names sources is answered from them."""
    return not query.sources or any(
        ref.document_id == passage.document_id and ref.speaker in ("", passage.speaker) for ref in query.sources
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """What every unit is scored against, worked out once for a question."""

    query: Query
    terms: tuple[Term, ...]
    kind: AnswerType | None
    total: float  # of the terms' weights
    aspects: float  # of the weights of terms that are no treatment
    subjects: tuple[frozenset[str], ...]  # for each procedure of the question, the marks that speak of it
    marks: frozenset[str]  # all that bears on a score
    lacks: bool
    pointing: Pointing
    openings: frozenset[str]  # procedures with which a unit about the question's own may begin
    source_words: str  # the question, folded, where all that it says is the name of a source

    @classmethod
    def of(cls, query: Query, terms: Sequence[Term]) -> "_Asked":
        procedures = lexicon().procedures
        subjects = tuple(kinds(procedures, name) | akin(procedures, name) for name in query.procedures)
        return cls(
            query=query,
            terms=tuple(terms),
            kind=query.answer_type,
            total=sum(term.weight for term in terms) or 1.0,
            aspects=sum(term.weight for term in terms if not term.treatment),
            subjects=subjects,
            marks=frozenset().union(*subjects, *(term.alternatives | term.akin for term in terms)),
            lacks=any(term.absent for term in terms),
            pointing=Pointing.of(query),
            openings=frozenset(query.procedures).union(*map(procedures.broader, query.procedures)),
            source_words=fold(query.text) if query.sources and not telling_terms(query.subject) else "",
        )


@dataclass(frozen=True, slots=True)
class _Far:
    """What a passage as a whole gives to every unit in it: worked out once for all of them."""

    met: tuple[float, ...]  # for each term, the share of its weight that headings, source or the passage meet
    akin: tuple[bool, ...]  # for each term, whether they have something akin to it
    subjects: tuple[bool, ...]  # for each procedure of the question, whether they speak of it
    alone: dict[bool, "_Cover"] = field(default_factory=dict)  # of units without a word of the question, by `fits`

    @classmethod
    def of(cls, asked: _Asked, around: frozenset[str], whole: frozenset[str]) -> "_Far":
        around, whole = around & asked.marks, whole & asked.marks
        both = around | whole
        return cls(
            met=tuple(
                _IN_HEADING if term.alternatives & around else _NEARBY if term.alternatives & whole else 0.0
                for term in asked.terms
            ),
            akin=tuple(not both.isdisjoint(term.akin) for term in asked.terms),
            subjects=tuple(not both.isdisjoint(marks) for marks in asked.subjects),
        )


class _Cover(NamedTuple):
    """How far a unit and its surroundings meet the question's terms."""

    coverage: float  # sums of weights
    own: float
    named: bool
    unmet: tuple[float, ...]
    aspect: float


def _scored(
    asked: _Asked,
    far: _Far,
    document: Document,
    passage: Passage,
    reading: Reading,
    cosine: float,
    near: float,
) -> Evidence:
    kind = asked.kind
    own, lead = reading.words & asked.marks, reading.lead_words & asked.marks
    fits = kind is None or kind.needs.search(reading.own) is not None
    cover = None if own or lead else far.alone.get(fits)
    if cover is None:
        cover = _cover(asked, far, own, lead, fits)
        if not (own or lead):
            far.alone[fits] = cover
    return Evidence(
        document=document,
        passage=passage,
        unit=reading.unit,
        coverage=cover.coverage / asked.total,
        cosine=cosine,
        subject=all(
            there or not (own.isdisjoint(marks) and lead.isdisjoint(marks))
            for there, marks in zip(far.subjects, asked.subjects, strict=True)
        ),
        fits=fits,
        own=cover.own / asked.total,
        named=cover.named,
        lacks=asked.lacks,
        opens=_opens(asked, passage, reading),
        pointed=bool(asked.pointing) and asked.pointing.at(reading.own, reading.unit.kind, reading.titles),
        unmet=cover.unmet,
        aspect=cover.aspect,
        asked=near,
    )


def _cover(asked: _Asked, far: _Far, own: frozenset[str], lead: frozenset[str], fits: bool) -> _Cover:
    near = own | lead
    coverage = held = aspect = 0.0
    named = asked.kind is not None and asked.kind.item and fits
    unmet: list[float] = []
    for term, far_met, far_akin in zip(asked.terms, far.met, far.akin, strict=True):
        inside = not own.isdisjoint(term.alternatives)
        named = named or inside
        if term.kind:
            share = float(fits)
        elif inside:
            share = 1.0
        elif not lead.isdisjoint(term.alternatives):
            share = _IN_LEAD
        else:
            share = far_met or (_NEARBY if far_akin or not near.isdisjoint(term.akin) else 0.0)
            if not share:
                unmet.append(term.weight)
        coverage += term.weight * share
        aspect += term.weight * share * (not term.treatment)
        held += term.weight if inside or (term.kind and fits) else 0.0
    return _Cover(
        coverage, held, named, tuple(unmet), aspect / asked.aspects if asked.aspects else float(bool(asked.terms))
    )


def _opens(asked: _Asked, passage: Passage, reading: Reading) -> bool:
    """Whether a unit begins with a treatment or source of the question, or is the step that the question names."""
    if passage.kind is BlockKind.STEP and reading.unit.kind == "lead":
        return bool(set(lexicon().concepts.named(reading.own)) & set(asked.query.concepts) - {"steps", "medspa"})
    return not asked.openings.isdisjoint(reading.opening) or (
        bool(asked.source_words) and reading.first_word in asked.source_words
    )
