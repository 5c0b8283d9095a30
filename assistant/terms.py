"""What a question asks about, as terms with weights, to be met by the words of the evidence."""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from assistant.clauses import said_beside
from assistant.lexicon import AnswerType, Names, lexicon
from assistant.patterns import pattern
from assistant.query import STOP_WORDS, Query, content_words, telling_terms
from assistant.spelling import is_english, is_light, weightiness
from assistant.text import WORD, fold, stem

# How much of its weight a word keeps that no document has: one of conversation, one said by the way, one that
# no word list has either (a slip), any other.
_LIGHT, _ASIDE, _UNREAD, _UNKNOWN = 0.1, 0.2, 0.75, 0.85
_TELLING = 1.4  # weight from which an unknown word in the question is a thing asked about


@dataclass(frozen=True, slots=True)
class Term:
    """Something a question asks about: any of `alternatives` in the evidence meets it."""

    alternatives: frozenset[str]
    weight: float
    known: bool = True  # occurs somewhere in the documents
    absent: bool = False  # a thing asked about for which no document has any of the known words
    akin: frozenset[str] = frozenset()  # meets it in part: what some kinds of the thing are kinds of too
    kind: AnswerType | None = None  # met by a fact of this kind instead of a word
    treatment: bool = False  # names a treatment, not what is asked about it


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
            treatment = names is words.procedures
            near = akin(names, name) if treatment else frozenset()
            weight = 1.4 if known else 2.0
            terms.append(Term(kinds(names, name), weight, known, absent=not known, akin=near, treatment=treatment))
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
    aspects = [term for term in terms if not term.treatment]
    unknown = [term for term in aspects if not term.known]
    lacking = unknown if len(unknown) == len(aspects) else [term for term in unknown if term.weight >= _TELLING]
    return tuple(replace(term, absent=True) if term in lacking else term for term in terms)


def _occurs(names: Names, name: str, frequency: Callable[[str], int]) -> bool:
    """Whether the documents have any of the words by which a concept is named."""
    entry = names.entries[name]
    single = entry.said or [other for other in entry.names if WORD.fullmatch(fold(other))]
    return not single or any(all(frequency(stem(part)) for part in re.findall(r"\w+", fold(word))) for word in single)


@cache
def kinds(names: Names, name: str) -> frozenset[str]:
    """The marks that meet an entry: its own, those of what includes it and of what it includes."""
    return frozenset(f"#{kind}" for kind in names.related(name))


@cache
def akin(names: Names, name: str) -> frozenset[str]:
    """The marks of entries of which some kind is a kind of this one too."""
    return frozenset(f"#{other}" for other in names.akin(name))
