"""What a chat model did over a run: what it wrote, what was dropped and why, what failed, tokens and seconds."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from assistant.types import Writing
from tests.qa.figures import Mark, quantile
from tests.qa.run import Run


@dataclass(frozen=True, repr=False)
class Worded:
    """The same cases with a chat model beside the engine, and the marks of that."""

    model: str
    run: Run
    marks: tuple[Mark, ...]

    @cached_property
    def writings(self) -> tuple[Writing, ...]:
        """One for each question for which the model was asked."""
        return tuple(outcome.answer.writing for outcome in self.run.outcomes if outcome.answer.writing)

    @property
    def prompts(self) -> str:
        """The version of the prompts."""
        return ", ".join(sorted({writing.prompts for writing in self.writings}))

    @property
    def dropped(self) -> Counter[str]:
        """Sentences by the defect for which they were dropped."""
        return Counter(defect for writing in self.writings for defect in writing.dropped)

    @property
    def failures(self) -> Counter[str]:
        """Questions by the kind of failure; those without one are not in it."""
        return Counter(writing.failure for writing in self.writings if writing.failure)

    @property
    def held(self) -> int:
        """Sentences that were verified."""
        return sum(writing.written for writing in self.writings)

    def figures(self) -> Iterator[tuple[str, str]]:
        """Name and value of each figure, in the order in which they are printed."""
        asked = len(self.writings)
        dropped = self.dropped.total()
        whole = self.held + dropped
        yield "model", self.model
        yield "version of the prompts", self.prompts or "-"
        yield "questions put to the model", f"{asked} of {len(self.run.outcomes)}"
        yield (
            "tokens in, tokens out",
            f"{sum(w.tokens_in for w in self.writings)}, {sum(w.tokens_out for w in self.writings)}",
        )
        yield (
            "seconds to an answer, p50, p95",
            _quantiles([o.answer.seconds for o in self.run.outcomes if o.answer.writing]),
        )
        yield "to the first verified sentence", _quantiles([w.first for w in self.writings if w.first is not None])
        yield "sentences written", str(whole)
        yield "of them verified", _share(self.held, whole)
        yield "of them dropped", _share(dropped, whole)
        yield from ((f"  {defect}", _share(count, whole)) for defect, count in self.dropped.most_common())
        yield "answers with no sentence of it", _share(sum(self.failures.values()), asked)
        yield from ((f"  {kind}", _share(count, asked)) for kind, count in self.failures.most_common())


def lost(plain: Sequence[Mark], worded: Sequence[Mark]) -> list[str]:
    """A sentence for each goal that is met by quotes alone and missed with the model."""
    met = {mark.id: mark for mark in plain if mark.met}
    return [
        f"{mark.name}: {mark.shown}, by quotes alone {met[mark.id].shown} ({mark.goal})"
        for mark in worded
        if mark.id in met and mark.met is False
    ]


def _share(part: int, whole: int) -> str:
    return f"{part} ({100 * part / whole:.1f} %)" if whole else str(part)


def _quantiles(seconds: Sequence[float]) -> str:
    ordered = sorted(seconds)
    middle, high = quantile(ordered, 0.5), quantile(ordered, 0.95)
    return "-" if middle is None or high is None else f"{middle:.2f} s, {high:.2f} s"
