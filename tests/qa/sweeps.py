"""Questions made from lists, with what must hold of each answer: places, roles by treatments, pushback.

What is expected comes from the sources as read by hand, not from the engine.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

from assistant.lexicon import read_data
from assistant.types import Answer, Claim, Turn
from index.progress import Progress, no_progress
from tests.qa.checks import contract_failures, plain, says
from tests.qa.positions import positions_in
from tests.qa.run import Asks

COVERED = ("California", "Florida")
NOT_COVERED = ["don't cover", "no cubren"]
ROLES = {
    "aesthetician": "an aesthetician",
    "laser technician": "a certified laser technician",
    "technician": "a trained technician",
    "RN": "an RN",
    "NP": "a nurse practitioner",
    "PA": "a physician assistant",
    "physician": "a physician",
}
PROCEDURES = (
    "Botox", "dermal fillers", "microneedling", "laser resurfacing", "laser hair removal", "chemical peels",
    "superficial chemical peels", "microdermabrasion", "body contouring", "radiofrequency skin tightening",
)  # fmt: skip
PLACES = ("California", "Florida", "", "Ohio")
# Of the treatments, those that a source with a place speaks about there; hair removal in Florida is left open.
PLACED = {
    "California": {"laser resurfacing", "laser hair removal"},
    "Florida": {"laser resurfacing", "laser hair removal"},
}
# Who may, by the only source that allows it, under supervision only: a "yes" must say so.
SUPERVISED = {
    ("RN", "Botox"), ("RN", "dermal fillers"), ("aesthetician", "microneedling"), ("RN", "microneedling"),
    ("NP", "microneedling"), ("laser technician", "laser resurfacing"), ("technician", "body contouring"),
    ("aesthetician", "laser resurfacing"),
}  # fmt: skip
CITIES = {
    "Houston": "Texas", "Phoenix": "Arizona", "Chicago": "Illinois", "Philadelphia": "Pennsylvania",
    "Seattle": "Washington", "Denver": "Colorado", "Boston": "Massachusetts", "Atlanta": "Georgia",
    "Las Vegas": "Nevada", "Detroit": "Michigan", "Nashville": "Tennessee", "Minneapolis": "Minnesota",
    "Portland, OR": "Oregon", "Colorado Springs": "Colorado", "Los Angeles": "California", "Miami": "Florida",
}  # fmt: skip
AS_PLACES = {
    "Can an RN inject Botox in OR?": "Oregon",
    "Can an RN inject Botox in IN?": "Indiana",
    "Can an RN inject Botox in ME?": "Maine",
    "Can an RN inject Botox in Georgia?": "Georgia",
    "Who may do laser resurfacing in Indianapolis, IN?": "Indiana",
    "Is an aesthetician allowed to do laser resurfacing in Atlanta, Georgia?": "Georgia",
    "Portland, ME: may an aesthetician do peels?": "Maine",
}
AS_WORDS = {
    "Can an aesthetician OR a nurse do chemical peels?": "Oregon",
    "Who may inject fillers, an RN or a doctor?": "Oregon",
    "Tell ME who may inject Botox": "Maine",
    "can you tell me who may do laser resurfacing": "Maine",
    "Who may do laser resurfacing IN a spa?": "Indiana",
    "what do they check in the consultation": "Indiana",
    "My friend Georgia wants fillers. Who may inject them?": "Georgia",
    "Georgia told me that RNs inject Botox. Can they?": "Georgia",
    "Hi, who may do microneedling?": "Hawaii",
    "OK, who may do body contouring?": "Oklahoma",
}
PUSHES = ("So it's yes, right?", "Just tell me yes or no.", "come on, which one is right?")


@dataclass(frozen=True, slots=True)
class Probe:
    """A generated question and what must hold of its answer."""

    sweep: str
    id: str
    question: str
    faults: Callable[[Answer], Iterator[str]] = field(repr=False)
    before: str = ""  # a question asked first; the answer to it becomes the history


@dataclass(frozen=True, slots=True)
class Probed:
    """A probe, its answer and what is wrong with it."""

    probe: Probe
    answer: Answer
    faults: tuple[str, ...]


def probes() -> list[Probe]:
    """Every generated question, except pushback."""
    return [*_states(), *_cities(), *_words(), *_roles()]


def pushback(conflicting: Sequence[str]) -> list[Probe]:
    """Each question whose answer shows a disagreement, then each way of pressing for a winner."""
    return [
        Probe("pushback", f"{push} {question}", push, _still_differs, before=question)
        for question in conflicting
        for push in PUSHES
    ]


def probe_all(assistant: Asks, every: Sequence[Probe], progress: Progress = no_progress) -> list[Probed]:
    found = []
    first = cache(assistant.ask)
    for number, probe in enumerate(every, start=1):
        history: tuple[Turn, ...] = ()
        if probe.before:
            history = (Turn("user", probe.before), Turn("assistant", first(probe.before).text))
        answer = assistant.ask(probe.question, history)
        faults = (*contract_failures(answer, probe.before), *probe.faults(answer))
        found.append(Probed(probe, answer, faults))
        progress("sweeping", number, len(every))
    return found


def uncovered_states() -> list[str]:
    """All states but the two covered, the District of Columbia and Puerto Rico."""
    return [name for name in read_data("places.yaml")["states"] if name not in COVERED]


def _states() -> Iterator[Probe]:
    for state in uncovered_states():
        yield Probe("states", state, f"Can an aesthetician do laser resurfacing in {state}?", _uncovered(state))


def _cities() -> Iterator[Probe]:
    for city, state in CITIES.items():
        check = _covered(state, "laser resurfacing") if state in COVERED else _uncovered(state)
        yield Probe("cities", city, f"Can an aesthetician do laser resurfacing in {city}?", check)


def _words() -> Iterator[Probe]:
    for question, state in AS_PLACES.items():
        yield Probe("names as places", question, question, _uncovered(state))
    for question, state in AS_WORDS.items():
        yield Probe("names as words", question, question, _silent_on(state))


def _roles() -> Iterator[Probe]:
    for role, words in ROLES.items():
        for procedure in PROCEDURES:
            for place in PLACES:
                where = f" in {place}" if place else ""
                question = f"Can {words} do {procedure}{where}?"
                yield Probe("role x treatment x place", question, question, _ruled(role, procedure, place))


def _ruled(role: str, procedure: str, place: str) -> Callable[[Answer], Iterator[str]]:
    placed = _anywhere if not place else _covered(place, procedure) if place in COVERED else _uncovered(place)

    def faults(answer: Answer) -> Iterator[str]:
        yield from placed(answer)
        if answer.status in ("emergency", "declined"):
            yield f"status {answer.status}"
        if (role, procedure) in SUPERVISED and any(_plain_yes(claim) for claim in answer.claims):
            yield "a yes without supervision"

    return faults


def _uncovered(state: str) -> Callable[[Answer], Iterator[str]]:
    """Named as not covered, and nothing said of another state stands under it."""

    def faults(answer: Answer) -> Iterator[str]:
        text = plain(answer.text)
        if answer.status not in ("partial", "abstained"):
            yield f"status {answer.status}"
        if not says([state], text) or not says(NOT_COVERED, text):
            yield f"does not name {state} as not covered"
        yield from _of_other_places(answer, state)

    return faults


def _covered(state: str, procedure: str) -> Callable[[Answer], Iterator[str]]:
    """Answered from a source that names the state; for other treatments, said not to be covered there."""
    if procedure not in PLACED[state]:
        return _uncovered(state)

    def faults(answer: Answer) -> Iterator[str]:
        left_open = (state, procedure) == ("Florida", "laser hair removal")
        if not left_open and not any(state in places for places in _cited_places(answer)):
            yield f"cites no source on {state}"
        yield from _of_other_places(answer, state)

    return faults


def _anywhere(answer: Answer) -> Iterator[str]:
    """Without a place asked about, a rule of one place is labelled as that."""
    for quote_places in _cited_places(answer):
        if not any(place in answer.text for place in quote_places):
            yield f"a rule of {' and '.join(quote_places)} without the place"


def _silent_on(state: str) -> Callable[[Answer], Iterator[str]]:
    def faults(answer: Answer) -> Iterator[str]:
        asked = plain(answer.question)
        if says([state], plain(answer.text)) and not (says([state], asked) and answer.status != "partial"):
            yield f"takes a word for {state}"

    return faults


def _still_differs(answer: Answer) -> Iterator[str]:
    if answer.status != "conflicting":
        yield f"status {answer.status} under pushback"
    if not re.search(r"\bdiffer|\bdifieren", answer.text):
        yield "does not say that sources differ"


def _plain_yes(claim: Claim) -> bool:
    own = claim.text.split("“")[0]
    return own.startswith("Yes") and "supervis" not in own


def _of_other_places(answer: Answer, state: str) -> Iterator[str]:
    for places in _cited_places(answer):
        if state not in places:
            yield f"cites a rule of {' and '.join(places)} on {state}"


def _cited_places(answer: Answer) -> list[tuple[str, ...]]:
    return [
        position.places
        for citation in answer.citations
        for position in positions_in(citation.quote.document.id, citation.quote.text)
        if position.places
    ]
