"""What the tests of the whole assistant share: one question with its evidence, and replies to it, good and bad."""

import contextlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from assistant.chat.assistant import ChatAssistant
from assistant.chat.budget import Budget
from assistant.chat.model import open_model
from assistant.chat.writer import Writer
from assistant.engine import Assistant
from assistant.types import Answer

QUESTION = "How long does a resurfacing treatment take?"
LASTS = "Depending on which procedure you are getting, treatments range between 15 minutes to 2 hours."
TOLD = "AmSpa says a treatment lasts anywhere from 15 minutes to 2 hours, depending on the procedure."
AGES = "Following your treatment, your skin will continue to age naturally"  # in a passage beside
LIKELY = "results of a laser resurfacing treatments will likely generate permanent improvement in your skin"

ROOMY = Budget(connect=20, first=20, between=20, whole=40)
LONG = 120.0  # seconds that a server may hold a connection; no clock of a budget is near it
SOON = 60.0  # what ends by a clock ends before this, on however slow a machine
TIGHT = {
    "connect": replace(ROOMY, connect=0.2),
    "first": replace(ROOMY, connect=0.3, first=0.2),
    "between": replace(ROOMY, between=0.3),
    "whole": replace(ROOMY, whole=1.0),
    "condense": replace(ROOMY, first=0.5),
}
KEY = "sk-a-key-that-nobody-sees"


_PASSAGE = re.compile(r"^Passage (\d+), from [^\n]*:\n(#+)\n(.*?)\n\2$", re.MULTILINE | re.DOTALL)


def line(text: str, passage: int, *quotes: str) -> str:
    """One claim as a model writes it."""
    return json.dumps({"text": text, "passage": passage, "quotes": list(quotes)}) + "\n"


def number_of(request: dict[str, Any], words: str) -> int:
    """Under which number the prompt shows the passage that has these words; 0 where it does not show it."""
    return next((number for number, text in shown_passages(request).items() if words in text), 0)


def shown_passages(request: dict[str, Any]) -> dict[int, str]:
    """The passages of a prompt by their numbers."""
    prompt = str(request["messages"][-1]["content"])
    return {int(number): text for number, _, text in _PASSAGE.findall(prompt)}


def says(text: str, *quotes: str, passage_of: str = LASTS) -> Callable[[dict[str, Any]], str]:
    """A reply of one claim about the passage that has the words `passage_of`."""
    return lambda request: line(text, number_of(request, passage_of), *(quotes or (LASTS,)))


@contextlib.contextmanager
def chat(
    engine: Assistant, url: str, budget: Budget = ROOMY, provider: str = "openai", key: str = "a-key"
) -> Iterator[ChatAssistant]:
    """The assistant with a model at `url`."""
    model = open_model(f"{provider}:tiny", base_url=url, api_key=key, budget=budget)
    try:
        yield ChatAssistant(engine, Writer(model))
    finally:
        model.close()


def worded(answer: Answer) -> list[str]:
    """The model's sentences as they are shown, without who says them."""
    return [claim.text.rpartition(" – ")[0] for claim in answer.claims if " – " in claim.text]


def quoting(answer: Answer) -> list[str]:
    return [citation.quote.text for citation in answer.citations]


def good(request: dict[str, Any]) -> str:
    """Two claims on the quote that answers, one of them as it stands there."""
    return line(TOLD, number_of(request, LASTS), LASTS) + line(LASTS, number_of(request, LASTS), LASTS)
