"""Which gold quotes were found and which were cited, so that "not found" is told from "badly answered".

Lists and tables count once: as a place among the hits, and as a gold quote where several of their items are gold.
Each step of a visit is a list of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from assistant.types import Citation
from corpus.types import BlockKind, Passage
from tests.qa.cases import Case, Gold
from tests.qa.checks import cites, plain
from tests.qa.positions import belongs
from tests.qa.run import Outcome

TOP = 5
Place = tuple[str, int]  # document id, offset at which a passage (the first one of a list) begins


@dataclass(frozen=True)
class Places:
    """Passages by where they begin; the later passages of a long list or table begin where the first does."""

    passages: tuple[Passage, ...]

    @cached_property
    def _begins(self) -> dict[Place, Place]:
        begins: dict[Place, Place] = {}
        last: Place = ("", 0)
        for passage in self.passages:
            own = (passage.document_id, passage.start)
            continues = bool(passage.header) and _is_list(passage) and last[0] == passage.document_id
            last = last if continues else own
            begins[own] = last
        return begins

    def of(self, passage: Passage) -> Place:
        own = (passage.document_id, passage.start)
        return self._begins.get(own, own)

    def holding(self, gold: Gold) -> Passage | None:
        return next((p for p in self.passages if p.document_id == gold.document and _has(p, gold)), None)


@dataclass(frozen=True)
class Sought:
    """One thing to be found and cited: a gold quote, or the gold items of one list or table."""

    gold: tuple[Gold, ...]
    place: Place | None  # None: in no passage at all


def sought(case: Case, places: Places) -> list[Sought]:
    """The case's gold, items of one list or table together."""
    together: dict[tuple[Place | None, str], list[Gold]] = {}
    for gold in case.quotes:
        passage = places.holding(gold)
        place = places.of(passage) if passage else None
        apart = "" if passage and _is_list(passage) else gold.text
        together.setdefault((place, apart), []).append(gold)
    return [Sought(tuple(gold), place) for (place, _), gold in together.items()]


def rank(item: Sought, outcome: Outcome, places: Places) -> int | None:
    """From 1, among the hits of the search the engine made; None where it is not among them."""
    ranked = list(dict.fromkeys(places.of(hit.passage) for hit in outcome.answer.hits))
    return ranked.index(item.place) + 1 if item.place in ranked else None


def found_at(outcomes: Sequence[Outcome], places: Places) -> list[int | None]:
    """The rank of every gold quote of the questions for which a search was made."""
    return [
        rank(item, outcome, places)
        for outcome in outcomes
        if outcome.answer.hits
        for item in sought(outcome.case, places)
    ]


def cited_gold(outcomes: Sequence[Outcome], places: Places) -> tuple[int, int]:
    """How many gold quotes are cited, of how many: a list counts where all its gold items are."""
    wanted = [(outcome, item) for outcome in outcomes for item in sought(outcome.case, places)]
    return sum(is_cited(item, outcome) for outcome, item in wanted), len(wanted)


def is_cited(item: Sought, outcome: Outcome) -> bool:
    return all(any(cites(citation, gold) for citation in outcome.answer.citations) for gold in item.gold)


def fitting_citations(outcomes: Sequence[Outcome]) -> tuple[int, int]:
    """How many citations fit, of how many, over the cases that have gold."""
    cited = [(o.case, citation) for o in outcomes if o.case.quotes for citation in o.answer.citations]
    return sum(fits(case, citation) for case, citation in cited), len(cited)


def fits(case: Case, citation: Citation) -> bool:
    """It holds a gold quote, stands in the same passage, is a position on the same treatment, or is asked for.

    Asked for: it has a `must_include` of two words or more.
    """
    quote = citation.quote
    if any(cites(citation, gold) or _has(quote.passage, gold) for gold in case.quotes) or belongs(case, quote):
        return True
    wanted = [words for alternatives in case.must_include for words in alternatives if " " in words.strip()]
    return any(plain(words) in plain(quote.text) for words in wanted)


def _has(passage: Passage, gold: Gold) -> bool:
    return passage.document_id == gold.document and plain(gold.text) in plain(passage.text)


def _is_list(passage: Passage) -> bool:
    return passage.kind in (BlockKind.LIST, BlockKind.TABLE, BlockKind.STEP)
