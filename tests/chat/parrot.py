"""A chat model that answers from the evidence it is given: it repeats the sentences nearest the question. It knows no
question, no document and none of the program's readings of either.

Reads the prompt as a model would, so it follows prompts.yaml: passages between fences, then the question.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assistant.query import content_terms
from assistant.triage import language
from corpus.sentences import sentence_spans

_PASSAGE = re.compile(r"^Passage (\d+), from [^\n]*:\n(#+)\n(.*?)\n\2$", re.MULTILINE | re.DOTALL)
_BETWEEN = re.compile(r"(?:Question|Last question) between the marks:\n(#+)\n(.*?)\n\1", re.DOTALL)
_IN_SPANISH = re.compile(r'"text" in Spanish:\s*$')
_FIRST = 2  # passages: they are given in order of value
_MOST = 3  # sentences
_NEAR = 0.7  # of the best one's score: how near another sentence must be to be said too
_DULL = 0.8  # of a sentence's score, for each passage before its own
NOTHING = json.dumps({"text": "", "passage": 0, "quotes": []})


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the evidence."""

    passage: int
    text: str
    terms: frozenset[str]


def parrot(request: dict[str, Any]) -> str:
    """JSON Lines for a prompt with passages; for a question to be condensed, the question as it is."""
    prompt = str(request["messages"][-1]["content"])
    asked = _BETWEEN.search(prompt)
    question = asked.group(2) if asked else ""
    sentences = _sentences(prompt)
    if not sentences:
        return question
    wanted = "es" if _IN_SPANISH.search(prompt) else "en"
    said = [sentence for sentence in nearest(question, sentences) if language(sentence.text) == wanted]
    return "\n".join(map(_line, said)) or NOTHING


def nearest(question: str, sentences: Sequence[Sentence]) -> list[Sentence]:
    """Those that share words with the question, the rarer the better, the best first."""
    seen = Counter(term for sentence in sentences for term in sentence.terms)
    asked = set(content_terms(question))

    def score(sentence: Sentence) -> float:
        shared = sum(math.log(1 + len(sentences) / seen[term]) for term in sentence.terms & asked)
        return float(shared * _DULL ** (sentence.passage - 1))

    ranked = sorted(sentences, key=score, reverse=True)  # stable: of equals the first
    least = _NEAR * score(ranked[0])
    return [sentence for sentence in ranked if score(sentence) >= least > 0][:_MOST]


def _sentences(prompt: str) -> list[Sentence]:
    found = []
    for number, _, text in _PASSAGE.findall(prompt)[:_FIRST]:
        for start, end in sentence_spans(text):
            sentence = text[start:end].lstrip("•▪- ")
            if "\n" not in sentence and "|" not in sentence and not sentence.endswith(("?", ":")):
                terms = frozenset(content_terms(sentence))
                found.append(Sentence(int(number), sentence, terms))
    return found


def _line(sentence: Sentence) -> str:
    return json.dumps({"text": sentence.text, "passage": sentence.passage, "quotes": [sentence.text]})
