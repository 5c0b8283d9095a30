"""The words of the field: finds procedures, roles and concepts in text. All it knows stands in lexicon.yaml."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import yaml

from assistant.alternation import any_of
from assistant.text import fold

_REMEMBERED = 4096  # texts whose mentions are kept


@dataclass(frozen=True, slots=True)
class Entry:
    id: str
    label: str
    names: tuple[str, ...]
    broader: tuple[str, ...] = ()
    article: str = "a"
    said: tuple[str, ...] = ()  # of a concept: words of which documents that cover it have one; its names where empty
    treats: tuple[str, ...] = ()  # of a procedure: concepts that stand for it where a question names none
    uses: str = ""  # of a role: the procedure that it does by its name
    level: int = 0  # of a role: higher may do what lower may, where a rule says "or higher"


@dataclass(frozen=True, slots=True)
class Mention:
    """`text[start:end]` names the entry `id`."""

    id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class AnswerType:
    """A kind of fact a question may ask for, and what must stand in a passage that gives it."""

    id: str
    asks: re.Pattern[str]
    needs: re.Pattern[str]
    business: bool = False  # a fact of one business: its address, its hours
    item: bool = False  # one line of a list answers it


class Names:
    """Entries of one kind, found in text by their names: longest first, whole words, singular or plural."""

    def __init__(self, entries: Mapping[str, Entry]) -> None:
        self.entries = entries
        self._ids = {_key(name): entry.id for entry in entries.values() for name in entry.names}
        anyone = any_of((fold(name) for entry in entries.values() for name in entry.names), joined=True)
        self._broader = {entry_id: _above(entries, entry_id) for entry_id in entries}
        self._related = {
            entry_id: self._broader[entry_id]
            | {entry_id}
            | {other for other in entries if entry_id in self._broader[other]}
            for entry_id in entries
        }
        self._akin = {
            entry_id: frozenset(
                other
                for kind in entries
                if entry_id in self._broader[kind]
                for other in self._broader[kind] - self._related[entry_id]
            )
            for entry_id in entries
        }
        self._regex = re.compile(rf"(?<![\w@])({anyone})(?:'?e?s|'s)?(?!\w)")
        self.find = lru_cache(_REMEMBERED)(self._find)

    def _find(self, text: str) -> tuple[Mention, ...]:
        """Mentions in order, none inside another. (As `find`, which remembers: a question is read several times.)"""
        return tuple(
            Mention(self._ids[_key(match.group(1))], match.start(), match.end())
            for match in self._regex.finditer(fold(text))
        )

    def named(self, text: str) -> list[str]:
        """The entries named in `text`, each once, in order."""
        return list(dict.fromkeys(mention.id for mention in self.find(text)))

    def narrowest(self, text: str) -> list[str]:
        """The entries named in `text` without those that a narrower one includes."""
        found = self.named(text)
        return [entry for entry in found if not any(entry in self.broader(other) for other in found if other != entry)]

    def broader(self, entry_id: str) -> frozenset[str]:
        """Everything that includes `entry_id`, itself left out."""
        return self._broader[entry_id]

    def related(self, entry_id: str) -> frozenset[str]:
        """The entry, what includes it and what it includes."""
        return self._related[entry_id]

    def both(self, first: str, second: str) -> str:
        """The entry that is a kind of both, if there is one: resurfacing with a laser."""
        return next((name for name, above in self._broader.items() if {first, second} <= above), "")

    def akin(self, entry_id: str) -> frozenset[str]:
        """The entries of which some kind is a kind of this one too: resurfacing, of a laser."""
        return self._akin[entry_id]

    def includes(self, broad: str, narrow: str) -> bool:
        return broad == narrow or broad in self.broader(narrow)

    def label(self, entry_id: str) -> str:
        return self.entries[entry_id].label


def _above(entries: Mapping[str, Entry], entry_id: str) -> frozenset[str]:
    direct = entries[entry_id].broader
    return frozenset(direct).union(*(_above(entries, parent) for parent in direct))


def _key(name: str) -> str:
    return re.sub(r"[\s-]+", "", fold(name))


@dataclass(frozen=True)
class Lexicon:
    procedures: Names
    roles: Names
    groups: Names
    concepts: Names
    answer_types: tuple[AnswerType, ...]
    filler_words: frozenset[str]
    visit_concepts: frozenset[str]

    def treating(self, concepts: Iterable[str]) -> tuple[str, ...]:
        """The procedures that alone treat one of these concepts: "who can get rid of belly fat?"."""
        asked = set(concepts)
        return tuple(entry.id for entry in self.procedures.entries.values() if asked & set(entry.treats))

    def answer_types_of(self, question: str) -> tuple[AnswerType, ...]:
        """The kinds of fact a question asks for, the most telling first."""
        folded = fold(question)
        return tuple(kind for kind in self.answer_types if kind.asks.search(folded))


@cache
def lexicon() -> Lexicon:
    """The lexicon as packaged, read once."""
    data = read_data("lexicon.yaml")
    return Lexicon(
        procedures=_names(data["procedures"] | {name: {"names": [name]} for name in data["other_procedures"]}),
        roles=_names(data["roles"]),
        groups=_names({name: {"names": [name]} for name in data["groups"]}),
        concepts=_names(data["concepts"]),
        answer_types=tuple(
            AnswerType(
                name,
                re.compile(_unaccented(entry["asks"])),
                re.compile(entry["needs"], 0 if name in ("address", "person") else re.IGNORECASE),
                bool(entry.get("business")),
                bool(entry.get("item")),
            )
            for name, entry in data["answer_types"].items()
        ),
        filler_words=frozenset(fold(word) for word in data["filler_words"]),
        visit_concepts=frozenset(data["visit_concepts"]),
    )


def _unaccented(pattern: str) -> str:
    """A pattern for folded text; folding it whole would turn its `\\S` into `\\s`."""
    return "".join(character if character.isascii() else fold(character) for character in pattern)


def read_data(name: str) -> Any:
    """One of the package's YAML files."""
    text = files("assistant").joinpath("data", name).read_text(encoding="utf-8")
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def _names(entries: Mapping[str, Mapping[str, Any]]) -> Names:
    return Names({name: _entry(name, entry) for name, entry in entries.items()})


def _entry(name: str, data: Mapping[str, Any]) -> Entry:
    return Entry(
        id=name,
        label=str(data.get("label", name.replace("_", " "))),
        names=_strings(data["names"]),
        broader=_strings(data.get("broader", ())),
        article=str(data.get("article", "a")),
        said=_strings(data.get("said", ())),
        treats=_strings(data.get("treats", ())),
        uses=str(data.get("uses", "")),
        level=int(data.get("level", 0)),
    )


def _strings(values: Iterable[Any]) -> tuple[str, ...]:
    return tuple(str(value) for value in values)
