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
from itertools import product
from typing import Any, Literal

import yaml
from rapidfuzz import process
from rapidfuzz.distance import OSA

from assistant.types import Turn

Level = Literal["emergency", "self-harm", "urgent"]
Language = Literal["en", "es"]
LONGEST = 20_000  # characters read of one turn


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
    """Patterns that must occur together in a clause, and what an earlier turn may supply."""

    parts: tuple[re.Pattern[str], ...]
    within: int = 0  # words from the first part to the last; only with several parts
    needs: tuple[re.Pattern[str], ...] = ()  # each somewhere in the turn or in an earlier one, not denied

    def spans(self, clause: str, context: str) -> Iterator[tuple[tuple[int, int], ...]]:
        """The places of the parts, for each way to find them close enough together."""
        found = [[match.span() for match in part.finditer(clause)] for part in self.parts]
        if not all(found) or not all(_stated(need, context) for need in self.needs):
            return
        for spans in product(*found):
            start, end = min(spans)[0], max(end for _, end in spans)
            if len(spans) == 1 or clause.count(" ", start, end) <= self.within:
                yield spans


@dataclass(frozen=True, slots=True)
class Flag:
    name: str
    level: Level
    rules: tuple[Rule, ...]
    unless: re.Pattern[str] | None
    habit: bool  # "I always faint at needles" is no emergency; "I always have chest pain" may be one


def triage(question: str, history: Sequence[Turn] = ()) -> Triage | None:
    """What must be said before any search, or None. Earlier turns count where the question continues them."""
    users = [turn.text for turn in history if turn.role == "user"]
    found = _worst(question, " ".join(map(_normalise, users)))
    if found is None or found.level == "urgent":
        found = _carried(question, users) or found
    return found and Triage(found.level, found.name, language(question, users))


def language(question: str, earlier: Sequence[str] = ()) -> Language:
    """Spanish or English, by the little words; a question without any follows the turns before it."""
    for text in (question, *reversed(earlier)):
        words = _normalise(text).replace("\n", " ").split()
        spanish = sum(word in _little_words("spanish") for word in words) + 2 * ("¿" in text or "¡" in text)
        english = sum(word in _little_words("english") for word in words)
        if spanish != english:
            return "es" if spanish > english else "en"
    return "en"


def _carried(question: str, users: Sequence[str]) -> Flag | None:
    """The red flag of the last flagged turn, if nothing settled it and the question goes on about it."""
    settled, text = _pattern("resolved"), _normalise(question)
    if settled.search(text) or not _pattern("continues").search(text):
        return None
    for index in range(len(users) - 1, -1, -1):
        if settled.search(_normalise(users[index])):
            return None
        if found := _worst(users[index], " ".join(map(_normalise, users[:index]))):
            return found
    return None


def _worst(text: str, context: str) -> Flag | None:
    """The gravest flag of the text: flags stand in the order of their gravity."""
    normal = _normalise(text)
    if _pattern("resolved").search(normal):
        return None
    clauses = _clauses(normal)
    return next((flag for flag in _flags() if any(_raises(flag, clause, normal, context) for clause in clauses)), None)


def _raises(flag: Flag, clause: str, turn: str, context: str) -> bool:
    if flag.unless and flag.unless.search(clause):
        return False
    return any(
        not _denied(clause, spans) and _is_ours(flag, clause, turn)
        for rule in flag.rules
        for spans in rule.spans(clause, f"{context}\n{turn}")
    )


def _is_ours(flag: Flag, clause: str, turn: str) -> bool:
    """Whether somebody has it, now or just before: not a general, a past or a hypothetical case."""
    ongoing = _pattern("ongoing").search(clause)
    if _pattern("condition").search(clause):
        return False
    if _pattern("past").search(clause) and not ongoing:
        return False
    if _pattern("certain").search(clause):
        return True
    if _pattern("general").search(clause):
        return False
    if flag.habit and (_pattern("habit").search(clause) or (_pattern("candidate").search(turn) and not ongoing)):
        return False
    return _has_somebody(clause, bool(ongoing))


def _has_somebody(clause: str, ongoing: bool) -> bool:
    first, personal = _pattern("first").search(clause), _pattern("personal").search(clause)
    asked = _pattern("question").match(clause)
    if asked:
        return bool(first) or bool(personal and ongoing)
    return bool(personal or not (_pattern("generic").search(clause) or _pattern("topic").search(clause)))


def _stated(need: re.Pattern[str], text: str) -> bool:
    return any(not _denied(text, [match.span()]) for match in need.finditer(text))


