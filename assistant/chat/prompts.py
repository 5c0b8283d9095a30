"""Messages for the chat model, cut to what it may be sent. Knows no provider and no way of searching."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from assistant.chat.budget import tokens_of
from assistant.chat.failures import ModelFailure
from assistant.chat.types import Message
from assistant.types import Turn
from corpus.sentences import sentence_spans

MAX_LINES = 6  # claims asked for
_TEMPLATE = 40  # tokens that a chat template and the marks may add
_TURN = 80  # tokens of an earlier answer that are enough to see what it was about
_LABEL = re.compile(r"^(?:[a-z ]*question|pregunta[a-z ]*)\s*:\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A passage as the model is shown it. Its number is what a claim names."""

    number: int
    source: str  # who says it and what kind of source that is
    text: str


def version() -> str:
    """The version of the prompts, for records of measurements."""
    return str(_prompts()["version"])


def claims_messages(
    question: str, evidence: Sequence[Evidence], language: str, tokens: int
) -> tuple[list[Message], tuple[Evidence, ...]]:
    """Messages that ask for claims, and the evidence in them, in at most `tokens`.

    `evidence` is in order of value, the best first. What does not fit is left out from the end of that order; the
    last passage that fits in part keeps its first whole sentences. Raises ModelFailure("budget") where not even the
    first sentence fits.
    """
    prompt = _prompts()["claims"]
    fence = _fence([question, *(item.text for item in evidence)])
    named = _language(language)
    system = Message("system", prompt["system"].format(language=named, lines=MAX_LINES))

    def user(shown: Iterable[Evidence]) -> Message:
        passages = "\n".join(_passage(item, fence) for item in shown)
        text = prompt["user"].format(evidence=passages, question=question.strip(), fence=fence, language=named)
        return Message("user", text)

    room = tokens - _TEMPLATE - _cost([system, user(())])
    shown = _fitting(evidence, fence, room)
    if not shown:
        raise ModelFailure("budget", "tokens in")
    return [system, user(shown)], shown


def condense_messages(question: str, history: Sequence[Turn], tokens: int) -> list[Message]:
    """Messages that ask for the question as it would stand alone, in at most `tokens`: the latest turns that fit.

    Raises ModelFailure("budget") where the question itself does not fit.
    """
    prompt = _prompts()["condense"]
    fence = _fence([question, *(turn.text for turn in history)])
    system = Message("system", prompt["system"])

    def user(turns: Iterable[str]) -> Message:
        conversation = "\n".join(turns)
        return Message("user", prompt["user"].format(conversation=conversation, question=question.strip(), fence=fence))

    room = tokens - _TEMPLATE - _cost([system, user(())])
    if room < 0:
        raise ModelFailure("budget", "tokens in")
    turns: list[str] = []
    for turn in reversed(history):
        text = _first_sentences(turn.text, _TURN) if turn.role == "assistant" else turn.text
        line = prompt[f"{turn.role}_turn"].format(text=" ".join(text.split()))
        room -= tokens_of(line) + 1
        if room < 0:
            break
        turns.insert(0, line)
    return [system, user(turns)]


def standalone(reply: str) -> str:
    """The question in a reply to `condense_messages`: its first line without label and quotation marks, or nothing."""
    lines = [line.strip() for line in reply.splitlines() if line.strip()]
    return _LABEL.sub("", lines[0]).strip("\"'“”` ") if lines else ""


def _fitting(evidence: Iterable[Evidence], fence: str, room: int) -> tuple[Evidence, ...]:
    shown: list[Evidence] = []
    for item in evidence:
        frame = tokens_of(_passage(Evidence(item.number, item.source, ""), fence)) + 1
        text = _first_sentences(item.text, room - frame)
        if text:
            shown.append(Evidence(item.number, item.source, text))
            room -= frame + tokens_of(text)
        if text != item.text:  # what comes after is worth less than what had to be cut
            break
    return tuple(shown)


def _first_sentences(text: str, tokens: int) -> str:
    """The text, or as many of its first sentences as fit."""
    if tokens_of(text) <= tokens:
        return text
    ends = [end for _, end in sentence_spans(text) if tokens_of(text[:end]) <= tokens]
    return text[: ends[-1]] if ends else ""


def _passage(item: Evidence, fence: str) -> str:
    source = " ".join(item.source.split())
    text: str = _prompts()["claims"]["passage"].format(number=item.number, source=source, text=item.text, fence=fence)
    return text


def _fence(texts: Iterable[str]) -> str:
    """Marks that stand in none of the texts, so that none of them can end its own fence."""
    longest = max((len(run) for text in texts for run in re.findall("#+", text)), default=0)
    return "#" * max(5, longest + 1)


def _cost(messages: Iterable[Message]) -> int:
    return sum(tokens_of(message.text) for message in messages)


def _language(code: str) -> str:
    names: dict[str, str] = _prompts()["languages"]
    return names.get(code, names["en"])


@cache
def _prompts() -> dict[str, Any]:
    prompts: dict[str, Any] = yaml.safe_load(files("assistant.chat").joinpath("prompts.yaml").read_text("utf-8"))
    return prompts
