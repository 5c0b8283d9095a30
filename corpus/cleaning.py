"""Applies a sidecar's listed drops and insertions to a file's text. Knows nothing of what they mean."""

from collections.abc import Iterable
from dataclasses import dataclass

from corpus.errors import SourceProblem


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace `old` by `new` where it stands after `after`; exactly `times` times in the file.

    `new` is `old` with something left out (a drop) or put in (an insertion), never other words.
    """

    old: str
    new: str
    why: str
    times: int = 1


def apply(text: str, edits: Iterable[Edit]) -> str:
    """Return `text` with every edit made.

    Raises SourceProblem when a text to edit does not occur exactly as often as the sidecar says: the
    file has changed since the sidecar was written, and a silent half-repair is worse than none.
    """
    for edit in edits:
        found = text.count(edit.old)
        if found != edit.times:
            raise SourceProblem(f"the sidecar edits {edit.old!r} {edit.times} time(s), but the file has it {found}")
        text = text.replace(edit.old, edit.new)
    return text
