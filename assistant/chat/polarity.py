"""Whether a sentence denies what its quote says, or says what it denies.

Compares clause with clause: a denial counts as added only where the quote says the same of the same things and denies
none of it, and as dropped only where the sentence tells what the quote denies.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from assistant.chat.opposites import are_opposed, settled
from assistant.chat.order import bounds_swapped, is_compared_otherwise, is_reordered
from assistant.chat.scopes import Excepting, Scope, Scopes, scopes
from assistant.chat.statements import Statement
from assistant.chat.wording import Token, Wording, any_of, coverage, stem, wording
from assistant.lexicon import lexicon
from assistant.text import fold

_ALIKE = 0.5  # of a denied clause's words, in one clause of the other text
_NEARLY_ALL = 0.8
_TOUCHED = 0.25  # of a clause's words, in a clause of the other text that denies too
_NOT_JUST = re.compile(r"(?:\bnot|n't) (?:just|only|merely|simply)\b")
_JUST = re.compile(r"(?<!not )(?<!n't )(?<!than )\b(?:just|only|merely|simply)\b")


def is_turned_round(sentence: Wording, quote: Wording, told: Sequence[Statement] = ()) -> bool:
    """Whether the sentence denies what the quote does not, or the other way round.

    `told`: the statements of the quote; a list's lead that denies denies its items.
    """
    said, meant = scopes(sentence), scopes(quote)
    ours, theirs = settled(sentence, quote)
    return (
        are_opposed(sentence, quote, _is_conditional(said, meant, sentence))
        or _excepts_otherwise(said, meant, sentence)
        or any(_is_added(clause, said, meant, told) for clause in said.denied if clause.marks.isdisjoint(ours))
        or any(
            _is_dropped(clause, said, meant, sentence, quote)
            for clause in meant.denied
            if clause.marks.isdisjoint(theirs)
        )
        or any(_is_told_without(clause, said, meant, sentence) for clause in meant.denied)
        or _is_taken(said, meant)
        or _is_taken(meant, said)
        or any(_item_is_allowed(each, sentence, said) for each in told)
        or _is_swapped(said, meant)
        or bool(_NOT_JUST.search(quote.text) and not _NOT_JUST.search(sentence.text) and _makes_little(sentence, quote))
        or is_reordered(sentence, quote)
        or is_compared_otherwise(sentence, quote)
        or bounds_swapped(sentence.text, quote.text)
    )


def _is_conditional(said: Scopes, meant: Scopes, sentence: Wording) -> bool:
    """Whether one of the two denies with an "unless": then that is compared, and no single words."""
    return any(each.even and _tells(each, sentence.content) for each in meant.exceptions) or any(
        each.even and each.marker != "before" for each in said.exceptions
    )


def _makes_little(sentence: Wording, quote: Wording) -> bool:
    """Whether the sentence calls just that what the quote calls more than that."""
    after = [quote.within(match.end(), len(quote.text))[:2] for match in _NOT_JUST.finditer(quote.text)]
    just = [sentence.within(match.end(), len(sentence.text))[:2] for match in _JUST.finditer(sentence.text)]
    return any(coverage(one, other) > 0 for one in after for other in just)


def _even(clause: Scope, of: Scopes) -> bool:
    """Whether an "unless" in the clause's sentence turns its denial into a condition."""
    return any(each.even and each.group == clause.group and each.marker != "before" for each in of.exceptions)


def _tells(excepting: Excepting, words: Sequence[Token]) -> bool:
    return bool(excepting.words) and coverage(excepting.words, words) >= _ALIKE


