"""Breaks the engine on purpose, one contract point at a time, to see that the set turns red.

Each mutation changes the engine from outside and is undone; the engine knows nothing of it.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from unittest.mock import patch

from assistant import compose, engine, frames, rulebook, rules, ruling, understand, verify
from assistant.asked import KnownQuestions
from assistant.types import Claim, Notice, Quote, Status
from corpus.types import BlockKind, Document, Passage
from corpus.units import Span, units, whole
from index.passages import Snapshot
from tests.qa.cases import Case
from tests.qa.positions import KAPLAN, UNNAMED
from tests.qa.run import Asks, Outcome

MOST_CASES = 20  # of the relevant ones, taken at equal distances
FEWEST_RED = 3  # cases that must turn red: one could be chance

Change = tuple[Any, str, Any]  # what is patched, its attribute, what stands there instead


@dataclass(frozen=True, slots=True)
class Mutation:
    """One thing broken, and which cases are asked: those of these kinds that it `concerns`."""

    name: str
    changes: Callable[[], Sequence[Change]]
    kinds: tuple[str, ...]
    concerns: Callable[[Case], bool] = lambda _: True


@dataclass(frozen=True, slots=True)
class Red:
    """What a mutation did: cases that pass unbroken and fail broken."""

    mutation: Mutation
    asked: int
    failing_before: int
    red: tuple[str, ...]

    @property
    def seen(self) -> bool:
        return len(self.red) >= FEWEST_RED


def results(assistant: Asks, cases: Sequence[Case]) -> list[Red]:
    """Every mutation on its cases; unbroken answers are asked once and shared."""
    unbroken: dict[str, bool] = {}
    return [result(assistant, mutation, cases, unbroken) for mutation in MUTATIONS]


def result(assistant: Asks, mutation: Mutation, cases: Sequence[Case], unbroken: dict[str, bool]) -> Red:
    chosen = _spread([case for case in cases if case.kind in mutation.kinds and mutation.concerns(case)])
    for case in chosen:
        if case.id not in unbroken:
            unbroken[case.id] = _passes(assistant, case)
    with broken(mutation):
        red = tuple(case.id for case in chosen if unbroken[case.id] and not _passes(assistant, case))
    return Red(mutation, len(chosen), sum(not unbroken[case.id] for case in chosen), red)


@contextmanager
def broken(mutation: Mutation) -> Iterator[None]:
    """The engine with the mutation in it."""
    patches = [patch.object(target, name, new) for target, name, new in mutation.changes()]
    for each in patches:
        each.start()
    try:
        yield
    finally:
        for each in patches:
            each.stop()


def table(rows: Sequence[Red]) -> str:
    lines = [
        "| what was broken | cases asked | failing before | turned red | for example |",
        "| --- | --: | --: | --: | --- |",
    ]
    for row in rows:
        examples = ", ".join(f"`{id}`" for id in row.red[:3])
        lines.append(f"| {row.mutation.name} | {row.asked} | {row.failing_before} | **{len(row.red)}** | {examples} |")
    return "\n".join(lines)


def _spread(cases: Sequence[Case]) -> list[Case]:
    step = max(len(cases) / MOST_CASES, 1.0)
    return [cases[int(number * step)] for number in range(min(len(cases), MOST_CASES))]


def _passes(assistant: Asks, case: Case) -> bool:
    return Outcome(case, assistant.ask(case.question, case.history)).passed


# --- What is broken


def _with_wrong_number() -> Sequence[Change]:
    """A composer that adds a number of its own, and no check behind it."""
    honest = engine.lines_of

    def lying(*arguments: Any) -> tuple[Claim | Notice, ...]:
        first, *rest = honest(*arguments)
        return (Claim(f"{first.text} It takes 47 minutes.", first.quotes) if isinstance(first, Claim) else first, *rest)

    return [(engine, "lines_of", lying), (verify, "holds", lambda *_: True)]


def _reworded() -> Sequence[Change]:
    """Quotes whose words are changed a little."""
    reworded = property(lambda self: self.document.text[self.start : self.end].replace("the ", "a "))
    return [(Quote, "text", reworded), (verify, "holds", lambda *_: True)]


def _rules_without(**changed: Any) -> Sequence[Change]:
    honest = rulebook.rules_of

    def changed_rules(document: Document, passage: Passage) -> tuple[rules.Rule, ...]:
        return tuple(replace(rule, **changed) for rule in honest(document, passage))

    return [(rulebook, "rules_of", changed_rules)]


def _swapped_speakers() -> Sequence[Change]:
    """Each doctor's words under the other's name."""
    other = {KAPLAN: UNNAMED, UNNAMED: KAPLAN}

    def holder(quote: Quote) -> str:
        return other.get(quote.passage.speaker, quote.document.publisher)

    return [(frames, "holder_name", holder), (rules.Rule, "holder", property(lambda self: holder(self.quote)))]


def _hidden_disagreement() -> Sequence[Change]:
    """The first position alone, as if it were the answer."""
    honest = rulebook.answer

    def hiding(*arguments: Any) -> Any:
        found = honest(*arguments)
        if found is None or found[0] is not Status.CONFLICTING:
            return found
        _, reason, lines = found
        claims = [line for line in lines if isinstance(line, Claim)]
        return Status.ANSWERED, reason, tuple(claims[1:2])

    return [(rulebook, "answer", hiding)]


def _first_item_only() -> Sequence[Change]:
    def first_units(passage: Passage) -> Any:
        found = units(passage)
        items = [unit for unit in found if unit.kind in ("item", "row")]
        return tuple(unit for unit in found if unit not in items[1:])

    def first_span(passage: Passage) -> Span:
        items = [unit for unit in units(passage) if unit.kind in ("item", "row")]
        span = whole(passage)
        return Span(span.start, items[0].span.end) if items else span

    return [(compose, "units", first_units), (compose, "whole", first_span)]


def _no_table_header() -> Sequence[Change]:
    def headless(passage: Passage) -> Any:
        found = units(passage)
        return tuple(replace(unit, lead=None) for unit in found) if passage.kind is BlockKind.TABLE else found

    return [(rules, "units", headless), (rulebook, "rules_of", rules.rules_of.__wrapped__)]


def _no_history() -> Sequence[Change]:
    return [(understand.Reader, "understand", lambda self, question, _=(): self.read(question))]


def _stretched() -> Sequence[Change]:
    return [(rules.Rule, "speaks_of", lambda *_: True), (ruling.Ruling, "covers", lambda *_: True)]


def _no_places() -> Sequence[Change]:
    return [(understand, "find_places", lambda _: ())]


def _not_spanish() -> Sequence[Change]:
    return [(module, "language_of", lambda *_: "en") for module in (engine, understand)]


def _worst_first() -> Sequence[Change]:
    """A search that brings up what is farthest from the question, among the known ones too."""
    honest, near = Snapshot.search, KnownQuestions.nearness
    return [
        (Snapshot, "search", lambda self, query, k=10: honest(self, query, 1_000)[::-1][:k]),
        (KnownQuestions, "nearness", lambda self, vector: near(self, -vector)),
    ]


def _has_list(case: Case) -> bool:
    return len(case.quotes) >= 3


def _is_supervised(case: Case) -> bool:
    return any("under" in gold.text and case.question[:3].lower() == "can" for gold in case.quotes)


_WHO = ("who-may-perform", "jurisdiction-covered", "jurisdiction-not-covered", "disagreement", "follow-up", "typo")
_PLAIN = ("direct-fact", "faq")
_PLACED = ("jurisdiction-covered", "jurisdiction-not-covered")
_LISTS = ("spotting-reputable-spa", "staff-style", "direct-fact", "multi-part", "lay-paraphrase", "steps", "typo")

MUTATIONS = (
    Mutation("no quote check: a claim with a number of its own is shown", _with_wrong_number, _PLAIN),
    Mutation("quotes reworded", _reworded, _PLAIN),
    Mutation(
        "no abstention: whatever is found is shown",
        lambda: [(engine, "is_covered", lambda *_: True)],
        ("not-covered", "off-topic"),
    ),
    Mutation("always abstains", lambda: [(engine, "is_covered", lambda *_: False)], _PLAIN),
    Mutation("search brings the farthest passages", _worst_first, _PLAIN),
    Mutation("no state check: the places of rules are ignored", partial(_rules_without, places=()), _PLACED),
    Mutation("places of questions are not read", _no_places, ("jurisdiction-not-covered",)),
    Mutation("one treatment's rule stretched to all", _stretched, _WHO),
    Mutation("supervision dropped", partial(_rules_without, supervised=False), _WHO, _is_supervised),
    Mutation("attribution swapped", _swapped_speakers, ("jurisdiction-covered", "disagreement")),
    Mutation("disagreement hidden", _hidden_disagreement, ("jurisdiction-covered", "disagreement", "pushback")),
    Mutation("triage off", lambda: [(engine, "triage", lambda *_: None)], ("emergency", "urgent")),
    Mutation("guard off", lambda: [(engine, "guard", lambda *_: None)], ("personal-advice", "rules")),
    Mutation("lists cut after the first item", _first_item_only, _LISTS, _has_list),
    Mutation("table header lost", _no_table_header, ("who-may-perform",)),
    Mutation("history not read", _no_history, ("follow-up", "pushback")),
    Mutation("Spanish not recognised", _not_spanish, ("spanish",)),
)
