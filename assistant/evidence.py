"""Which sentences, items, rows and answers speak to a question, and how well.

Scores units of the passages that search found. Knows words and vectors, decides nothing.
"""

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt

from assistant.lexicon import AnswerType, Names, lexicon
from assistant.spelling import weightiness
from assistant.text import WORD, fold, stem
from assistant.types import Quote
from assistant.understand import STOP_WORDS, Query, content_terms, content_words
from corpus.types import BlockKind, Document, Passage
from corpus.units import Unit, units
from index.types import Hit

Embed = Callable[[Sequence[str]], npt.NDArray[np.float32]]

# How much of a word's weight counts, by where the evidence has it.
_IN_UNIT, _IN_LEAD, _IN_HEADING, _NEARBY = 1.0, 0.9, 0.6, 0.45


_OPENING = 4  # characters: "A medical ...", "The laser ..."


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
    unmet: tuple[float, ...] = ()  # weights of the terms that neither it nor its surroundings meet

    @property
    def score(self) -> float:
        """In [0, 1] or a little above; higher is better."""
        return (
            0.45 * self.coverage
            + 0.15 * self.own
            + 0.4 * max(self.cosine, 0.0)
            - (0.0 if self.fits else 0.35)
            - (0.0 if self.subject else 0.15)
            + 0.06 * self.opens
        )

    @property
    def quote(self) -> Quote:
        return Quote(self.document, self.passage, self.unit.span.start, self.unit.span.end)


@lru_cache(maxsize=65536)
def _vocabulary(text: str) -> frozenset[str]:
    """Stems of a text and the concepts, procedures and roles it names, these marked with "#"."""
    words = lexicon()
    stems = {stem(word) for word in WORD.findall(fold(text))}
    ids = {f"#{name}" for kind in (words.concepts, words.roles) for name in kind.named(text)}
    named = words.procedures.named(text)
    ids |= {f"#{name}" for name in named}
    return frozenset(stems | ids)


@dataclass(frozen=True, slots=True)
class Term:
    """Something a question asks about: any of `alternatives` in the evidence meets it."""

    alternatives: frozenset[str]
    weight: float
    known: bool = True  # occurs somewhere in the documents
    absent: bool = False  # a thing asked about for which no document has any of the known words
    kind: AnswerType | None = None  # met by a fact of this kind instead of a word


def terms_of(query: Query, frequency: Callable[[str], int], passages: int) -> tuple[Term, ...]:
    """The question's terms with their weights: words by rarity, procedures and concepts as what they mean."""
    words = lexicon()
    text = query.subject
    terms: list[Term] = []
    consumed: set[str] = set()
    types = {kind.id for kind in query.answer_types if kind.business}
    for kind in query.answer_types:
        asked = " ".join(match.group() for match in kind.asks.finditer(fold(text)))
        consumed |= {stem(word) for word in WORD.findall(asked)}
    if query.answer_type:
        terms.append(Term(frozenset(), 1.4, kind=query.answer_type))
    for names, found in (
        (words.procedures, query.procedures),
        (words.concepts, query.concepts),
        (words.roles, query.roles),
    ):
        mentioned: dict[str, set[str]] = {}
        for mention in names.find(text):
            named = WORD.findall(fold(text[mention.start : mention.end]))
            mentioned.setdefault(mention.id, set()).update(map(stem, named))
        for name in found:
            stems = mentioned.get(name, set())
            if name == "perform" or name in types or (stems and stems <= consumed):
                consumed |= stems
                continue
            consumed |= stems
            known = names is not words.concepts or _occurs(names, name, frequency)
            terms.append(Term(_kinds(names, name), 1.4 if known else 2.0, known, absent=not known))
            if names is words.concepts:  # the documents' own word is worth a little more than its synonyms
                literal = (word for word in stems if word not in STOP_WORDS and frequency(word))
                terms += [Term(frozenset({word}), 0.35) for word in sorted(literal)]
    if not terms and query.sources and not content_terms(text):
        text = query.text  # "Who is ...?": the source itself is what is asked about
    places = {stem(word) for place in query.places for word in WORD.findall(fold(place.label))}
    if query.answer_type and query.answer_type.business:
        consumed |= places
    business = query.answer_type is not None and query.answer_type.business
    for word in () if business else content_words(text):  # an address is an address, whatever else is said
        base = stem(word)
        given = any(character.isdigit() for character in word) and query.answer_type is not None
        if base in consumed or (query.presumes and not frequency(base)) or given:
            continue  # what is taken for granted, or asked about ("is it open at 5pm"), may be what they correct
        if query.language == "en" or frequency(base):
            consumed.add(base)
            count = frequency(base)
            placed = 0.4 if base in places else 1.0  # an address shares a city's name with many a question
            rarity = min(math.log(1 + (passages + 1) / (count + 0.5)) / 2.2, 1.7)
            terms.append(Term(frozenset({base}), placed * rarity * weightiness(word), known=count > 0))
    return tuple(terms)