def _excepts_otherwise(said: Scopes, meant: Scopes, sentence: Wording) -> bool:
    """ "Not ... unless" is "only if": of the two denials the sentence must have both or neither."""
    for theirs in meant.exceptions:
        if not _tells(theirs, sentence.content):
            continue
        if not theirs.even:
            if theirs.marker == "unless" and not said.exceptions and not said.denied:
                return True
            continue
        inside = [clause for clause in said.clauses if any(token.meets(theirs.words) for token in clause.words)]
        if any(clause.exempt and clause.denied for clause in inside):
            return True
        excepted = any(
            token.meets(theirs.words)
            for words in (*(each.words for each in said.exceptions), *(clause.taken for clause in said.clauses))
            for token in words
        )
        denied = [clause for clause in said.denied if not _is_else(clause, sentence)]
        if not excepted and len(denied) > 1:
            excepted = any(clause in inside for clause in denied)
        if excepted and not denied:
            return True
        if denied and not excepted and theirs.marker != "before":
            return True
    return False


def _is_else(clause: Scope, text: Wording) -> bool:
    return re.match(r"[\s,]*(?:otherwise|or else|or|if not|si no)\b", text.text[clause.start : clause.end]) is not None


def _is_added(clause: Scope, said: Scopes, meant: Scopes, told: Sequence[Statement]) -> bool:
    """Whether a clause of the sentence denies what the quote says without denying it."""
    if not clause.words or _even(clause, said):
        return False
    if meant.exceptions and any(_even(each, meant) for each in meant.clauses):
        return False  # compared with the exceptions
    likeness = {other: coverage(clause.words, other.words) for other in meant.clauses}
    best = max(likeness, key=lambda other: likeness[other])
    focus = clause.focus[:1]
    enough = max(_TOUCHED, likeness[best] / 2)
    positive = any(_meets(focus, other.words) for other in meant.clauses if not other.denied)
    if any(
        _meets((*focus, *clause.verb), other.words)
        or coverage(other.words, clause.words) >= _NEARLY_ALL
        or (likeness[other] >= enough and not positive)
        for other in meant.clauses
        if other.denied
    ):
        return False
    near = [token for other in meant.clauses for token in other.hinted]
    if any(token.meets(near) for token in clause.focus):
        return False
    if any(
        _lead_denies(each) and coverage(clause.words, wording(fold(each.text)).content) >= _TOUCHED for each in told
    ):
        return False
    ours, theirs = _roles(clause.words), _roles(best.words)
    if ours and theirs and ours.isdisjoint(theirs):
        return False  # "an RN is not named" of a list of others
    others = [other for other in said.clauses if other.group == clause.group and other is not clause]
    beside = [token for other in others for token in other.words]
    if clause.contrast and beside:
        rest = [token for token in best.words if not token.meets(clause.words)]
        return likeness[best] >= _ALIKE and coverage(rest, beside) >= _ALIKE
    if likeness[best] >= _NEARLY_ALL:
        return True
    # What is denied may be told in one clause and what it is denied of in the one before.
    return any(
        _meets(focus, other.words)
        and coverage(clause.words, [t for each in meant.clauses if each.group == other.group for t in each.words])
        >= _ALIKE
        for other in meant.clauses
    )


def _meets(focus: Sequence[Token], words: Sequence[Token]) -> bool:
    return any(token.meets(words) for token in focus)


def _is_dropped(clause: Scope, said: Scopes, meant: Scopes, sentence: Wording, quote: Wording) -> bool:
    """Whether the sentence tells a denied clause of the quote without a denial."""
    if not clause.words or _even(clause, meant):
        return False
    if _other_subject(sentence, quote, clause.start):
        return False
    if not clause.negated and any_of("denial", "warnings").search(sentence.text):
        return False
    elsewhere = [token for other in meant.clauses if not other.denied for token in other.words]
    own = {stem(token.text) for token in elsewhere}
    new = [token for token in clause.words if stem(token.text) not in own] or list(clause.words)
    if coverage(clause.words, sentence.content) < _ALIKE or coverage(new, sentence.content) < _ALIKE:
        return False
    focused = any(token.meets(sentence.content) for token in clause.focus)
    if not focused and coverage(clause.words, sentence.content) < _NEARLY_ALL:
        return False
    here = [token for other in said.clauses for token in (other.words if other.denied else other.hinted)]
    # "... so it is not recommended" denies what stands beside it.
    for one, after in pairwise(said.clauses):  # "cannot tell you who ..."
        if one.denied and re.match(r"\s*(?:who|what|whether|that|how)\b", sentence.text[after.start : after.end]):
            here += after.words
    bare = {other.group for other in said.denied if other.negated and not other.words}
    here += [token for other in said.clauses if other.group in bare for token in other.words]
    return not any(token.meets(clause.words) for token in here)


