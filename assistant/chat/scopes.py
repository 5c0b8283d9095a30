"""What a text denies, clause by clause: negators, words that deny by themselves ("avoid"), and "unless".

Not a parser: a negator denies its clause, as in NegEx (Chapman et al., 2001) it does what stands near it. Words that
deny count like negators, so that "do not swim" and "avoid swimming" are one, and "no need to avoid" is neither.
The words stand in meaning.yaml under `denial`.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

from assistant.chat.wording import Token, Wording, any_of, data, phrase_stems, phrases_in

_ROW = re.compile(r"[^\n]*\|[^\n]*")  # a table's row is one clause
_GROUP_END = re.compile(r"[.;:!?|•\n]")
_BEFORE, _AFTER = 2, 4  # content words beside a hint
_REACH = 40  # characters from the words of a clause to a hint of it
_LONGEST_CONTRAST = 4  # content words of ", not Y"


@dataclass(frozen=True)
class Scope:
    """One clause with what it denies.

    `words` leaves out the words that deny; `focus` is what stands right after the negator, or else before it.
    """

    start: int
    end: int
    words: tuple[Token, ...]
    focus: tuple[Token, ...]
    verb: tuple[Token, ...]  # the first word after the negator, if it says little ("give", "have")
    denied: bool
    negated: bool  # denied by "not" or its like, no word such as "avoid"
    hinted: tuple[Token, ...]  # near a word that may carry a denial ("without", "rather than") but proves none
    taken: tuple[Token, ...]  # the first word after each "without"
    contrast: bool  # ", not Y": speaks of Y only, in place of something said beside it
    marks: frozenset[int]  # offsets of the words that deny, and of those they stand before
    group: int  # of clauses not parted by a full stop or semicolon
    exempt: bool  # "need not", which no "until" turns round


@dataclass(frozen=True)
class Excepting:
    """An "unless ..." with its words, and whether what it excepts from is denied: "not ... unless"."""

    marker: str
    words: tuple[Token, ...]
    even: bool
    group: int


@dataclass(frozen=True)
class Scopes:
    clauses: tuple[Scope, ...]
    exceptions: tuple[Excepting, ...]

    @property
    def denied(self) -> tuple[Scope, ...]:
        return tuple(clause for clause in self.clauses if clause.denied)


@cache
def _phrases(name: str) -> dict[tuple[str, ...], bool]:
    return {phrase_stems(phrase): True for phrase in data()["denial"][name]}


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return any_of("denial", name)


@lru_cache(maxsize=2048)
def scopes(text: Wording) -> Scopes:
    """The clauses of a text, with what each denies."""
    plain, opener = _blank(text.text)
    deniers = [*_spans(text, plain, "deniers"), *(match.span() for match in _pattern("leaving").finditer(plain))]
    negators = [
        (match.start(), match.end())
        for match in _pattern("negators").finditer(plain)
        if not any(start <= match.start() < end for start, end in deniers)
        and not (match.group() == "no" and re.search(r"\b(?:with|and|but) $", plain[: match.start()]))
    ]
    private = [
        match.span()
        for match in _pattern("private").finditer(plain)
        if not any(start <= match.start() < end for start, end in deniers)
    ]
    hints = [*(match.span() for match in _pattern("aside").finditer(plain)), *_spans(text, plain, "hints")]
    hints = [span for span in hints if not any(start <= span[0] < end for start, end in deniers)]
    operators = frozenset(
        token.start
        for token in text.tokens
        if any(token.start in (start, _last_word(text, start, end)) for start, end in [*negators, *deniers])
    )
    clauses = []
    for start, end in _bounds(text, plain, deniers):
        inner = [token for token in text.within(start, end) if token.start not in operators]
        own = [span for span in negators if start <= span[0] < end]
        denying = [span for span in deniers if start <= span[0] < end]
        clauses.append(
            Scope(
                start,
                end,
                tuple(inner),
                _focus(inner, own or denying),
                tuple(token for token in inner if own and token.start >= own[0][1])[:1],
                _is_odd(text, own, denying),
                bool(own),
                _near(text.within(start, end), hints, private) + text.within(start, min(end, opener)),
                tuple(token for span in private if start <= span[0] < end for token in text.within(span[1], end)[:1]),
                len(inner) <= _LONGEST_CONTRAST
                and _pattern("contrast").match(plain[start:end].lstrip(" -,")) is not None,
                frozenset([span[0] for span in denying] + [token.start for token in _focus(inner, own)[:2]]),
                sum(1 for _ in _GROUP_END.finditer(text.text, 0, start + 1)),
                _pattern("exempting").search(plain, start, end) is not None,
            )
        )
    return Scopes(tuple(clauses), tuple(_exceptions(text, plain, clauses)))


def _last_word(text: Wording, start: int, end: int) -> int:
    """Offset of the last word between two offsets: of "leave the scab alone" the scab is no negator."""
    return max((token.start for token in text.tokens if start <= token.start < end), default=start)


def _blank(text: str) -> tuple[str, int]:
    """The text without idioms that deny nothing, and without an answer's "Not in Ohio:", with where that ends."""
    found = _pattern("neutral").sub(lambda match: " " * len(match.group()), text)
    opener = _pattern("openers").match(found)
    return (found, 0) if opener is None else (" " * opener.end() + found[opener.end() :], opener.end())


