"""Tells what the assistant must not decide or change: a verdict on one person's body, and its own rules.

Knows no documents, no index and no model: only `data/guard.yaml`. A filter of words stops no determined attack;
what protects the reader is that quotes are shown and attributed, never obeyed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import yaml

from assistant.triage import LONGEST, normalise
from assistant.types import Turn


@dataclass(frozen=True, slots=True)
class Guard:
    """Why a question is declined, and the words to search the sources' general rule with ("" where none stand)."""

    kind: Literal["personal-advice", "rules"]
    topic: str


def guard(question: str, history: Sequence[Turn] = ()) -> Guard | None:
    """The reason to decline, or None. A short follow-up of a declined question is declined too."""
    text, *earlier = map(normalise, (question, *(turn.text for turn in reversed(history) if turn.role == "user")))
    if _raw().search(question[:LONGEST]) or _commands(text, "orders", "anywhere"):
        return Guard("rules", "")
    context = "\n".join((text, *earlier[:2]))
    if _is_personal(text, context) or _goes_on(text, earlier):
        return Guard("personal-advice", _topic(text, context))
    return Guard("rules", "") if _commands(text, "form_orders", "form_anywhere") else None


def _commands(text: str, orders: str, anywhere: str) -> bool:
    return bool(_found("rules", anywhere).search(text) or _orders(orders).search(text))


def _is_personal(text: str, context: str) -> bool:
    """Whether a verdict on somebody's body is asked: by name of a condition, or by "for me", "do I have"."""
    if _says(text, "states") and _says(text, "asks") and _says(context, "treats"):
        return True
    if _says(text, "unless") or not _says(context, "field"):
        return False
    return _says(text, "verdict") or (_says(text, "body_states") and _says(text, "body_asks"))


def _goes_on(text: str, earlier: Sequence[str]) -> bool:
    """Whether a short turn goes on about a declined one, or asks for a treatment after naming a condition."""
    if not earlier or _says(text, "unless"):
        return False
    if _found("personal", "continues").fullmatch(text.replace("\n", " ")) and _is_personal(earlier[0], earlier[0]):
        return True
    named = any(_says(turn, "states") for turn in earlier[:2])
    return named and _says(text, "asks") and _says(text, "treats")


def _says(text: str, name: str) -> bool:
    return bool(_found("personal", name).search(text))


def _topic(text: str, context: str) -> str:
    """Conditions and medicines, then treatments, once each, in the sources' words; what is missing, from before."""
    conditions = _named(text, "conditions") or _named(context, "conditions")
    treatments = _named(text, "treatments") or _named(context, "treatments")
    listed = conditions and _says(" ".join(treatments), "contraindicated")
    return " ".join((*conditions, *treatments, *(["contraindications"] if listed else ())))


def _named(text: str, kind: str) -> list[str]:
    found = (_in_sources(match.group()) for match in _found("personal", kind).finditer(text))
    return list(dict.fromkeys(filter(None, found)))


def _in_sources(word: str) -> str:
    words: dict[str, str] = _data()["personal"]["words"]
    return next((meant for meant, pattern in words.items() if re.fullmatch(pattern, word)), word)


@cache
def _data() -> dict[str, Any]:
    return dict(yaml.safe_load(files("assistant").joinpath("data/guard.yaml").read_text("utf-8")))


def _expanded(pattern: str) -> str:
    concepts = _data()["concepts"]
    return re.sub(r"\{([a-z_]+)\}", lambda match: f"(?:{'|'.join(map(_expanded, concepts[match[1]]))})", pattern)


def _either(kind: str, name: str) -> str:
    return "|".join(map(_expanded, _data()[kind][name]))


@cache
def _found(kind: str, name: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{_either(kind, name)})(?!\w)", re.MULTILINE)


@cache
def _orders(name: str) -> re.Pattern[str]:
    """An order: at the start of a sentence, or after "please", "can you", "you must"."""
    return re.compile(rf"^{_data()['rules']['polite']}(?:{_either('rules', name)})(?!\w)", re.MULTILINE)


@cache
def _raw() -> re.Pattern[str]:
    return re.compile("|".join(_data()["rules"]["raw"]), re.MULTILINE)
