"""Whether a sentence says of one treatment what its quote says of another. Knows the lexicon's "includes"."""

import re
from collections.abc import Sequence

from assistant.chat.quoted import Shown
from assistant.chat.statements import Statement, context
from assistant.lexicon import lexicon
from assistant.text import fold, stem, words

_ANAPHOR = r"\b(?:the|this|that|such an?|el|este) (?:\w+ )?{name}(?!s\b)"


def is_stretched(text: str, quotes: Sequence[str], told: Sequence[Statement], source: Shown) -> bool:
    """Whether the sentence names a treatment that is neither the quotes' nor included in one of theirs.

    `told`: the statements of the quotes that the sentence tells; what another one is about does not count.
    """
    names = lexicon().procedures
    said = names.narrowest(_without_roles(text))
    quoted = _named("\n".join(each.text for each in told)) or _named("\n".join(quotes))
    around = context(quotes, source)
    headed = frozenset(name for part in around for name in names.named(_without_roles(part)))
    ground = quoted or headed
    title = frozenset(names.named(_without_roles(source.document.title)))
    ground = ground or title
    tells_quoted = any(_includes(one, other) or _includes(other, one) for one in said for other in quoted)
    for name in said:
        if any(_includes(each, name) for each in ground) or _is_deed(name, text, quotes):
            continue
        if name in headed | title and (not quoted or tells_quoted):
            continue
        if any(_includes(name, each) for each in ground) and _is_anaphor(name, text):
            continue
        return True
    return False


def _is_deed(name: str, text: str, quotes: Sequence[str]) -> bool:
    """Whether a treatment is named by what the quote calls a deed: "injections" of "has injected"."""
    quoted = {word for quote in quotes for word in words(quote)}
    stems = set(map(stem, quoted))
    said = [words(text[m.start : m.end]) for m in lexicon().procedures.find(text) if m.id == name]
    return all({stem(word) for word in each} <= stems and not quoted & set(each) for each in said)


def _named(text: str) -> frozenset[str]:
    """The treatments of a text; of "filler injections" the fillers, no injections at large."""
    names, blank = lexicon().procedures, _without_roles(text)
    found = names.find(blank)
    wider = {
        one
        for one in found
        for other in found
        if one.id in names.broader(other.id) and (0 <= one.start - other.end <= 1 or 0 <= other.start - one.end <= 1)
    }
    apart = names.named(blank.replace("/", " / ")) if "/" in blank else ()
    return frozenset([*(mention.id for mention in found if mention not in wider), *apart])


def _includes(broad: str, narrow: str) -> bool:
    return lexicon().procedures.includes(broad, narrow)


def _is_anaphor(name: str, text: str) -> bool:
    """Whether a wider word only points back: "the laser" of an Erbium laser."""
    return any(
        re.search(_ANAPHOR.format(name=re.escape(fold(word))), fold(text))
        for word in lexicon().procedures.entries[name].names
    )


def _without_roles(text: str) -> str:
    """The folded text with roles blanked: a laser technician is no laser treatment."""
    folded = fold(text)
    for mention in lexicon().roles.find(text):
        folded = folded[: mention.start] + " " * (mention.end - mention.start) + folded[mention.end :]
    return folded
