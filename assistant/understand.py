"""Reads a question: what it asks about, where, of whom, and what a follow-up leaves unsaid.

Knows words (the lexicon), not documents.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.followups import asks_again, completed, is_follow_up, names_nothing_new
from assistant.lexicon import lexicon
from assistant.multipart import pieces
from assistant.patterns import pattern
from assistant.places import find_places
from assistant.query import Query, content_terms, telling_terms
from assistant.sources import SourceNames
from assistant.spelling import Spelling
from assistant.text import fold
from assistant.triage import language as language_of
from assistant.types import Turn

_MOST_PARTS = 5
_BARE = 6  # words: "laser California"
_ABOUT_WHO = {"perform", "medspa", "license", "training", "supervision", "difference", "comparison", "board", "depth"}
_VISIT = {"steps", "exam", "prep", "aftercare"}  # concepts of what happens at a visit
_COMPOUND = re.compile(r"\b[^\W\d_]+(?:-[^\W\d_]+){2,}\b")  # "the who-does-what table"
_NOT_ABOUT_WHO = {"deal", "numbing", "sensation", "downtime", "sun", "aftercare", "payment"}


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads questions asked of one state of the index: it knows the sources' names and the documents' words."""

    sources: SourceNames
    spelling: Spelling
    in_field: bool = True  # the documents are about treatments
    plain: bool = False  # questions are searched in their own words alone

    def read(self, question: str) -> Query:
        """Read a question on its own."""
        words = lexicon()
        parted = _COMPOUND.sub(lambda match: match.group().replace("-", " "), question)
        wanted = _without_purpose(parted)
        text = self.spelling.mended(wanted if self.sources.find(wanted) == self.sources.find(parted) else parted)
        subject = self.sources.without(text)
        if pattern("disagree").search(fold(text)):
            subject = pattern("parts_of_page").sub(_blank, fold(subject))  # named as the places that are compared
        procedures = tuple(words.procedures.narrowest(_without_roles(subject)))
        roles = tuple(words.roles.named(pattern("no_role").sub(_blank, fold(subject))))
        procedures = _with_tool(procedures, roles)
        presumes = pattern("presumes").search(fold(question)) is not None
        must = "" if presumes else _demanded(fold(subject), roles)
        if pattern("needs_oversight").search(fold(subject)) and len(roles) > 1:
            roles = tuple(role for role in roles if role != "physician")
        places = find_places(subject)
        sources = self.sources.find(text)
        types = words.answer_types_of(subject)
        if roles and procedures and pattern("permission").search(fold(subject)):
            types = tuple(kind for kind in types if not kind.business)  # "our Tampa location: may a PA ...?"
        if (
            sources
            and places
            and (presumes or pattern("seat").search(fold(subject)))
            and not (types or procedures or roles)
        ):
            types = tuple(kind for kind in words.answer_types if kind.id == "address")
        elif presumes:
            types = ()
        concepts = tuple(words.concepts.named(subject))
        if not procedures and pattern("asks_performer").search(fold(subject)):
            procedures = words.treating(concepts)
        return Query(
            question=question,
            asked=question,
            text=text,
            places=places,
            procedures=procedures,
            roles=roles,
            concepts=concepts,
            answer_types=types,
            asks_who=not types
            and "exam" not in concepts
            and (
                bool(must and procedures)
                or _asks_who(fold(subject), procedures, roles, bool(places))
                or _compares(fold(text), concepts)
            )
            and not (roles and not (procedures and places) and set(concepts) & _NOT_ABOUT_WHO),
            sources=sources,
            must=must,
            presumes=presumes,
            language=language_of(text),
            plain=self.plain,
            subject=subject,
        )

    def understand(self, question: str, history: Sequence[Turn] = ()) -> Query:
        """Read a question, with what it leaves unsaid taken from the user's earlier turns.

        Place, procedures and roles are carried, and only where the question points back or cannot stand alone; a
        new topic carries nothing. A doubt about an answer, or a question for its source, asks the same again.
        """
        if opening := pattern("new_topic").match(fold(question)):
            return self.read(question[opening.end() :])
        query = self.read(question)
        users = [index for index, turn in enumerate(history) if turn.role == "user" and turn.text.strip()]
        if not users:
            return query
        if pattern("what_next").search(fold(question)):
            before = self.understand(history[users[-1]].text, history[: users[-1]])
            if set(before.concepts) & _VISIT and not (before.procedures or before.places):
                asked = self.read(lexicon().concepts.label("steps"))
                return replace(asked, question=question, language=query.language)
        if asks_again(query):
            before = self.understand(history[users[-1]].text, history[: users[-1]])
            if not before.asks_who and names_nothing_new(query, before):
                return replace(before, question=question, presumes=False)
        if not is_follow_up(query):
            return query
        return completed(query, [self.read(history[index].text) for index in reversed(users[-4:])])

    def parts(self, query: Query) -> list[Query]:
        """The questions that one message asks; what the first names holds for the later ones that name nothing."""
        found = pieces(query.question)
        if len(found) < 2:
            return _by_type(query)
        asked: list[str] = []
        for piece in found:
            if self._has_subject(piece):
                asked.append(piece)
            elif asked and not piece.endswith("."):
                asked[-1] = f"{asked[-1]} {piece}"
        asked = [piece for piece in asked if len(asked) == 1 or self._asks(piece)]
        if not 1 < len(asked) <= _MOST_PARTS:
            return _by_type(query)
        parts: list[Query] = []
        for piece in asked:
            part = self.read(piece)
            if parts and (is_follow_up(part) or not content_terms(piece)):
                part = completed(part, list(reversed(parts)))
            elif not parts and query.carried:
                part = replace(query, question=piece, text=" ".join([piece, *(f"({word})" for word in query.carried)]))
            parts.append(part)
        return parts

    def _has_subject(self, piece: str) -> bool:
        """Whether a piece of a message says what it is about, so that it can be a question of its own."""
        part = self.read(piece)
        named = part.procedures or part.roles or part.answer_types or set(part.concepts) - {"perform"}
        return bool(named or telling_terms(part.subject))

    def _asks(self, piece: str) -> bool:
        asks = pattern("asks").search(fold(piece)) or piece.endswith("?")
        return bool(asks or (":" in piece and self.read(piece).answer_types))


