"""Our own sentences, in the user's language, and how a source is named in them. Knows no facts."""

from collections.abc import Sequence
from functools import cache

from assistant.lexicon import lexicon, read_data
from assistant.text import squeeze
from assistant.types import Quote

_OPENS_WITH_A_SOURCE = frozenset({"quote", "list", "list_alone", "row", "steps", "role_may"})


@cache
def _frames() -> dict[str, dict[str, str]]:
    frames: dict[str, dict[str, str]] = read_data("frames.yaml")
    return frames


@cache
def _kinds() -> dict[str, dict[str, str]]:
    kinds: dict[str, dict[str, str]] = read_data("kinds.yaml")
    return kinds


def frame(key: str, language: str = "en", **values: str) -> str:
    """The fixed sentence `key` with its names put in."""
    text = _frames()[language][key].format(**values)
    return capitalised(text) if key in _OPENS_WITH_A_SOURCE else text


def word(key: str, count: int, language: str = "en") -> str:
    """The verb `key` for one or many."""
    return frame(f"{key}_{'one' if count == 1 else 'many'}", language)


def holder_name(quote: Quote) -> str:
    """Who says it: the speaker, else the publisher, else the document's title."""
    document = quote.document
    return quote.passage.speaker or document.publisher or f"“{document.title}”"


def source_name(quote: Quote, language: str = "en") -> str:
    """Who says it and what that source is: "AmSpa (an association's guide, undated)"."""
    document = quote.document
    role = next((speaker.role for speaker in document.speakers if speaker.name == quote.passage.speaker), "")
    facts = [role] if role else []
    kinds: dict[str, str] = _kinds().get(language, {})
    facts += [kinds.get(document.kind, document.kind)] if document.kind != "document" else []
    facts += [frame("undated", language) if document.date == "undated" else document.date]
    return frame("about", language, name=holder_name(quote), facts=", ".join(facts))


def as_quoted(quotes: Sequence[Quote], language: str = "en") -> str:
    """The sentence that shows spans of one source, gaps marked: "AmSpa (a guide, undated): “It may” … “It takes”"."""
    words = " … ".join(squeeze(quote.text) for quote in quotes)
    return frame("quote", language, source=source_name(quotes[0], language), quote=words)


def capitalised(sentence: str) -> str:
    """The sentence with its first letter large: "a doctor the page does not name" may open it."""
    return sentence[:1].upper() + sentence[1:]


def listed(names: Sequence[str], language: str = "en") -> str:
    """ "A", "A and B", "A, B and C"."""
    unique = list(dict.fromkeys(names))
    if len(unique) < 2:
        return "".join(unique)
    return f"{', '.join(unique[:-1])} {frame('and', language)} {unique[-1]}"


def role_name(role: str, language: str = "en") -> str:
    """ "an aesthetician"; the plain label where the frame's language has other articles."""
    entry = lexicon().roles.entries[role]
    return f"{entry.article} {entry.label}" if language == "en" else f"“{entry.label}”"


def procedure_name(procedures: Sequence[str], language: str = "en") -> str:
    labels = lexicon().procedures
    return listed([labels.label(name) for name in procedures], language) or ("this" if language == "en" else "esto")
