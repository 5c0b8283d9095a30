"""What is wrong with an answer to a case, as short reasons; an empty list is a pass."""

import re

from assistant.text import fold, squeeze
from assistant.types import Answer, Citation, Claim, Notice
from tests.qa.cases import Case, Gold
from tests.qa.grounding import misattributed, unsupervised, unsupported
from tests.qa.reading import own_words

FURNITURE = re.compile(
    r"\{\{|\}\}|Share \||Print Page|Get Directions|Jump to:|Return to Treatment|Name\(Required\)"  # of the pages
    r"|(?:Procedure|Dysport|Fillers|PRP\)|Resurfacing|Peels|Contouring)(?:Qualified|MD|RN|Licensed|Trained)\b"  # glued
    r"|6 \(discomfort\)|[a-z]\.\d(?=\s|$|”)"  # digits of lost references
)
SPANISH = re.compile(r"\b(?:los|las|que|sobre|para|una|pregunte|llame|puedo|documentos)\b")
WORD_LIMIT = 300


def failures(case: Case, answer: Answer) -> list[str]:
    """Every way in which `answer` misses what `case` demands, and what the contract demands of all answers."""
    found = []
    if answer.status not in case.status:
        found.append(f"status {answer.status} instead of {'/'.join(case.status)}")
    text, first = plain(answer.text), plain(first_sentence(answer.text))
    found += [f"first sentence lacks {'/'.join(words)}" for words in case.first_sentence if not says(words, first)]
    found += [f"lacks {'/'.join(words)}" for words in case.must_include if not says(words, text)]
    found += [f"has {words!r}" for words in case.must_not_include if says([words], text)]
    found += [f"does not cite {gold.text[:50]!r}" for gold in missing_gold(case, answer)]
    found += ["a label with nothing under it"] if bare_label(answer) else []
    found += not_spanish(answer) if case.kind == "spanish" else []
    return found + contract_failures(answer, said_before(case))


def contract_failures(answer: Answer, said: str = "") -> list[str]:
    """What holds for every answer, whatever was asked; `said` is what the user said before."""
    found = [
        f"quote [{citation.number}] is not in its document" for citation in answer.citations if not exact(citation)
    ]
    if FURNITURE.search(answer.text) or any(FURNITURE.search(citation.quote.text) for citation in answer.citations):
        found.append("page furniture")
    if (answer.confidence is None) != (answer.status in ("emergency", "declined")):
        found.append(f"confidence {answer.confidence} with {answer.status}")
    for kind, marks in unsupported(answer, said).items():
        found += [f"unsupported {kind}: {', '.join(sorted(marks))}"] if marks else []
    found += [f"claim without a quote: {claim.text[:60]!r}" for claim in answer.claims if not claim.quotes]
    return found + misattributed(answer) + unsupervised(answer)


def not_spanish(answer: Answer) -> list[str]:
    """What an answer to a question in Spanish lacks: Spanish words of ours, and the mark that it is automatic."""
    own = plain(own_words(answer))
    found = [] if SPANISH.search(own) else ["not answered in Spanish"]
    return found + (["not marked as automatic"] if answer.claims and "automatica" not in own else [])


def bare_label(answer: Answer) -> bool:
    """Whether a notice that ends in a colon has no claim under it."""
    return any(
        isinstance(line, Notice) and line.text.rstrip().endswith(":") and not isinstance(below, Claim)
        for line, below in zip(answer.lines, (*answer.lines[1:], None), strict=True)
    )


def exact(citation: Citation) -> bool:
    """Whether the quote is the document's text at its offsets, and stands in the passage shown beside it."""
    quote = citation.quote
    return quote.document.text[quote.start : quote.end] == quote.text != "" and quote.text in quote.passage.text


def missing_gold(case: Case, answer: Answer) -> list[Gold]:
    return [gold for gold in case.quotes if not any(cites(citation, gold) for citation in answer.citations)]


def cites(citation: Citation, gold: Gold) -> bool:
    return citation.quote.document.id == gold.document and plain(gold.text) in plain(citation.quote.text)


def said_before(case: Case) -> str:
    """The user's earlier turns."""
    return "\n".join(turn.text for turn in case.history if turn.role == "user")


def first_sentence(text: str) -> str:
    """Up to the first full stop that ends a sentence; a name's initials and titles do not."""
    flat = squeeze(text.split("\n\n- ")[0])
    match = re.search(r"(?<!\b[A-Z])(?<!Ste)(?<!vs)[.!?]['”\"]?(?:\s\[\d+\])*(?=\s+[A-Z¿¡*“]|$)", flat)
    return flat[: match.end()] if match else flat


def plain(text: str) -> str:
    """Folded, with single spaces: how words are compared here."""
    return squeeze(fold(text))


def says(words: list[str] | tuple[str, ...], text: str) -> bool:
    """Whether any of the strings stands in the plain `text`; whole words, so that "no" is not found in "not", while
    "$" is found in "$500"."""
    return any(re.search(_whole(plain(word)), text) for word in words)


def _whole(word: str) -> str:
    before = r"(?<!\w)" if word[:1].isalnum() else ""
    after = r"(?!\w)" if word[-1:].isalnum() else ""
    return f"{before}{re.escape(word)}{after}"
