"""One figure with its goal, and the arithmetic behind figures. Knows nothing of questions or answers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

ROUNDING = 1e-5  # of recorded values
ONE_IN_A_HUNDRED = 0.01  # the share by which a mark may fall before a run counts as worse


@dataclass(frozen=True, slots=True)
class Mark:
    """One figure. `least` or `most` is its goal; `tolerance` is None for what is shown but not compared."""

    id: str
    name: str
    meaning: str
    value: float | None  # None: nothing to measure it on
    counts: str = ""  # "12 of 14"
    least: float | None = None
    most: float | None = None
    tolerance: float | None = ONE_IN_A_HUNDRED
    unit: str = "%"  # "%", "", "s"

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None where there is none."""
        if self.value is None or (self.least is None and self.most is None):
            return None
        return (self.least is None or self.value >= self.least) and (self.most is None or self.value <= self.most)

    def fallen(self, before: float | None) -> bool:
        """Whether it is worse than before by more than the tolerance."""
        if self.tolerance is None or before is None or self.value is None:
            return False
        worse = self.value - before if self.most is not None else before - self.value
        return worse > self.tolerance + ROUNDING

    @property
    def shown(self) -> str:
        return self.show(self.value)

    @property
    def goal(self) -> str:
        if self.least is not None:
            return f"at least {self.show(self.least)}"
        return f"at most {self.show(self.most)}" if self.most is not None else ""

    def show(self, value: float | None) -> str:
        """A value of this mark with its unit."""
        if value is None:
            return "-"
        if self.unit == "%":
            return f"{100 * value:.1f} %"
        if self.unit == "s":
            return f"{value:.2f} s"
        return f"{value:.0f}" if value == int(value) else f"{value:.2f}"


def share(
    id: str,
    name: str,
    meaning: str,
    of: Iterable[bool],
    least: float | None = None,
    most: float | None = None,
    tolerance: float | None = ONE_IN_A_HUNDRED,
) -> Mark:
    """The share of what is true."""
    found = list(of)
    return ratio(id, name, meaning, (sum(found), len(found)), least, most, tolerance)


def ratio(
    id: str,
    name: str,
    meaning: str,
    counts: tuple[int, int],
    least: float | None = None,
    most: float | None = None,
    tolerance: float | None = ONE_IN_A_HUNDRED,
) -> Mark:
    """So many of so many."""
    part, whole = counts
    value = part / whole if whole else None
    return Mark(id, name, meaning, value, f"{part} of {whole}", least, most, tolerance)


def count(
    id: str, name: str, meaning: str, number: int, most: float | None = 0.0, tolerance: float | None = 0.0
) -> Mark:
    """How many; none where nothing else is said."""
    return Mark(id, name, meaning, float(number), most=most, tolerance=tolerance, unit="")


def auroc(higher: Sequence[float], lower: Sequence[float]) -> float | None:
    """How often one of `higher` is above one of `lower`; a tie counts half (Mann-Whitney U over its maximum)."""
    if not higher or not lower:
        return None
    wins = sum((one > other) + 0.5 * (one == other) for one in higher for other in lower)
    return wins / (len(higher) * len(lower))


def quantile(ordered: Sequence[float], part: float) -> float | None:
    """The value below which `part` of them lie, without interpolation; the median as usual."""
    if not ordered:
        return None
    return median(ordered) if part == 0.5 else ordered[min(int(part * len(ordered)), len(ordered) - 1)]
