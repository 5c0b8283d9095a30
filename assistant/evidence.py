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

from assistant.clauses import said_beside
from assistant.exact import points_at
from assistant.lexicon import AnswerType, Names, lexicon
from assistant.patterns import pattern
from assistant.query import STOP_WORDS, Query, content_words, telling_terms
from assistant.spelling import is_english, is_light, weightiness
from assistant.text import WORD, fold, stem
from assistant.types import Quote
from corpus.types import BlockKind, Document, Passage
from corpus.units import Unit, units
from index.types import Hit

Embed = Callable[[Sequence[str]], npt.NDArray[np.float32]]

# How much of a word's weight counts, by where the evidence has it.
_IN_UNIT, _IN_LEAD, _IN_HEADING, _NEARBY = 1.0, 0.9, 0.6, 0.45


# How much of its weight a word keeps that no document has: one of conversation, one said by the way, one that
# no word list has either (a slip), any other.
_LIGHT, _ASIDE, _UNREAD, _UNKNOWN = 0.1, 0.2, 0.75, 0.85
_TELLING = 1.4  # weight from which an unknown word in the question is a thing asked about
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
    pointed: bool = False  # has the very words that the question quotes, or is the list or table that it wants whole
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


@lru_cache(maxsize=65536)
def vocabulary(text: str) -> frozenset[str]:
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
    akin: frozenset[str] = frozenset()  # meets it in part: what some kinds of the thing are kinds of too
    kind: AnswerType | None = None  # met by a fact of this kind instead of a word


def terms_of(query: Query, frequency: Callable[[str], int], passages: int) -> tuple[Term, ...]:
    """The question's terms with their weights: words by rarity, procedures and concepts as what they mean."""
    words = lexicon()
    text = query.subject
    terms: list[Term] = []
    consumed: set[str] = set()
    types = {kind.id for kind in query.answer_types if kind.business}
    beside = said_beside(text)
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
            if not known and (query.presumes or stems <= beside):
                continue  # taken for granted, or mentioned by the way
            akin = _akin(names, name) if names is words.procedures else frozenset()
            terms.append(Term(_kinds(names, name), 1.4 if known else 2.0, known, absent=not known, akin=akin))
            if names is words.concepts:  # the documents' own word is worth a little more than its synonyms
                literal = (word for word in stems if word not in STOP_WORDS and frequency(word))
                terms += [Term(frozenset({word}), 0.35 if frequency(word) > 2 else 0.7) for word in sorted(literal)]
    if not terms and query.sources and not telling_terms(text):
        text = query.text  # "Who is ...?": the source itself is what is asked about
    places = {stem(word) for place in query.places for word in WORD.findall(fold(place.label))}
    if query.answer_type and query.answer_type.business:
        consumed |= places
    business = query.answer_type is not None and query.answer_type.business
    for word in () if business else content_words(text):  # an address is an address, whatever else is said
        base = stem(word)
        if base in places and not frequency(base) and base not in beside and pattern("asks_law").search(fold(text)):
            terms.append(Term(frozenset({base}), 2.0, known=False, absent=True))
            consumed.add(base)
        given = any(character.isdigit() for character in word) and query.answer_type is not None
        if base in consumed or (query.presumes and not frequency(base)) or given:
            continue  # what is taken for granted, or asked about ("is it open at 5pm"), may be what they correct
        if query.language == "en" or frequency(base):
            consumed.add(base)
            count = frequency(base)
            placed = 0.4 if base in places else 1.0  # an address shares a city's name with many a question
            rarity = min(math.log(1 + (passages + 1) / (count + 0.5)) / 2.2, 1.7)
            rest = _UNKNOWN if is_english(word) else _UNREAD
            light = 1.0 if count else _LIGHT if is_light(word) else _ASIDE if base in beside else rest
            terms.append(Term(frozenset({base}), placed * rarity * weightiness(word) * light, known=count > 0))
    return _with_absent_aspect(terms, query)


def _with_absent_aspect(terms: Sequence[Term], query: Query) -> tuple[Term, ...]:
    """Where all that is asked about a treatment is words that no document has, the treatment alone answers nothing."""
    if not query.procedures or query.presumes:
        return tuple(terms)
    named = [_kinds(lexicon().procedures, name) for name in query.procedures]
    aspects = [term for term in terms if term.alternatives not in named]
    unknown = [term for term in aspects if not term.known]
    lacking = unknown if len(unknown) == len(aspects) else [term for term in unknown if term.weight >= _TELLING]
    return tuple(replace(term, absent=True) if term in lacking else term for term in terms)


def _occurs(names: Names, name: str, frequency: Callable[[str], int]) -> bool:
    """Whether the documents have any of the words by which a concept is named."""
    entry = names.entries[name]
    single = entry.said or [other for other in entry.names if WORD.fullmatch(fold(other))]
    return not single or any(all(frequency(stem(part)) for part in re.findall(r"\w+", fold(word))) for word in single)


@cache
def _kinds(names: Names, name: str) -> frozenset[str]:
    """The marks that meet an entry: its own, those of what includes it and of what it includes."""
    return frozenset(f"#{kind}" for kind in names.related(name))


@cache
def _akin(names: Names, name: str) -> frozenset[str]:
    return frozenset(f"#{other}" for other in names.akin(name))


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
        (vocabulary(own), _IN_UNIT),
        (vocabulary(lead), _IN_LEAD),
        (vocabulary(" ".join((*hit.passage.headings, document.publisher, hit.passage.speaker))), _IN_HEADING),
        (vocabulary(hit.passage.text), _NEARBY),
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
            any((_kinds(procedures, name) | _akin(procedures, name)) & vocabulary for vocabulary, _ in layers)
            for name in query.procedures
        ),
        fits=fits,
        own=inside / total if terms else 0.0,
        named=any(term.alternatives & layers[0][0] for term in terms) or (kind is not None and kind.item and fits),
        lacks=any(term.absent for term in terms),
        opens=_opens(query, own, hit.passage, unit),
        pointed=points_at(query, own, unit.kind, (lead, hit.passage.header, hit.passage.headings[-1])),
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
    return bool(query.sources) and not telling_terms(query.subject) and first.split(" ")[0] in fold(query.text)


def _best(term: Term, layers: Iterable[tuple[frozenset[str], float]]) -> float:
    met = max((share for vocabulary, share in layers if term.alternatives & vocabulary), default=0.0)
    return met or (_NEARBY if any(term.akin & vocabulary for vocabulary, _ in layers) else 0.0)
