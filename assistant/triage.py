"""Tells a cry for help from a question. Knows no documents, no index and no model: only `data/triage.yaml`.

A sentence is an emergency when it names a red flag that somebody has, now or just before. The same words in a
general question ("can fillers cause blindness?"), denied, long past, or under an "if" are not.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise, product
from typing import Any, Literal

import yaml
from rapidfuzz import process
from rapidfuzz.distance import OSA

from assistant.types import Turn

Level = Literal["emergency", "self-harm", "urgent"]
Language = Literal["en", "es"]
LONGEST = 10_000  # characters read of one turn
WINDOW = 50  # words judged together where nothing ends a clause
APOSTROPHES = str.maketrans("’‘`´", "''''")


@dataclass(frozen=True, slots=True)
class Triage:
    """What comes first: the level, the red flag that raised it, and the language of the question."""

    level: Level
    flag: str
    language: Language

    @property
    def text(self) -> str:
        """The fixed sentences to show; the first of them says whom to call."""
        texts = _data()["texts"]
        return str(texts.get(self.flag, texts[self.level])[self.language]).strip()


@dataclass(frozen=True, slots=True)
class Rule:
    """Patterns that must occur together in a clause, in any order."""

    parts: tuple[re.Pattern[str], ...]
    within: int = 0  # words from the first part to the last; only with several parts
    needs: tuple[re.Pattern[str], ...] = ()  # each somewhere in the turn or in an earlier one, not denied

    def spans(self, clause: str, turns: str) -> Iterator[tuple[tuple[int, int], ...]]:
        """The places of the parts, for each way to find them close enough together."""
        found: list[list[tuple[int, int]]] = []
        for part in self.parts:
            spans_of_part = [match.span() for match in part.finditer(clause)]
            if not spans_of_part:
                return  # as nearly always: every word typed passes through here for every rule
            found.append(spans_of_part)
        if not all(_stated(need, turns) for need in self.needs):
            return
        for spans in product(*found):
            start, end = min(spans)[0], max(end for _, end in spans)
            if len(spans) == 1 or clause.count(" ", start, end) <= self.within:
                yield spans


@dataclass(frozen=True, slots=True)
class Flag:
    """A red flag: how people name it, and how grave it is."""

    name: str
    level: Level
    rules: tuple[Rule, ...]
    unless: re.Pattern[str] | None
    habit: bool  # "I always faint at needles" is no emergency; "I always have chest pain" may be one
    hint: re.Pattern[str]  # found wherever one of the rules can be: nearly every clause is let go by this one search


def triage(question: str, history: Sequence[Turn] = ()) -> Triage | None:
    """What must be said before any search, or None. Earlier turns count where the question continues them."""
    users = [turn.text for turn in history if turn.role == "user"]
    found = _worst(question, users)
    if found is None or found.level == "urgent":
        found = _carried(question, users) or found
    return Triage(found.level, found.name, language(question, users)) if found else None


def language(question: str, earlier: Sequence[str] = ()) -> Language:
    """Spanish or English, by the little words; a question without any follows the turns before it."""
    for text in (question, *reversed(earlier)):
        spanish, english = _language_signs(text)
        if spanish != english:
            return "es" if spanish > english else "en"
    return "en"


@lru_cache(maxsize=256)
def _language_signs(text: str) -> tuple[int, int]:
    spanish, spanish_too, english = _little_words()
    words = normalise(text).split()
    strong = sum(word in spanish for word in words) + len(re.findall("[¿¡áéíóúñ]", text.casefold()))
    weak = sum(word in spanish_too for word in words)
    return strong + weak if strong else 0, sum(word in english for word in words)


@cache
def _little_words() -> tuple[frozenset[str], ...]:
    return tuple(frozenset(_data()["little words"][kind]) for kind in ("spanish", "spanish too", "english"))


def _carried(question: str, users: Sequence[str]) -> Flag | None:
    """The red flag of the last flagged turn, if nothing settled it and the question goes on about it."""
    settled, text = _pattern("resolved"), normalise(question)
    if settled.search(text) or not _pattern("continues").search(text):
        return None
    for index in reversed(range(len(users))):
        if settled.search(normalise(users[index])):
            return None
        if found := _worst(users[index], users[:index]):
            return found
    return None


def _worst(text: str, earlier: Sequence[str]) -> Flag | None:
    """The gravest flag of the text: flags stand in the order of their gravity."""
    normal = normalise(text)
    if _pattern("resolved").search(normal):
        return None
    turns = "\n".join((*map(normalise, earlier), normal))
    clauses = _clauses(normal)
    return next((flag for flag in _flags() if any(_raises(flag, *clause, turns) for clause in clauses)), None)


def _raises(flag: Flag, clause: str, before: str, turns: str) -> bool:
    if not flag.hint.search(clause):
        return False
    named = any(not _denied(clause, spans) for rule in flag.rules for spans in rule.spans(clause, turns))
    if not named or (flag.unless and flag.unless.search(clause)):
        return False
    return _is_ours(flag, clause, before, turns)


def _is_ours(flag: Flag, clause: str, before: str, turns: str) -> bool:
    """Whether somebody has it, now or just before: not a general, a past or a hypothetical case."""
    ongoing = bool(_pattern("ongoing").search(clause))
    past = _pattern("past").search(clause) or _pattern("long_past").search(f"{before} {clause}")
    if _pattern("condition").search(clause) or (past and not ongoing):
        return False
    if _pattern("certain").search(clause):
        return True
    habit = _pattern("habit").search(clause) or _pattern("candidate").search(turns)
    if _pattern("general").search(clause) or (flag.habit and habit and not ongoing):
        return False
    return _has_somebody(clause, ongoing)


def _has_somebody(clause: str, ongoing: bool) -> bool:
    personal = bool(_pattern("personal").search(clause))
    if _pattern("question").match(clause):
        return bool(_pattern("first").search(clause)) or (personal and ongoing)
    return personal or not (_pattern("generic").search(clause) or _pattern("topic").search(clause))


def _denied(clause: str, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether a negation governs one of the parts: "no chest pain", "I do not have any trouble breathing"."""
    just_before, listed = _denials()
    lists = [match.span() for match in listed.finditer(clause)]
    return any(
        just_before.search(clause[:start]) or any(first < start < last for first, last in lists) for start, _ in spans
    )


