"""Reads a question: what it asks about, where, of whom, and what a follow-up leaves unsaid.

Knows words (the lexicon), not documents.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.lexicon import AnswerType, lexicon
from assistant.patterns import pattern
from assistant.places import Place, find_places
from assistant.sources import SourceNames, SourceRef
from assistant.spelling import Spelling
from assistant.text import WORD, fold, stem
from assistant.triage import language as language_of
from assistant.types import Turn

_QUESTION_WORD = (
    r"what|who|how|where|when|why|which|can|could|does|do|is|are|qu[eé]|qui[eé]n|c[oó]mo|d[oó]nde|cu[aá]l\w*|cu[aá]nto"
)
_JOINT = re.compile(
    rf"(?<=\?)\s+|(?:,\s*|\s+)(?:and|also|plus|y)\s+(?=(?:{_QUESTION_WORD})\b)",
    re.IGNORECASE,
)
_CONTRACTED = re.compile(r"'(?:s|re|ve|ll|d|m)$")


@dataclass(frozen=True, slots=True)
class Query:
    """A question, read. `text` stands alone and is what is searched."""

    question: str  # as typed
    text: str
    places: tuple[Place, ...] = ()
    procedures: tuple[str, ...] = ()  # narrowest lexicon ids
    roles: tuple[str, ...] = ()
    concepts: tuple[str, ...] = ()
    answer_types: tuple[AnswerType, ...] = ()  # kinds of fact it asks for; the first is what an answer must hold
    asks_who: bool = False  # who may perform, or whether a role may
    carried: tuple[str, ...] = ()  # what was taken from the history, in words
    sources: tuple[SourceRef, ...] = ()  # the sources it names
    language: str = "en"
    presumes: bool = False  # rests on something it takes for granted
    subject: str = ""  # the text with the names of sources blanked
    asked: str = ""  # the wording that says what is wanted: the question's own, or of the one it doubts

    @property
    def answer_type(self) -> AnswerType | None:
        return self.answer_types[0] if self.answer_types else None

    @property
    def embedded_text(self) -> str:
        """What is compared with a sentence: the question without the names of sources."""
        if self.language != "en":
            return self._labels() or self.text
        return " ".join(self.subject.split()) or self.text

    def _labels(self) -> str:
        """The things it names, in the lexicon's English."""
        words = lexicon()
        named = [words.procedures.label(name) for name in self.procedures]
        named += [words.roles.label(name) for name in self.roles]
        named += [words.concepts.entries[name].names[0] for name in self.concepts if name != "perform"]
        return " ".join([*named, *(kind.id for kind in self.answer_types)])

    @property
    def search_text(self) -> str:
        """What is searched: the question, and what the lexicon calls the things it names."""
        words = lexicon()
        labels = [words.procedures.label(name) for name in self.procedures]
        labels += [words.roles.label(name) for name in self.roles]
        labels += [words.concepts.entries[name].names[0] for name in self.concepts if name != "perform"]
        labels += ["who performs what, qualified provider"] if self.asks_who else []
        missing = [label for label in labels if fold(label) not in fold(self.text)]
        return " ".join([self.text, *missing])


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads questions asked of one state of the index: it knows the sources' names and the documents' words."""

    sources: SourceNames
    spelling: Spelling
    in_field: bool = True  # the documents are about treatments

    def read(self, question: str) -> Query:
        """Read a question on its own."""
        words = lexicon()
        text = self.spelling.mended(question)
        subject = self.sources.without(text)
        procedures = tuple(words.procedures.narrowest(_without_roles(subject)))
        roles = tuple(words.roles.named(subject))
        places = find_places(subject)
        sources = self.sources.find(text)
        presumes = pattern("presumes").search(fold(question)) is not None
        types = words.answer_types_of(subject)
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
        return Query(
            question=question,
            asked=question,
            text=text,
            places=places,
            procedures=procedures,
            roles=roles,
            concepts=concepts,
            answer_types=types,
            asks_who=not types and "exam" not in concepts and _asks_who(fold(subject), procedures, roles, bool(places)),
            sources=sources,
            presumes=presumes,
            language=language_of(text),
            subject=subject,
        )

    def understand(self, question: str, history: Sequence[Turn] = ()) -> Query:
        """Read a question, with what it leaves unsaid taken from the user's earlier turns.

        Place, procedures and roles are carried, and only where the question points back or cannot stand alone; a
        new topic carries nothing.
        """
        query = self.read(question)
        earlier = [turn.text for turn in history if turn.role == "user" and turn.text.strip()]
        if not earlier or not _is_follow_up(query):
            return query
        return _completed(query, [self.read(text) for text in reversed(earlier[-4:])])

    def parts(self, query: Query) -> list[Query]:
        """The questions that one message asks; what the first names holds for the later ones that name nothing."""
        pieces = [piece.strip() for piece in _JOINT.split(query.question) if piece and piece.strip()]
        asked = [piece for piece in pieces if pattern("asks").search(fold(piece)) or piece.endswith("?")]
        if len(asked) < 2 or len(asked) > 4 or not all(content_terms(piece) for piece in asked):
            return _by_type(query)
        parts: list[Query] = []
        for piece in asked:
            part = self.read(piece)
            if parts and (_is_follow_up(part) or not content_terms(piece)):
                part = _completed(part, list(reversed(parts)))
            elif not parts and query.carried:
                part = replace(query, question=piece, text=" ".join([piece, *(f"({word})" for word in query.carried)]))
            parts.append(part)
        return parts


def _by_type(query: Query) -> list[Query]:
    """ "The address and the phone number" are two questions about one business."""
    facts = [kind for kind in query.answer_types if kind.business]
    if len(facts) < 2 or not re.search(r"\b(?:and|y|plus|also)\b|,|&", fold(query.subject)):
        return [query]
    return [replace(query, question=kind.id, subject=kind.id, concepts=(), answer_types=(kind,)) for kind in facts]


def _asks_who(folded: str, procedures: Sequence[str], roles: Sequence[str], placed: bool) -> bool:
    if pattern("asks_recipient").search(folded):
        return False
    if pattern("other_business").search(folded):
        return False
    if pattern("asks_performer").search(folded):
        return True
    if not roles:
        return bool(procedures) and placed and len(content_terms(folded)) <= 4
    bare = not pattern("asks").search(folded)  # "rn botox"
    return bool((procedures or placed) and (pattern("permission").search(folded) or bare)) or bool(
        pattern("asks_scope").search(folded)
    )


def _without_roles(text: str) -> str:
    """The text with roles blanked: a laser technician is no laser treatment."""
    for mention in lexicon().roles.find(text):
        text = text[: mention.start] + " " * (mention.end - mention.start) + text[mention.end :]
    return text


def content_words(text: str) -> tuple[str, ...]:
    """The folded words that carry a subject, in order, each once."""
    filler = lexicon().filler_words
    found = (_CONTRACTED.sub("", word) for word in WORD.findall(fold(text)))
    kept = (word for word in found if word not in STOP_WORDS and word not in filler)
    return tuple(dict.fromkeys(word for word in kept if len(word) > 1 or word.isdigit()))


def content_terms(text: str) -> tuple[str, ...]:
    """Stems of the words that carry a subject, in order, each once."""
    return tuple(dict.fromkeys(stem(word) for word in content_words(text)))


def _is_follow_up(query: Query) -> bool:
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


def _completed(query: Query, earlier: Sequence[Query]) -> Query:
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
    )


STOP_WORDS = frozenset(
    """a an the and or but if then than so as at by for from in into of off on onto out over per to under up with within
    without via is am are was were be been being do does did doing have has had having will would shall can could may
    might must should i me my mine we us our you your yours he him his she her hers it its they them their this that
    these those there here who whom whose what which when where why how not no nor only own same such too very just
    all any both each few more most other some again once during before after above below between because while
    about against until don't doesn't didn't isn't aren't can't cannot won't i'm i'd i've it's that's what's who's let's
    el la los las un una unos unas de del al y o que en con por para se su sus es son mi me lo le como cual cuales
    quien donde cuando si sin sobre hay ser está están puede pueden""".split()
)