def _occurs(names: Names, name: str, frequency: Callable[[str], int]) -> bool:
    """Whether the documents have any of the words by which a concept is named."""
    single = [other for other in names.entries[name].names if WORD.fullmatch(fold(other))]
    return not single or any(all(frequency(stem(part)) for part in re.findall(r"\w+", fold(word))) for word in single)


@cache
def _kinds(names: Names, name: str) -> frozenset[str]:
    """The marks that meet an entry: its own, those of what includes it and of what it includes."""
    return frozenset(f"#{kind}" for kind in names.related(name))


def gather(
    query: Query,
    hits: Sequence[Hit],
    terms: Sequence[Term],
    document: Callable[[str], Document],
    embed: Embed,
) -> list[Evidence]:
    """Every unit of the hits, best first."""
    found = [
        (document(hit.passage.document_id), hit, unit)
        for hit in hits
        if hit.passage.kind is not BlockKind.QUESTION
        for unit in units(hit.passage)
        if from_named(query, hit.passage)
    ]
    if not found:
        return []
    vectors = embed([query.embedded_text, *(unit_text(source, hit.passage, unit) for source, hit, unit in found)])
    cosines = vectors[1:] @ vectors[0]
    evidence = [
        _scored(query, terms, source, hit, unit, float(cosine))
        for (source, hit, unit), cosine in zip(found, cosines, strict=True)
    ]
    return sorted(evidence, key=lambda item: -item.score)


def reranked(hits: Sequence[Hit], evidence: Sequence[Evidence], share: float) -> list[Hit]:
    """The hits ordered anew: `share` by the best unit that each passage holds, the rest by search."""
    best: dict[Passage, float] = {}
    for item in evidence:
        best[item.passage] = max(item.score, best.get(item.passage, 0.0))
    scored = [
        replace(hit, score=(1 - share) * hit.score + share * max(best.get(hit.passage, 0.0), 0.0)) for hit in hits
    ]
    return sorted(scored, key=lambda hit: -hit.score)


def from_named(query: Query, passage: Passage) -> bool:
    """A question that names sources is answered from them."""
    return not query.sources or any(
        ref.document_id == passage.document_id and ref.speaker in ("", passage.speaker) for ref in query.sources
    )


def unit_text(document: Document, passage: Passage, unit: Unit) -> str:
    """What is embedded for a unit: the last heading, what it hangs on, its words."""
    text = document.text
    heading = passage.headings[-1] if len(passage.headings) > 1 else ""
    lead = text[unit.lead.start : unit.lead.end] if unit.lead else ""
    return "\n".join(part for part in (heading, lead, text[unit.span.start : unit.span.end]) if part)


def _scored(query: Query, terms: Sequence[Term], document: Document, hit: Hit, unit: Unit, cosine: float) -> Evidence:
    text = document.text
    own = text[unit.span.start : unit.span.end]
    lead = text[unit.lead.start : unit.lead.end] if unit.lead else ""
    layers = (
        (_vocabulary(own), _IN_UNIT),
        (_vocabulary(lead), _IN_LEAD),
        (_vocabulary(" ".join((*hit.passage.headings, document.publisher, hit.passage.speaker))), _IN_HEADING),
        (_vocabulary(hit.passage.text), _NEARBY),
    )
    procedures = lexicon().procedures
    total = sum(term.weight for term in terms) or 1.0
    kind = query.answer_type
    fits = kind is None or kind.needs.search(own) is not None
    met = sum(term.weight * (float(fits) if term.kind else _best(term, layers)) for term in terms)
    inside = sum(term.weight for term in terms if term.alternatives & layers[0][0] or (term.kind and fits))
    return Evidence(
        document=document,
        passage=hit.passage,
        unit=unit,
        coverage=met / total if terms else 0.0,
        cosine=cosine,
        subject=all(
            any(_kinds(procedures, name) & vocabulary for vocabulary, _ in layers) for name in query.procedures
        ),
        fits=fits,
        own=inside / total if terms else 0.0,
        named=any(term.alternatives & layers[0][0] for term in terms),
        lacks=any(term.absent for term in terms),
        opens=_opens(query, own, hit.passage, unit),
        unmet=tuple(term.weight for term in terms if not term.kind and not _best(term, layers)),
    )


def _opens(query: Query, own: str, passage: Passage, unit: Unit) -> bool:
    """Whether a unit begins with a treatment or source of the question, or is the step that the question names."""
    words = lexicon()
    if passage.kind is BlockKind.STEP and unit.kind == "lead":
        return bool(set(words.concepts.named(own)) & set(query.concepts) - {"steps", "medspa"})
    first = fold(own[:60])
    named = [mention.id for mention in words.procedures.find(first) if mention.start <= _OPENING]
    if any(words.procedures.includes(name, asked) for name in named for asked in query.procedures):
        return True
    return bool(query.sources) and not content_terms(query.subject) and first.split(" ")[0] in fold(query.text)


def _best(term: Term, layers: Iterable[tuple[frozenset[str], float]]) -> float:
    return max((share for vocabulary, share in layers if term.alternatives & vocabulary), default=0.0)
