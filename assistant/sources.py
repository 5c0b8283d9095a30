"""Finds which sources a question names: a publisher, a business, a speaker, "the first doctor".

Built from what the sidecars say; knows no source by itself.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from assistant.patterns import pattern
from assistant.places import find_places
from assistant.text import fold
from corpus.types import Document

# First words that many names share: no one is meant by them alone.
_COMMON = frozenset(
    "the a an american national international medical clinic center centre institute association dr doctor "
    "university state federal board department new best advanced beauty skin laser spa med question".split()
)
_TITLES = ("doctor", "surgeon", "doc")
_ORDINALS = ("first", "second", "third", "fourth")


@dataclass(frozen=True, slots=True)
class SourceRef:
    """A document, or one speaker in it."""

    document_id: str
    speaker: str = ""


class SourceNames:
    """The names by which questions call the sources of an index."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self._refs: dict[str, set[SourceRef]] = {}
        self._with_speakers: list[SourceRef] = []
        for document in documents:
            self._add(document)
        names = sorted(map(re.escape, self._refs), key=len, reverse=True)
        self._regex = (
            re.compile(rf"(?<!\w)({'|'.join(names)})(?:\s+med(?:ical)?\s*spa)?(?:'s|s')?(?!\w)") if names else None
        )

    def _add(self, document: Document) -> None:
        ref = SourceRef(document.id)
        if not document.speakers:
            for name in {document.publisher, document.business} - {""}:
                self._name(fold(name), ref)
                first = fold(name).split()[0]
                if len(first) >= 4 and first not in _COMMON:
                    self._name(first, ref)
        for number, speaker in enumerate(document.speakers):
            own = SourceRef(document.id, speaker.name)
            self._with_speakers.append(own)
            if number < len(_ORDINALS):
                self._name(f"{_ORDINALS[number]} doctor", own)
            proper = fold(speaker.name).split(",")[0].split()
            if speaker.name[:1].isupper() and proper:
                self._name(" ".join(proper), own)
                self._name(f"dr. {proper[-1]}", own)
                self._name(f"dr {proper[-1]}", own)
                self._name(proper[-1], own)
                for seat in _seats(speaker.role):
                    for title in _TITLES:
                        self._name(f"the {seat} {title}", own)
            else:
                self._name("unnamed doctor", own)

    def _name(self, name: str, ref: SourceRef) -> None:
        self._refs.setdefault(name, set()).add(ref)

    def find(self, text: str) -> tuple[SourceRef, ...]:
        """The sources named in `text`; all speakers where it speaks of "the doctors"."""
        folded = fold(text)
        found = [match.group(1) for match in self._regex.finditer(folded)] if self._regex else []
        refs = [
            ref for name in found for ref in sorted(self._refs[name], key=lambda ref: (ref.document_id, ref.speaker))
        ]
        if pattern("weighs").search(folded):
            return ()  # who is right is told by all of them
        if self._with_speakers and (meant := pattern("other_speakers" if refs else "speakers").search(folded)):
            others = self._with_speakers
            if re.search(r"\bpage\b", folded[meant.start() :]):
                others = [SourceRef(ref.document_id) for ref in others]
            refs = [*refs, *others]
        return tuple(dict.fromkeys(refs))

    def without(self, text: str) -> str:
        """The text with the names of sources blanked, offsets kept: "the doctors" are then no role."""
        blank = re.compile(r"\S")
        hidden = fold(text)
        spans = [match.span() for match in self._regex.finditer(hidden)] if self._regex else []
        said = ((end, pattern("said_to_be").match(hidden, end)) for _, end in spans)
        spans += [(end, match.end()) for end, match in said if match]
        if self._with_speakers:
            beside = pattern("other_speakers").finditer(hidden) if spans else ()
            spans += [match.span() for match in pattern("speakers").finditer(hidden)]
            spans += [match.span("others") for match in beside]
        for start, end in spans:
            text = text[:start] + blank.sub(" ", text[start:end]) + text[end:]
        return text


def _seats(role: str) -> set[str]:
    """The cities in what a speaker is, and their initials: "Los Angeles Facial Plastic Surgeon"."""
    cities = [fold(place.named) for place in find_places(f"in {role}")]
    return {name for city in cities for name in (city, "".join(word[0] for word in city.split())) if len(name) > 1}
