"""What the three sources say on who may perform what, read by hand: whose words, of which treatment, for which place.

Kept apart from the engine's own reading of the same sentences, so that the one checks the other.
"""

from dataclasses import dataclass

from assistant.text import fold, squeeze
from assistant.types import Quote
from tests.qa.cases import Case

KAPLAN = "Harold J. Kaplan, MD"
UNNAMED = "a doctor the page does not name"
EVERY = frozenset({"*"})
LASER = frozenset({"laser"})
PEELS_AND_LASER = frozenset({"laser", "peel", "microdermabrasion", "dermabrasion"})
INJECTED = frozenset({"botox", "filler"})


@dataclass(frozen=True, slots=True)
class Position:
    """One statement of a source: `text` stands in it and nowhere else. "*": of treatments in general."""

    document: str
    text: str
    procedures: frozenset[str]
    speaker: str = ""  # "" where the publisher speaks
    places: tuple[str, ...] = ()


_DOCTORS, _AMSPA, _GENESIS = "doctor-answers-pixel-laser", "amspa-skin-rejuvenation", "genesis-medspa-procedures"

POSITIONS = (
    Position(
        _DOCTORS, "the only the person who can handle the complication should perform the procedure", LASER, UNNAMED
    ),
    Position(
        _DOCTORS,
        "In the state of Florida (and I believe California), the person performing the laser must be a nurse "
        "practitioner, physician assistant, or physician",
        LASER,
        UNNAMED,
        ("Florida", "California"),
    ),
    Position(_DOCTORS, "I am the only one performing the Pixel", LASER, UNNAMED),
    Position(_DOCTORS, "laser procedures cannot be performed by an aesthetician", LASER, KAPLAN, ("California",)),
    Position(_DOCTORS, "required to have a medical license of RN or higher", LASER, KAPLAN, ("California",)),
    Position(_DOCTORS, "If we were in your shoes", LASER, KAPLAN),
    Position(
        _AMSPA,
        "should only be performed by medical professionals under the supervision of a physician",
        PEELS_AND_LASER,
    ),
    Position(_AMSPA, "most states allow anyone with proper training, experience and supervision", PEELS_AND_LASER),
    Position(_GENESIS, "MD, NP, PA, or RN under physician supervision", frozenset({"botox"})),
    Position(_GENESIS, "MD, NP, PA, or RN under supervision", frozenset({"filler"})),
    Position(_GENESIS, "RN, NP, or Certified Aesthetician under supervision", frozenset({"microneedling"})),
    Position(_GENESIS, "MD, NP, PA, or Certified Laser Tech under MD", LASER),
    Position(_GENESIS, "Licensed Aesthetician or Nurse depending on depth", frozenset({"peel"})),
    Position(_GENESIS, "Trained Technician under medical supervision", frozenset({"body contouring"})),
    Position(_GENESIS, "Licensed physicians, nurse practitioners, registered nurses", EVERY),
    Position(_GENESIS, "must legally be overseen by a physician", EVERY),
    Position(_GENESIS, "Injections must be performed by", INJECTED),
    Position(_GENESIS, "Aestheticians can perform certain procedures like facials", EVERY),
    Position(_GENESIS, "for deeper treatments like microneedling, laser, or injectables", EVERY),
)


def positions_in(document: str, text: str) -> tuple[Position, ...]:
    """The statements that stand in `text` of this document."""
    flat = squeeze(fold(text))
    return tuple(position for position in POSITIONS if position.document == document and _flat(position) in flat)


def asked_positions(case: Case) -> tuple[Position, ...]:
    """The statements that the case's gold quotes are, or are parts of."""
    return tuple(
        position
        for gold in case.quotes
        for position in POSITIONS
        if position.document == gold.document
        and (_flat(position) in squeeze(fold(gold.text)) or squeeze(fold(gold.text)) in _flat(position))
    )


def belongs(case: Case, quote: Quote) -> bool:
    """Whether the quote is a position on a treatment that the case's gold takes positions on.

    The contract wants every position beside a verdict, so they are no noise though no gold names them.
    """
    asked = frozenset().union(*(position.procedures for position in asked_positions(case)))
    if not asked:
        return False
    cited = positions_in(quote.document.id, quote.text)
    return any((asked | position.procedures) & EVERY or asked & position.procedures for position in cited)


def _flat(position: Position) -> str:
    return squeeze(fold(position.text))
