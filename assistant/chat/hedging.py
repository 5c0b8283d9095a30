"""Whether a sentence is surer than its quote: a hedge left out, an absolute word put in, advice made a duty."""

import re
from collections.abc import Iterator
from functools import cache

from assistant.chat.wording import Token, Wording, any_of, coverage, data
from assistant.text import fold

_NEARBY = 3  # content words that a hedge speaks of
_DENIED = re.compile(r"(?:\bnot|n't|\bno|\bnever|\bcannot)\s+(?:\w+\s+)?$")
_RELEVANT = 0.3  # of the hedged clause, told again


def is_surer(sentence: Wording, whole_sentence: str, quote: Wording, quotes: str) -> bool:
    """Whether `sentence` (its attribution blanked; `whole_sentence` has it) claims more than `quote`.

    `quote` is what it tells of the `quotes`; a duty or an absolute word may stand in any of them.
    """
    folded = fold(whole_sentence)
    quotes = fold(quotes)
    return (
        any(
            _is_missing(kind, folded) and not (kind == "view" and folded.strip() != sentence.text.strip())
            for kind in _called_for(sentence, quote)
        )
        or any(new_absolutes(sentence.text, f"{quote.text}\n{quotes}"))
        or _is_made_duty(sentence.text, f"{quote.text}\n{quotes}")
    )


def _is_missing(kind: str, folded: str) -> bool:
    return not any(any_of("hedges", each).search(folded) for each in data()["kept_by"].get(kind, (kind,)))


def _called_for(sentence: Wording, quote: Wording) -> Iterator[str]:
    """The kinds of hedge that stand in the quote on what the sentence tells."""
    for kind, patterns in data()["hedged"].items():
        for match in _compiled("|".join(patterns)).finditer(quote.text):
            start, end = quote.bounds[quote.clause_at(match.start())]
            aside = False
            opened = quote.text.rfind("(", 0, match.start())
            if opened >= 0 and ")" not in quote.text[opened : match.start()]:  # an aside: "(and I believe California)"
                end = quote.text.find(")", match.start()) + 1 or end
                start, aside = match.end(), True
            elif kind == "belief":
                end = len(quote.text) + 1
            after = quote.within(match.end(), end)
            if kind in ("chance", "some", "about", "partly"):
                after = after[:_NEARBY]
            clause = _told_of(quote.within(start, end))
            if kind == "some" and quote.text[: match.start()].endswith(
                "in "
            ):  # "in most states" limits all that follows
                clause = after = quote.content
            if aside:
                if any(token.meets(sentence.content) for token in after):
                    yield kind
            elif (
                (
                    any(token.meets(sentence.content) for token in after[:_NEARBY])
                    and (coverage(clause, sentence.content) >= _RELEVANT or coverage(after, sentence.content) >= 0.6)
                )
                or (not after and coverage(clause, sentence.content) >= _RELEVANT)
                or coverage(clause, sentence.content) >= 0.6
            ):
                yield kind


def _told_of(words: tuple[Token, ...]) -> tuple[Token, ...]:
    """The words of a clause without the treatment it speaks of, which other clauses may speak of too."""
    return tuple(t for t in words if not any(mark.startswith("procedure:") for mark in t.marks)) or words


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def new_absolutes(sentence: str, quote: str) -> Iterator[str]:
    """Words such as "always" that the quote says in no wording."""
    for match in any_of("absolutes").finditer(sentence):
        word = match.group()
        if _DENIED.search(sentence[: match.start()]):  # "does not prove"
            continue
        groups = [group for group in data()["same_absolutes"] if any(_has(word, each) for each in group)]
        if not _has(quote, word) and not any(_has(quote, each) for group in groups for each in group):
            yield word


def _has(text: str, word: str) -> bool:
    edge = r"(?<!\w)" if word[0].isalpha() else ""
    return re.search(rf"{edge}{re.escape(word)}(?!\w)", text) is not None


def _is_made_duty(sentence: str, quote: str) -> bool:
    return bool(_compiled(data()["obliges"]).search(sentence)) and not _compiled(data()["obliging"]).search(quote)
