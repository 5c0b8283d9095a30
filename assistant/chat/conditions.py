"""Whether a sentence keeps what its quote makes a condition: "if", "only", "under supervision"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from assistant.chat.opposites import sides
from assistant.chat.wording import Token, Wording, coverage, data
from assistant.text import fold

_KEPT = 0.3  # of a condition's words
_NEAR = 4  # content words before a condition, of which a sentence that it limits has one
_TOLD = 0.25  # of the statement's words: less, and the sentence speaks of something else
_SET_ASIDE = re.compile(
    r"\b(?:even (?:if|when|without)|regardless|whether or not|with or without|no matter|irrespective|whatever)\b"
    r"|\bof any (?:depth|kind|age)\b|\bin all \w+\b|\bany depth\b|\baunque\b"
    r"|\b(?<!just )(?:any|every)"
    r" (?:aesthetician|esthetician|nurse|technician|assistant|provider|physician|doctor|spa|clinic)\b"
    r"|\b(?:anyone|anybody|any person|any staff member|everyone|everybody) (?:may|can|is allowed)\b"
)


@dataclass(frozen=True)
class Condition:
    """A condition of a quote: its own words, and those of the statement it limits."""

    marker: str
    words: tuple[Token, ...]
    statement: tuple[Token, ...]
    near: tuple[Token, ...]  # the words right before it; none where it opens the sentence


@cache
def _markers() -> re.Pattern[str]:
    return re.compile("|".join(data()["conditions"]))


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(data()[name])


def conditions(quote: Wording) -> Iterator[Condition]:
    """The conditions of one sentence."""
    found = list(_markers().finditer(quote.text))
    for match, after in zip(found, [*found[1:], None], strict=False):
        _, end = quote.bounds[quote.clause_at(match.end() - 1)]
        end = min(end, after.start()) if after else end
        if match.group().startswith("who") and (
            modal := re.compile(r"\b(?:should|must|may)\b").search(quote.text, match.end(), end)
        ):
            end = modal.start()
        comma = quote.text.find(",", match.end(), end)
        if comma >= 0 and not re.match(r",\s(?:\w+\s){0,3}(?:and|or)\b|,[^,]{1,30},", quote.text[comma:end]):
            end = comma
        words = quote.within(match.start(), end)
        inside = {token.start for token in words}
        rest = tuple(token for token in quote.content if token.start not in inside)
        yield Condition(match.group(), words, rest, quote.within(0, match.start())[-_NEAR:])


def drops_condition(sentence: Wording, quote: Wording, around: Wording) -> bool:
    """Whether the sentence tells a statement of `quote`, one sentence, without what limits it.

    `around`: what the quote hangs on; a bare "Only if ..." limits what the question before it asks.
    """
    if _SET_ASIDE.search(sentence.text) and not _SET_ASIDE.search(quote.text):
        return True
    if _pattern("partial").search(sentence.text):
        return False
    if any(_is_dropped(condition, sentence, around) for condition in conditions(quote)):
        return True
    return _drops_only(sentence, quote) or _drops_supervision(sentence, quote) or _drops_qualifier(sentence, quote)


def _is_dropped(condition: Condition, sentence: Wording, around: Wording) -> bool:
    if coverage(condition.statement or around.content, sentence.content) < _TOLD or (
        not condition.words and condition.marker != "only"
    ):
        return False
    if condition.near and not any(token.meets(sentence.content) for token in condition.near):
        return False
    own = [token for token in condition.words if not token.meets(condition.statement)] or list(condition.words)
    if condition.marker == "depending on" and _pattern("varies").search(sentence.text):
        return False
    return coverage(own, sentence.content) < _KEPT


def _drops_only(sentence: Wording, quote: Wording) -> bool:
    """ "Only X may" told as "X may"."""
    match = re.search(
        r"\b(?:only|solely|exclusively)\b(?! (?:if|because|after|when|with|under|once|in|on|for|as)\b)", quote.text
    )
    if not match or re.search(r"\bnot only\b", quote.text):
        return False
    after = quote.within(match.end(), len(quote.text))[:4]
    return coverage(after, sentence.content) >= 0.5 and not _pattern("exclusive").search(fold(sentence.text))


def _drops_supervision(sentence: Wording, quote: Wording) -> bool:
    """Who performs under supervision told as who performs; a physician needs none."""
    if not _is_supervised(quote) or _is_supervised(sentence):
        return False
    rest = [token for token in quote.content if "=supervision" not in token.marks]
    roles = {mark for token in sentence.tokens for mark in token.marks if mark.startswith("role:")}
    deed = any("=perform" in token.marks for token in sentence.tokens) or bool(roles)
    return deed and roles != {"role:physician"} and coverage(rest, sentence.content) >= _TOLD


def _is_supervised(text: Wording) -> bool:
    return any("=supervision" in token.marks for token in text.tokens) or _UNDER.search(text.text) is not None


_UNDER = re.compile(r"\b(?:under|with) (?:an? |the )?(?:md|physician|doctor|medical)\b|\bbajo\b")


def _drops_qualifier(sentence: Wording, quote: Wording) -> bool:
    """ "Inexperienced providers" told as "providers": the untrained are told of, not everybody."""
    for axis in data()["telling"]:
        told = [side for side in sides(quote) if side.axis == axis]
        limiting = [side for side in told if side.side == "-" or _in_condition(quote, side.start)]
        kept = any(f"={data()['telling'][axis]}" in token.marks for token in sentence.content)
        if limiting and not kept and all(side.axis != axis for side in sides(sentence)):
            clause = [token for token in quote.clause(limiting[0].clause) if token.start != limiting[0].start]
            if coverage(clause, sentence.content) >= 0.4:
                return True
    return False


def _in_condition(quote: Wording, position: int) -> bool:
    start, _ = quote.bounds[quote.clause_at(position)]
    return re.search(r"\b(?:if|when|only if)\b", quote.text[start:position]) is not None
