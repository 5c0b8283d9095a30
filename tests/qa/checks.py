"""What is wrong with an answer to a case, as short reasons; an empty list is a pass."""

import re

from assistant.places import find_places
from assistant.text import fold, squeeze
from assistant.types import Answer
from tests.qa.cases import Case, Gold

_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
WORD_LIMIT = 300


def failures(case: Case, answer: Answer) -> list[str]:
    """Every way in which `answer` misses what `case` demands, and what the contract demands of all answers."""
    found = []
    if answer.status not in case.status:
        found.append(f"status {answer.status} instead of {'/'.join(case.status)}")
    text, first = _plain(answer.text), _plain(first_sentence(answer.text))
    found += [f"first sentence lacks {'/'.join(words)}" for words in case.first_sentence if not _any(words, first)]
    found += [f"lacks {'/'.join(words)}" for words in case.must_include if not _any(words, text)]
    found += [f"has {words!r}" for words in case.must_not_include if _any([words], text)]
    found += [f"does not cite {gold.text[:50]!r}" for gold in missing_gold(case, answer)]
    return found + contract_failures(answer, " ".join(turn.text for turn in case.history if turn.role == "user"))


def contract_failures(answer: Answer, said: str = "") -> list[str]:
    """What holds for every answer, whatever was asked; `said` is what the user said before."""
    found = []
    for citation in answer.citations:
        quote = citation.quote
        if quote.document.text[quote.start : quote.end] != quote.text or quote.text not in quote.passage.text:
            found.append(f"quote [{citation.number}] is not in its document")
    if re.search(r"\{\{|\}\}|Share \||Print Page|Get Directions", answer.text):
        found.append("page furniture")
    if (answer.confidence is None) != (answer.status in ("emergency", "declined")):
        found.append(f"confidence {answer.confidence} with {answer.status}")
    if unsupported := sorted(unsupported_marks(answer, said)):
        found.append(f"unsupported {', '.join(unsupported)}")
    return found


def unsupported_marks(answer: Answer, said: str = "") -> set[str]:
    """Numbers and places of the answer that neither a cited quote, its source, nor the question has.

    Written apart from the engine's own check, so that one cannot hide the other's mistake.
    """
    sources = [citation.quote for citation in answer.citations]
    ground = " ".join([answer.question, said, *(quote.text for quote in sources)])
    ground += " ".join(
        f" {q.document.publisher} {q.document.title} {q.document.date} {q.passage.speaker}" for q in sources
    )
    body = re.sub(r"\[\d+\]", " ", answer.text)
    own = set(_NUMBER.findall(body)) - set(_NUMBER.findall(ground)) - {"911", "988"}
    places = {p.name for p in find_places(body)} - {p.name for p in find_places(ground)}
    return own | places


def missing_gold(case: Case, answer: Answer) -> list[Gold]:
    return [
        gold
        for gold in case.quotes
        if not any(
            citation.quote.document.id == gold.document and _plain(gold.text) in _plain(citation.quote.text)
            for citation in answer.citations
        )
    ]


def first_sentence(text: str) -> str:
    """Up to the first full stop that ends a sentence; a name's initials and titles do not."""
    flat = squeeze(text.split("\n\n- ")[0])
    match = re.search(r"(?<!\b[A-Z])(?<!Ste)(?<!vs)[.!?]['”\"]?(?:\s\[\d+\])*(?=\s+[A-Z¿¡*“]|$)", flat)
    return flat[: match.end()] if match else flat


def _plain(text: str) -> str:
    return squeeze(fold(text))


def _any(words: list[str] | tuple[str, ...], text: str) -> bool:
    """Whole words, so that "no" is not found in "not"."""
    return any(re.search(rf"(?<!\w){re.escape(_plain(word))}(?!\w)", text) for word in words)