def _by_type(query: Query) -> list[Query]:
    """ "The address and the phone number" are two questions about one business."""
    facts = [kind for kind in query.answer_types if kind.business]
    if len(facts) < 2 or not re.search(r"\b(?:and|y|plus|also)\b|,|&", fold(query.subject)):
        return [query]
    return [replace(query, question=kind.id, subject=kind.id, concepts=(), answer_types=(kind,)) for kind in facts]


def _asks_who(folded: str, procedures: Sequence[str], roles: Sequence[str], placed: bool) -> bool:
    if pattern("asks_recipient").search(folded):
        return False
    if roles and procedures and pattern("alone").search(folded):
        return True
    if pattern("other_business").search(pattern("overseen_clause").sub(" ", folded)):
        return False
    if pattern("asks_performer").search(folded):
        return True
    if placed and procedures and pattern("someone_performs").search(folded):
        return True
    if roles and procedures and not pattern("other_aspect").search(folded):
        return True
    if not roles:
        return bool(procedures) and placed and len(folded.split()) <= _BARE
    bare = not pattern("asks").search(folded)  # "rn botox"
    return bool((procedures or placed) and (pattern("permission").search(folded) or bare)) or bool(
        pattern("asks_scope").search(folded)
    )


def _demanded(folded: str, roles: Sequence[str]) -> str:
    """The role of which a question asks whether it has to be that one: "must it be a doctor?", "nurses only?"."""
    for mention in lexicon().roles.find(folded):
        before, after = folded[: mention.start], folded[mention.end :]
        if mention.id not in roles or pattern("oversees").search(after):
            continue
        if pattern("must_before").search(before) or pattern("must_after").search(after):
            others = [role for role in roles if role != mention.id]
            return mention.id if not others or re.search(r"\bor\b|\?", after) else ""
    return ""


def _compares(folded: str, concepts: Sequence[str]) -> bool:
    """Whether it asks if sources agree, on nothing but who may do it."""
    if {"difference", "medspa"} <= set(concepts):
        return False  # how a medical spa differs from another
    return bool(pattern("disagree").search(folded)) and set(concepts) <= _ABOUT_WHO


def _with_tool(procedures: tuple[str, ...], roles: Sequence[str]) -> tuple[str, ...]:
    """What a laser technician resurfaces is resurfaced with a laser."""
    words = lexicon()
    tools = [words.roles.entries[role].uses for role in roles if words.roles.entries[role].uses]
    return tuple(
        next((kind for tool in tools if (kind := words.procedures.both(name, tool))), name) for name in procedures
    )


def _without_purpose(question: str) -> str:
    """The question without what its answer is wanted for: "for a flyer", "due in ten minutes"."""
    kept = question
    for match in reversed(list(pattern("purpose").finditer(fold(question)))):
        kept = kept[: match.start()] + " " + kept[match.end() :]
    return kept if telling_terms(kept) else question


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())


def _without_roles(text: str) -> str:
    """The text with roles blanked: a laser technician is no laser treatment."""
    for mention in lexicon().roles.find(text):
        text = text[: mention.start] + " " * (mention.end - mention.start) + text[mention.end :]
    return text