@lru_cache(maxsize=256)
def _stated(need: re.Pattern[str], text: str) -> bool:
    return any(not _denied(text, [match.span()]) for match in need.finditer(text))


def _clauses(normal: str) -> list[tuple[str, str]]:
    """Each clause with the one before it in its sentence: cut before "but", "also", a subject with its verb."""
    lines = (_splitter().sub("\n", line).split("\n") for line in normal.split("\n"))
    pairs = ((clause.split(), before) for line in lines for before, clause in pairwise(["", *filter(None, line)]))
    step = WINDOW // 2
    return [
        (" ".join(words[start : start + WINDOW]), before)
        for words, before in pairs
        for start in range(0, max(1, len(words) - step), step)
    ]


@lru_cache(maxsize=256)
def normalise(text: str) -> str:
    """Lower case without accents or contractions, misspelt red-flag words restored, a line for each sentence."""
    plain = unicodedata.normalize("NFKD", text[:LONGEST]).casefold().translate(APOSTROPHES)
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    for pattern, meant in _spelling():
        plain = pattern.sub(meant, plain)
    lines = (" ".join(map(_restored, line.split())) for line in plain.split("\n"))
    return "\n".join(filter(None, lines))


@lru_cache(maxsize=4096)
def _restored(word: str) -> str:
    typos = _data()["typos"]
    if len(word) < 5 or word in typos["real"] or not word.isalpha():
        return word
    near = process.extractOne(word, typos["words"], scorer=OSA.distance, score_cutoff=1 if len(word) < 8 else 2)
    return near[0] if near and near[0][0] == word[0] else word


@cache
def _data() -> dict[str, Any]:
    return dict(yaml.safe_load(files("assistant").joinpath("data/triage.yaml").read_text("utf-8")))


@cache
def _spelling() -> tuple[tuple[re.Pattern[str], str], ...]:
    comma = rf",\s+(?=(?:{'|'.join(_data()['split']['comma'])})\b)"
    return tuple((re.compile(found.replace("{comma}", comma)), meant) for found, meant in _data()["spelling"].items())


def _expanded(pattern: str) -> str:
    concepts = _data()["concepts"]
    return re.sub(r"\{([a-z_]+)\}", lambda match: f"(?:{'|'.join(map(_expanded, concepts[match[1]]))})", pattern)


@cache
def _compiled(*patterns: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(_expanded, patterns))})(?!\w)")


@cache
def _pattern(name: str) -> re.Pattern[str]:
    """A frame, a concept or a list of patterns, by its name in the data."""
    return _compiled(*(_data() | _data()["concepts"] | _data()["frames"])[name])


@cache
def _denials() -> tuple[re.Pattern[str], re.Pattern[str]]:
    words, skip, listed = (_data()["negation"][name] for name in ("words", "skip", "list"))
    return re.compile(rf"\b{words} (?:{skip} )*$"), re.compile(rf"\b{words} {listed}")


@cache
def _splitter() -> re.Pattern[str]:
    data = _data()["split"]
    before, subject, finite, alone = ("|".join(data[name]) for name in ("before", "subject", "finite", "alone"))
    guard = "".join(rf"(?<!\b{word})" for word in data["not_after"])
    clause = rf"(?:{subject})\b ?(?:\w+ )??(?:{finite})".replace("{noun}", data["noun"])
    return re.compile(rf" (?=(?:{before})\b)|{guard} (?:and |y )?(?=(?:{clause}|{alone})\b)")


@cache
def _flags() -> list[Flag]:
    return [_flag(entry) for entry in _data()["flags"]]


def _flag(entry: dict[str, Any]) -> Flag:
    unless = _compiled(*entry["unless"]) if "unless" in entry else None
    hint = _compiled(*(_parts(rule)[0] for rule in entry["rules"]))
    rules = tuple(map(_rule, entry["rules"]))
    return Flag(entry["flag"], entry["level"], rules, unless, entry.get("habit", False), hint)


def _rule(entry: str | dict[str, Any]) -> Rule:
    further = {} if isinstance(entry, str) else entry
    needs = tuple(map(_compiled, further.get("needs", ())))
    return Rule(tuple(map(_compiled, _parts(entry))), further.get("within", 0), needs)


def _parts(entry: str | dict[str, Any]) -> list[str]:
    return [entry] if isinstance(entry, str) else entry.get("near") or [entry["pattern"]]
