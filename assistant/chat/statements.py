"""What quotes state, sentence by sentence: a quote cut from its sentence still means what the whole sentence does."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat

from assistant.chat.quoted import Shown, locate
from assistant.chat.wording import Token, Wording, coverage, wording
from assistant.text import fold
from corpus.sentences import sentence_spans
from corpus.units import Span, units

_POINTS_BACK = re.compile(r"\b(?:they|them|he|she|it|these|those|this|such|that)\b")


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence, list item or table row that a quote touches, with what it hangs on."""

    text: str
    lead: str = ""
    before: str = ""  # the sentence before, where this one points back


def statements(quotes: Sequence[str], source: Shown) -> tuple[Statement, ...]:
    """The statements that the quotes touch, in order; a quote that is nowhere stands for itself."""
    found: dict[Statement, None] = {}
    for quote in quotes:
        span = locate(quote, source)
        for statement in _touched(span, source) if span else [Statement(quote)]:
            found[statement] = None
    return tuple(found)


def _touched(span: Span, source: Shown) -> Iterator[Statement]:
    text = source.document.text
    for unit in units(source.passage):
        if unit.span.end <= span.start or span.end <= unit.span.start:
            continue
        lead = text[unit.lead.start : unit.lead.end] if unit.lead else ""
        if unit.kind == "row":
            yield Statement(text[unit.span.start : unit.span.end])
            continue
        if unit.kind == "lead" and unit.span.end < span.end:
            continue  # it comes with the items it leads in
        lead = lead if unit.kind == "item" else ""
        inside = text[unit.span.start : unit.span.end]
        before = ""
        for start, end in sentence_spans(inside):
            if unit.span.start + start < span.end and span.start < unit.span.start + end:
                parts = _parts(inside[start:end])
                yield from map(Statement, parts, repeat(lead), [before, *parts])
            before = inside[start:end]


_CONTRAST = re.compile(
    r";\s+|\s*[—–]\s*(?=(?:it|they|that|not|something)\b)|(?<=[.!?])\s+(?=But\b)"
    r"|,\s+(?=(?:but|although|though|while|whereas|yet|however)\b)"
    r"|,\s+(?=and the \w+ (?:may|can|must|is|are|has|have|should|will) )"
    r"|,\s+(?=and (?:in|for|at|on) [\w ]+,)"
    r"|\s+(?=and (?:can|may|must|should|will|could|might|is|are|was|has|have) )"
    r"|\s+(?=and (?:generally|usually|typically|often|never|always) )"
    r"|\s+(?=but (?:may|can|cannot|must|should|is|are|not|do|does|will|has|have) )"
)
_AUXILIARY = re.compile(r"\b(?:can|may|is|are|was|were|has|have|will|should|must|could|might)\b")
_NEW = 0.1  # of a sentence's words, that a further statement must add


def _parts(sentence: str) -> list[str]:
    """A sentence cut where it turns to something else: a hedge of one half is none of the other."""
    return [part for part in _CONTRAST.split(sentence) if part.strip()]


def _is_topic(token: Token) -> bool:
    """Whether a word only names what a statement is about, as "it" may in the statement itself."""
    return any(mark.startswith(("procedure:", "role:")) or mark == "=person" for mark in token.marks)


def _deed_told(statement: Statement, sentence: Wording) -> bool:
    """Whether the sentence has what the statement's "can" or "is" is followed by; True where it has none."""
    text = wording(fold(statement.text))
    verb = _AUXILIARY.search(text.text)
    after = text.within(verb.end(), len(text.text))[:1] if verb else ()
    return not after or after[0].meets(sentence.content)


def _is_treatment(token: Token) -> bool:
    return any(mark.startswith("procedure:") for mark in token.marks)


def _points_back(statement: Statement) -> bool:
    return _POINTS_BACK.search(fold(statement.text)) is not None or statement.text.startswith("and ")


def relevant(sentence: Wording, told: Sequence[Statement], around: Sequence[Token] = ()) -> tuple[Statement, ...]:
    """The statements that the sentence tells: the one with most of its words, then those that add to it.

    `around`: words of what the quotes hang on, which no further statement need add.
    """
    content = {each: wording(fold(each.text)).content for each in told}
    left = list(sentence.content)
    whole = sum(token.weight for token in left)
    kept: list[Statement] = []
    while whole and len(kept) < len(told):
        rest = [each for each in told if each not in kept]
        gains = {each: sum(t.weight for t in left if t.meets(content[each])) / whole for each in rest}
        # Of two with as many of its words, the one that says less beside them.
        best = max(rest, key=lambda each: (round(gains[each], 2), coverage(content[each], sentence.content)))
        back = any(_points_back(each) and not any(map(_is_treatment, content[each])) for each in kept)
        new = [token for token in left if token.meets(content[best]) and not (back and _is_topic(token))]
        if kept:
            new = [token for token in new if not token.meets(around)]
            if any(each.text.startswith("and ") and each.before == best.text for each in kept) and not _deed_told(
                best, sentence
            ):
                break  # it only lends its subject to the half that is told
        if gains[best] < 0.01 or (kept and sum(token.weight for token in new) / whole < _NEW):
            break
        kept.append(best)
        left = [token for token in left if not token.meets(content[best])]
    return tuple(each for each in told if each in kept) or tuple(told)


def context(quotes: Sequence[str], source: Shown) -> tuple[str, ...]:
    """What may be said beside the quotes: headings, leads, a FAQ's question, the sentence that "they" points to."""
    passage, text = source.passage, source.document.text
    parts = [*passage.headings, passage.header]
    for quote in quotes:
        span = locate(quote, source)
        for unit in units(passage) if span else ():
            if span and unit.span.start < span.end and span.start < unit.span.end and unit.lead:
                parts += [text[unit.lead.start : unit.lead.end]]
    parts += [statement.before for statement in statements(quotes, source) if _points_back(statement)]
    return tuple(part for part in parts if part)