def _denied(clause: str, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether a negation governs one of the parts: "no chest pain", "I do not have any trouble breathing"."""
    just_before, listed = _denials()
    lists = [match.span() for match in listed.finditer(clause)]
    return any(
        just_before.search(clause[:start]) or any(first < start < last for first, last in lists) for start, _ in spans
    )


def _clauses(normal: str) -> list[str]:
    """Sentences, cut before "but", "also" and before a subject with its verb, so that each is judged alone."""
    marked = _splitter().sub(r"\n", normal)
    return [clause for line in marked.split("\n") if (clause := line.strip())]


@lru_cache(maxsize=256)
def _normalise(text: str) -> str:
    """Lower case without accents or contractions, misspelt red-flag words restored, a line for each sentence."""
    plain = unicodedata.normalize("NFKD", text[:LONGEST]).casefold().replace("’", "'").replace("`", "'")
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    plain = re.sub(r"(.)\1{2,}", r"\1\1", plain)
    plain = re.sub(r"n't\b", "nt", plain)
    plain = re.sub(r"'(s|d|m)\b", r" \1", plain).replace("'ll ", " will ").replace("'re ", " are ").replace("'ve ", " have ")
    plain = re.sub(r"\b(no|nope|yes|si|ok|okay|well),", r"\1\n", plain.replace("'", ""))
    plain = _comma().sub("\n", re.sub(r"[.!?;:()¿¡…—–\n]+|\s-\s", "\n", plain))
    plain = re.sub(r"[^\w\n]+", " ", plain)
    for pattern, written in _spelling():
        plain = pattern.sub(written, plain)
    lines = (" ".join(map(_restored, line.split())) for line in plain.split("\n"))
    return "\n".join(line for line in lines if line)


@lru_cache(maxsize=4096)
def _restored(word: str) -> str:
    words, real = _typo_words()
    if len(word) < 5 or word in real or not word.isalpha():
        return word
    near = process.extractOne(word, words, scorer=OSA.distance, score_cutoff=1 if len(word) < 8 else 2)
    return near[0] if near and near[0][0] == word[0] else word


@cache
def _data() -> dict[str, Any]:
    return dict(yaml.safe_load(files("assistant").joinpath("data/triage.yaml").read_text("utf-8")))


@cache
def _typo_words() -> tuple[tuple[str, ...], frozenset[str]]:
    typos = _data()["typos"]
    return tuple(typos["words"]), frozenset(typos["real"]) | frozenset(typos["words"])


@cache
def _little_words(language: str) -> frozenset[str]:
    return frozenset(_data()["little words"][language])


@cache
def _spelling() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(rf"\b{written}\b"), meant) for written, meant in _data()["spelling"].items())


def _expanded(pattern: str) -> str:
    concepts = _data()["concepts"]
    return re.sub(r"\{([a-z_]+)\}", lambda match: f"(?:{'|'.join(map(_expanded, concepts[match[1]]))})", pattern)


@cache
def _compiled(*patterns: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(_expanded, patterns))})(?!\w)")


@cache
def _pattern(name: str) -> re.Pattern[str]:
    """A frame, a concept or a list of patterns, by its name in the data."""
    data = _data()
    return _compiled(*(data["frames"].get(name) or data["concepts"].get(name) or data[name]))


@cache
def _denials() -> tuple[re.Pattern[str], re.Pattern[str]]:
    words, skip, listed = (_data()["negation"][name] for name in ("words", "skip", "list"))
    return re.compile(rf"\b{words} (?:{skip} )*$"), re.compile(rf"\b{words} {listed}")


@cache
def _splitter() -> re.Pattern[str]:
    data = _data()["split"]
    before, subject, finite, alone = ("|".join(data[name]) for name in ("before", "subject", "finite", "alone"))
    guard = "".join(rf"(?<!\b{word})" for word in data["not_after"])
    clause = rf"(?:{subject}) ?(?:\w+ )??(?:{finite})".replace("{noun}", data["noun"])
    return re.compile(rf" (?=(?:{before})\b)|{guard} (?:and |y )?(?=(?:{clause}|{alone})\b)")


@cache
def _comma() -> re.Pattern[str]:
    return re.compile(rf",\s+(?=(?:{'|'.join(_data()['split']['comma'])})\b)")


@cache
def _flags() -> tuple[Flag, ...]:
    return tuple(
        Flag(
            entry["flag"],
            entry["level"],
            tuple(_rule(rule) for rule in entry["rules"]),
            _compiled(*entry["unless"]) if "unless" in entry else None,
            entry.get("habit", False),
        )
        for entry in _data()["flags"]
    )


def _rule(entry: str | dict[str, Any]) -> Rule:
    if isinstance(entry, str):
        return Rule((_compiled(entry),))
    parts = entry.get("near") or [entry["pattern"]]
    return Rule(tuple(map(_compiled, parts)), entry.get("within", 0), tuple(map(_compiled, entry.get("needs", ()))))
