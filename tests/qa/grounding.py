"""What an answer says that nothing it cites supports, what it leaves out, and whose words it gives to another.

Written apart from the engine's own check, so that one cannot hide the other's mistake.
"""

import re
from collections.abc import Iterator
from functools import cache

from assistant.lexicon import lexicon, read_data
from assistant.places import find_places
from assistant.text import fold
from assistant.types import Answer, Claim, Notice, Quote
from tests.qa.positions import KAPLAN, UNNAMED, positions_in

_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_MARKER = re.compile(r"\[\d+\]")
_CAPITALISED = re.compile(r"(?<![.!?:“*|\n-])(?<!^)[ (/]([A-Z][\w’'-]+)")
_QUOTED = re.compile(r"“[^“”]*(?:“[^”]*”[^“”]*)*”")
_SUPERVISION = re.compile(r"supervis|overs(?:een|ight)|under MD")
EMERGENCY_NUMBERS = frozenset({"911", "988"})
KINDS = ("numbers", "places", "roles", "names")


def unsupported(answer: Answer, said: str = "") -> dict[str, set[str]]:
    """Numbers, places, roles and names of the answer that neither a cited quote, its source nor the user has.

    `said` is what the user said before the question. The labelled glossary is exempt.
    """
    body = _MARKER.sub(" ", "\n\n".join(line.text for line in answer.lines if not _is_glossary(line)))
    ground = "\n".join([answer.question, said, *(_ground(citation.quote) for citation in answer.citations)])
    roles = lexicon().roles
    known = set(roles.named(ground))
    return {
        "numbers": set(_NUMBER.findall(body)) - set(_NUMBER.findall(ground)) - EMERGENCY_NUMBERS,
        "places": {place.name for place in find_places(body)} - {place.name for place in find_places(ground)},
        "roles": {role for role in roles.named(_claimed(answer)) if not known & {role, *roles.broader(role)}},
        "names": _names(answer, ground),
    }


def misattributed(answer: Answer) -> list[str]:
    """Claims that name another source than those they quote, or put a doctor's words into the other's mouth."""
    return [fault for claim in answer.claims for fault in (*_foreign(claim, answer), *_swapped(claim, answer))]


def unsupervised(answer: Answer) -> list[str]:
    """A "yes" of ours that leaves out the supervision which every quote under it demands; a physician needs none."""
    faults = []
    for claim in answer.claims:
        own = claim.text.split("“")[0]
        demanded = all(_SUPERVISION.search(quote.text) for quote in claim.quotes)
        free = "physician" in lexicon().roles.named(answer.question)
        if own.startswith(("Yes", "Sí")) and demanded and not free and "supervis" not in own:
            faults.append(f"a yes without supervision: {own[:80]!r}")
    return faults


def _foreign(claim: Claim, answer: Answer) -> Iterator[str]:
    """A claim names a holder of its quotes, and nobody else of their documents."""
    own = fold(_QUOTED.sub(" ", claim.text))
    holders = {holder for quote in claim.quotes for holder in _holders(quote)}
    others = {speaker.name for quote in claim.quotes for speaker in quote.document.speakers} - holders
    yield from (f"names {name}, whom it does not quote" for name in sorted(others) if fold(name) in own)
    if not any(fold(holder) in _named_in(claim, answer) for holder in holders):
        yield f"does not name its source: {claim.text[:60]!r}"


def _swapped(claim: Claim, answer: Answer) -> Iterator[str]:
    """One doctor's words stand under his own name, as the page has it."""
    for quote in claim.quotes:
        for position in positions_in(quote.document.id, quote.text):
            if position.speaker and fold(position.speaker) not in _named_in(claim, answer):
                other = UNNAMED if position.speaker == KAPLAN else KAPLAN
                yield f"gives {position.text[:40]!r} to {other if fold(other) in fold(claim.text) else 'nobody'}"


def _named_in(claim: Claim, answer: Answer) -> str:
    """Where a claim's source is named, folded: in it; "Sources differ on who may:" leaves it to what follows."""
    heads = claim.text.endswith(":") and "“" not in claim.text
    return fold(answer.text if heads else claim.text)


def _holders(quote: Quote) -> tuple[str, ...]:
    """Who may be named for a quote: its speaker; where there is none, the publisher or the page's title."""
    return (quote.passage.speaker,) if quote.passage.speaker else (quote.document.publisher, quote.document.title)


def _ground(quote: Quote) -> str:
    """The quote, and what the sidecar says of its source."""
    document = quote.document
    speakers = " ".join(f"{speaker.name}, {speaker.role}" for speaker in document.speakers)
    return " ".join((quote.text, document.title, document.publisher, document.kind, document.date, speakers))


def _claimed(answer: Answer) -> str:
    return "\n\n".join(claim.text for claim in answer.claims)


def _names(answer: Answer, ground: str) -> set[str]:
    """Capitalised words inside sentences of claims that stand in no quote, no frame and no question."""
    supported = set(re.findall(r"[\w’'-]+", fold(ground))) | _frame_words()
    labels = {fold(word) for label in _asked_labels(answer) for word in re.findall(r"[\w’'-]+", label)}
    found = {word.rstrip("’'-") for word in _CAPITALISED.findall(_claimed(answer))}
    return {word for word in found if fold(word) not in supported | labels and not word.endswith(("’s", "'s"))}


def _asked_labels(answer: Answer) -> Iterator[str]:
    """What the lexicon calls the treatments and roles named in the question."""
    words = lexicon()
    yield from (words.procedures.label(name) for name in words.procedures.named(answer.question))
    yield from (words.roles.label(name) for name in words.roles.named(answer.question))


@cache
def _frame_words() -> frozenset[str]:
    frames = read_data("frames.yaml")
    return frozenset(re.findall(r"[\w’'-]+", fold(" ".join(text for own in frames.values() for text in own.values()))))


def _is_glossary(line: Claim | Notice) -> bool:
    return isinstance(line, Notice) and line.kind == "glossary"