def _spans(text: Wording, plain: str, name: str) -> list[tuple[int, int]]:
    found = []
    for first, last, _ in phrases_in(text, _phrases(name)):
        start, end = text.tokens[first].start, text.tokens[last - 1].end
        if plain[start:end].strip():
            found.append((start, end))
    return found


def _bounds(text: Wording, plain: str, deniers: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The clauses, cut further where something is set against something else."""
    cuts = {edge for bound in text.bounds for edge in bound}
    cuts |= {match.start() for match in re.finditer("|".join(data()["denial"]["cuts"]), plain)}
    cuts |= {start for start, _ in deniers if plain[:start].endswith(", ")}  # "if it can't, walk away"
    rows = [match.span() for match in _ROW.finditer(text.text)]
    return list(pairwise(sorted(cut for cut in cuts if not any(start < cut < end for start, end in rows))))


def _focus(words: list[Token], operators: list[tuple[int, int]]) -> tuple[Token, ...]:
    if not operators:
        return ()
    after = [token for token in words if token.start >= operators[0][1]]
    while len(after) > 1 and not after[0].marks.isdisjoint(data()["denial"]["generic"]):
        after = after[1:]
    return tuple(after[:3] or words[-2:])


def _near(words: tuple[Token, ...], hints: list[tuple[int, int]], private: list[tuple[int, int]]) -> tuple[Token, ...]:
    """The words beside hints, and after "without"."""
    if not words:
        return ()
    inside = range(words[0].start - _REACH, words[-1].end + _REACH)
    found: list[Token] = []
    for start, _ in hints:
        found += [token for token in words if token.end <= start and start in inside][-_BEFORE:]
    for start, end in (*hints, *private):
        found += [token for token in words if token.start >= end and start in inside][:_AFTER]
    return tuple(found)


def _is_odd(text: Wording, negators: list[tuple[int, int]], deniers: list[tuple[int, int]]) -> bool:
    """Whether a clause denies: one that negates a denial ("no need to avoid") does not."""
    if not negators or not deniers:
        return bool(negators or deniers)
    for _, end in negators:
        for start, _ in deniers:
            between = [token for token in text.tokens if end <= token.start < start]
            if start - end >= 0 and len(between) <= 3:
                return False
    return True


def _exceptions(text: Wording, plain: str, clauses: list[Scope]) -> list[Excepting]:
    found = []
    for match in _pattern("exceptives").finditer(plain):
        here = next(n for n, clause in enumerate(clauses) if clause.start <= match.start() < clause.end)
        group = [clause for clause in clauses if clause.group == clauses[here].group]
        words = text.within(match.end(), clauses[here].end)
        # "Unless" opens a clause of its own; "without" may stand in the one that denies.
        opens = not text.within(clauses[here].start, match.start())
        main = [clause for clause in group if not (opens and clause.start == clauses[here].start)]
        timed = match.group() in ("until", "before", "hasta que")  # in time: only "not ... until" excepts something
        even = any(
            (clause.negated if timed else clause.denied) and not (clause.exempt and match.group() != "unless")
            for clause in main
        )
        if (
            even or match.group() != "until" or any(clause.denied for clause in main)
        ):  # "keep it dry until ..." excepts nothing
            found.append(Excepting(match.group(), words, even, clauses[here].group))
    return found
