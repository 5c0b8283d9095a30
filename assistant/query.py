"""A question as it was read: what it asks about, where, of whom. Knows words (the lexicon), not documents."""

import re
from dataclasses import dataclass

from assistant.lexicon import AnswerType, lexicon
from assistant.places import Place
from assistant.sources import SourceRef
from assistant.spelling import is_light
from assistant.text import WORD, fold, stem

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
    must: str = ""  # the role of which it asks whether it has to be that one
    presumes: bool = False  # rests on something it takes for granted
    subject: str = ""  # the text with the names of sources blanked
    plain: bool = False  # searched in its own words alone, since it is known how people ask for what documents say
    asked: str = ""  # the wording that says what is wanted: the question's own, or of the one it doubts

    @property
    def answer_type(self) -> AnswerType | None:
        return self.answer_types[0] if self.answer_types else None

    @property
    def embedded_text(self) -> str:
        """What is compared with a sentence. It is what is searched wherever it can be: one run of the model for both.

        A sentence of a source does not hold the source's name, nor one in English the words of another language.
        """
        if self.language != "en":
            return " ".join([*self._labels(), *(kind.id for kind in self.answer_types)]) or self.text
        return (" ".join(self.subject.split()) or self.text) if self.sources else self.search_text

    @property
    def search_text(self) -> str:
        """What is searched: the question, and what the lexicon calls the things it names."""
        if self.plain and self.language == "en":
            return self.text
        labels = [*self._labels(), *(["who performs what, qualified provider"] if self.asks_who else [])]
        if self.language != "en" and labels:
            named = (place.label for place in self.places)
            return " ".join([*labels, *named, *(kind.id for kind in self.answer_types)])
        folded = fold(self.text)
        return " ".join([self.text, *(label for label in labels if fold(label) not in folded)])

    def _labels(self) -> list[str]:
        """The things it names, in the lexicon's English."""
        words = lexicon()
        named = [words.procedures.label(name) for name in self.procedures]
        named += [words.roles.label(name) for name in self.roles]
        return named + [words.concepts.label(name) for name in self.concepts if name != "perform"]


def content_words(text: str) -> tuple[str, ...]:
    """The folded words that carry a subject, in order, each once."""
    filler = lexicon().filler_words
    found = (_CONTRACTED.sub("", word) for word in WORD.findall(fold(text)))
    kept = (word for word in found if word not in STOP_WORDS and word not in filler)
    return tuple(dict.fromkeys(word for word in kept if len(word) > 1 or word.isdigit()))


def content_terms(text: str) -> tuple[str, ...]:
    """Stems of the words that carry a subject, in order, each once."""
    return tuple(dict.fromkeys(stem(word) for word in content_words(text)))


def telling_terms(text: str) -> tuple[str, ...]:
    """Stems of the words that carry a subject and belong to no talk about just anything."""
    return tuple(dict.fromkeys(stem(word) for word in content_words(text) if not is_light(word)))


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
