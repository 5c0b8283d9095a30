"""What a question leaves to the turns before it, and what it takes from them. Knows words, not documents."""

from collections.abc import Sequence
from dataclasses import replace

from assistant.lexicon import lexicon
from assistant.patterns import pattern
from assistant.query import Query, content_terms
from assistant.text import fold


def asks_again(query: Query) -> bool:
    """Whether it doubts the last answer, or asks where that comes from or why it is so."""
    folded = fold(query.question)
    return any(pattern(name).search(folded) for name in ("doubts_that", "source_of_that", "why_that"))


def names_nothing_new(query: Query, before: Query) -> bool:
    """Whether a question names no treatment, role, place or source that the one before did not."""
    pairs = zip(_named(query), _named(before), strict=True)
    return all(set(own) <= set(earlier) for own, earlier in pairs)


def _named(query: Query) -> tuple[Sequence[object], ...]:
    return query.procedures, query.roles, query.places, query.sources


def is_follow_up(query: Query) -> bool:
    folded = fold(query.question)
    if pattern("doubts").search(folded) and not query.procedures:
        return True
    subject = (
        bool(query.procedures)
        + bool(query.sources)
        + bool(query.roles)
        + sum(name != "perform" for name in query.concepts)
        + bool(query.answer_type)
    )
    terms = content_terms(query.subject)
    if pattern("goes_on").search(folded) and subject < 2:
        return True
    if pattern("points_back").search(folded):
        return not (query.procedures and len(terms) > 6)
    return len(terms) <= 3 and subject <= 1 and not (query.procedures and (query.concepts or query.asks_who))


def completed(query: Query, earlier: Sequence[Query]) -> Query:
    """Fill the places, procedures and roles that are missing; the newest turn that has them wins."""
    carried: list[str] = []
    words = lexicon()
    places, procedures, roles, asks_who = query.places, query.procedures, query.roles, query.asks_who
    new_subject = bool(query.concepts or query.answer_type) and not asks_who
    source = next((other for other in earlier if other.procedures), None)
    if not procedures and source:
        procedures = source.procedures
        carried += [words.procedures.label(name) for name in procedures]
    sources = query.sources
    if not sources and pattern("points_to_source").search(fold(query.question)):
        named = next((other for other in earlier if other.sources), None)
        sources = named.sources if named else ()
    last_who = next((other for other in earlier if other.asks_who), None)
    doubts = pattern("doubts").search(fold(query.question)) is not None and not query.answer_types
    if last_who and doubts and not query.procedures:
        asks_who, sources = True, last_who.sources
        query = replace(query, asked=f"{query.question} {last_who.question}")
        restated = bool(query.roles) and not query.sources
        places, roles = query.places or last_who.places, query.roles if restated else last_who.roles
        carried += [place.name for place in last_who.places if not query.places]
        carried += [words.roles.label(name) for name in last_who.roles if not restated]
    elif last_who and (not new_subject or query.roles or query.places) and _continues_who(query):
        asks_who = True
        if not roles:
            roles = last_who.roles
            carried += [words.roles.label(name) for name in roles]
        if not places:
            placed = next((other for other in earlier if other.places), None)
            places = placed.places if placed else ()
            carried += [place.name for place in places]
    text = " ".join([query.question, *(f"({word})" for word in carried)]) if carried else query.question
    return replace(
        query,
        text=text,
        places=places,
        procedures=procedures,
        roles=roles,
        asks_who=asks_who,
        carried=tuple(carried),
        sources=sources,
        subject=" ".join([query.subject, *(f"({word})" for word in carried)]) if carried else query.subject,
    )


def _continues_who(query: Query) -> bool:
    """A bare new place, role or procedure, or a doubt, goes on asking who may; "and the risks?" does not."""
    return (
        bool(query.places or query.roles or query.procedures)
        or not content_terms(query.subject)
        or bool(pattern("asks_again").search(fold(query.question)))
        or bool(pattern("alone").search(fold(query.question)))
    )
