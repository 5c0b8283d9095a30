"""What a benchmark measured, as values and as JSON. Knows nothing of how it was measured."""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import quantiles
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure beside a named alternative, both from the same run."""

    name: str
    ours: float
    theirs: float | None
    unit: str  # "ms", "s", "MB", "/s"
    against: str  # the alternative, named
    ratio: float | None  # ours by theirs
    mark: str = ""  # "at most 2"; empty: nothing was promised
    met: bool = True
    detail: Mapping[str, Any] = field(default_factory=dict)  # numbers for tables and plots


class BadFigures(Exception):
    """A file of figures cannot be read; shown as it stands, in one sentence."""


def compared(
    name: str,
    ours: float,
    theirs: float,
    unit: str,
    against: str,
    *,
    at_most: float | None = None,
    detail: Mapping[str, Any] | None = None,
) -> Figure:
    """A figure with its ratio, and whether that is at most what was promised."""
    ratio = ours / theirs
    return Figure(
        name=name,
        ours=ours,
        theirs=theirs,
        unit=unit,
        against=against,
        ratio=ratio,
        mark="" if at_most is None else f"at most {at_most:g}",
        met=at_most is None or ratio <= at_most,
        detail=detail or {},
    )


def percentile(values: Sequence[float], percent: int) -> float:
    """The p-th percentile, with the values between two taken in proportion."""
    if len(values) == 1:
        return values[0]
    return quantiles(values, n=100, method="inclusive")[percent - 1]


def write(figures: Sequence[Figure], path: Path) -> None:
    """All figures of a run as a JSON list."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([asdict(figure) for figure in figures], indent=1) + "\n", encoding="utf-8")


def read(path: Path) -> list[Figure]:
    """The figures of a file. Raises BadFigures."""
    try:
        return [Figure(**row) for row in json.loads(path.read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError) as error:
        raise BadFigures(f"{path} holds no figures: {error}.") from error


def table(figures: Sequence[Figure]) -> str:
    """The figures as lines of text, for a terminal."""
    lines = [f"{'':66} {'ours':>10} {'theirs':>10}  {'ratio':>7}  mark"]
    for figure in figures:
        theirs = "" if figure.theirs is None else f"{figure.theirs:.3g}"
        mark = f"{figure.mark}: {'met' if figure.met else 'MISSED'}" if figure.mark else ""
        ratio = "" if figure.ratio is None else f"{figure.ratio:.3g}"
        lines.append(f"{figure.name:66} {figure.ours:10.4g} {theirs:>10}  {ratio:>7}  {mark}")
        lines.append(f"    {figure.unit}, against {figure.against}")
    return "\n".join(lines)


def finish(figures: Sequence[Figure], json_file: Path | None) -> None:
    """Print the table, and write the JSON where it is asked for."""
    print(table(figures))
    if json_file:
        write(figures, json_file)


def add_json(parser: argparse.ArgumentParser) -> None:
    """The option that every benchmark has."""
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there as well")