def _is_told_without(clause: Scope, said: Scopes, meant: Scopes, sentence: Wording) -> bool:
    """Whether "walk away", which does not say from what, is left out where the clauses beside it are told."""
    if clause.words or clause.negated or _even(clause, meant):
        return False
    beside = [token for other in meant.clauses if other.group == clause.group for token in other.words]
    denies = any(other.denied and not other.negated for other in said.clauses)
    return (
        coverage(beside, sentence.content) >= _ALIKE
        and not denies
        and not any_of("denial", "warnings").search(sentence.text)
    )


def _is_taken(one: Scopes, other: Scopes) -> bool:
    """Whether one is "without" what the other has; what an "unless" turns round is compared there."""
    if one.exceptions and any(each.even for each in (*one.exceptions, *other.exceptions)):
        return False
    kept = [clause for clause in other.clauses if not clause.denied]
    denied = [token for clause in other.clauses for token in (clause.words if clause.denied else clause.hinted)]
    said = {stem(token.text) for clause in kept for token in clause.words}
    return any(
        stem(token.text) in said and not token.meets(denied)
        for clause in one.clauses
        if not clause.denied
        for token in clause.taken
    )


def _lead_denies(statement: Statement) -> bool:
    """Whether what leads a list in denies: its last sentence, not what stands before that."""
    found = scopes(wording(fold(statement.lead))).clauses if statement.lead else ()
    last = max((clause.group for clause in found if clause.words), default=0)
    return any(clause.denied for clause in found if clause.group == last)


def _item_is_allowed(statement: Statement, sentence: Wording, said: Scopes) -> bool:
    """Whether an item of a list of what is denied is told as if it were not."""
    item = wording(fold(statement.text)).content
    return (
        _lead_denies(statement)
        and coverage(item, sentence.content) >= _ALIKE
        and not any(clause.denied or clause.hinted for clause in said.clauses)
    )


def _is_swapped(said: Scopes, meant: Scopes) -> bool:
    """Whether of two roles, or two treatments, the one denied is the other one."""
    ours, theirs = _named(said), _named(meant)
    return any(
        one.partition(":")[0] == other.partition(":")[0] and theirs[one] == {False} and theirs[other] == {True}
        for one in ours
        for other in ours
        if ours[one] == {True} and ours[other] == {False} and one in theirs and other in theirs
    )


def _named(of: Scopes) -> dict[str, set[bool]]:
    """Roles and treatments, and whether the clauses that name them deny."""
    found: dict[str, set[bool]] = {}
    for clause in of.clauses:
        for token in clause.words:
            for mark in token.marks:
                if mark.startswith(("role:", "procedure:")):
                    found.setdefault(mark, set()).add(clause.denied)
    return found


def _other_subject(sentence: Wording, quote: Wording, position: int) -> bool:
    """Whether the quote's line at `position` speaks of other roles than the sentence does."""
    start = quote.text.rfind("\n", 0, position) + 1
    end = quote.text.find("\n", position)
    line = [token for token in quote.tokens if start <= token.start < (end if end >= 0 else len(quote.text))]
    theirs, ours = _roles(line), _roles(sentence.tokens)
    return bool(theirs and ours) and theirs.isdisjoint(ours) and ours <= _roles(quote.tokens)


def _roles(tokens: Sequence[Token]) -> frozenset[str]:
    """The roles named, none of them for being wider than another: of a nurse practitioner no nurse."""
    return frozenset(lexicon().roles.narrowest(" ".join(token.text for token in tokens)))
