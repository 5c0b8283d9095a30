"""Collects what the benchmarks wrote into docs/performance.md, between two markers, with plots beside it.

    python -m tests.benchmarks.report

What was not measured is said. Run by a Python that has tests/benchmarks/requirements.txt.
"""

import argparse
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.benchmarks import drawing
from tests.benchmarks.figures import BadFigures, Figure, read
from tests.benchmarks.machine import described

BEGIN, END = "<!-- figures: begin (written by `make bench`) -->", "<!-- figures: end -->"
BENCHMARKS = {  # in the order of the page: file, heading, the command that measures it
    "pipeline": ("A question to its answer", "make bench"),
    "terminal": ("The terminal, from the start of a process", "make bench"),
    "startup": ("The page, from the start of a process", "make bench"),
    "chats": ("Many chats at once", "make bench"),
    "embedding": ("Embedding", "make bench"),
    "indexing": ("Indexing", "make bench DATA=DIR"),
    "large": ("Large collections", "make bench-large DATA=DIR"),
}
NO_LINES = {"sizes", "values", "documents", "parts"}  # lists of a figure's detail that are none


@dataclass(frozen=True, slots=True)
class Plot:
    """An SVG and what it shows."""

    path: Path
    title: str


def main() -> None:
    options = _options()
    page = options.page.read_text(encoding="utf-8")
    sections = [f"Machine: {described()}"]
    for name, (heading, how) in BENCHMARKS.items():
        file = options.figures / f"{name}.json"
        if not file.exists():
            sections.append(f"### {heading}\nNot measured in this run: `{how}` does.")
            continue
        figures = read(file)
        day = datetime.fromtimestamp(file.stat().st_mtime, UTC).date()
        shown = [f"![{plot.title}]({_beside(plot.path, options.page)})" for plot in plots(name, figures, options.plots)]
        sections.append("\n\n".join([f"### {heading}\n{day}.", table(figures), *parts(figures), *shown]))
    options.page.write_text(placed(page, "\n\n".join(sections)), encoding="utf-8")


def placed(page: str, text: str) -> str:
    """The page with the text between the markers. Raises BadFigures where they are not there."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise BadFigures(f"The page lacks the markers {BEGIN!r} and {END!r}.")
    return f"{before}{BEGIN}\n{text}\n{END}{after}"


def table(figures: Sequence[Figure]) -> str:
    """The figures as a table of Markdown; a figure whose name stood above is not named again."""
    rows = ["| | ours | the alternative | ratio | mark |", "| --- | ---: | --- | ---: | --- |"]
    above = ""
    for figure in figures:
        name = "" if figure.name == above else _cell(figure.name)
        theirs = _cell(figure.against)
        if figure.theirs is not None:
            theirs = f"{amount(figure.theirs)} {figure.unit}: {theirs}"
        ratio = "" if figure.ratio is None else amount(figure.ratio)
        mark = f"{_cell(figure.mark)}: {'met' if figure.met else '**missed**'}" if figure.mark else ""
        rows.append(f"| {name} | {amount(figure.ours)} {figure.unit} | {theirs} | {ratio} | {mark} |")
        above = figure.name
    return "\n".join(rows)


def parts(figures: Sequence[Figure]) -> Iterator[str]:
    """What figures are made of, where they say so: a sentence for each."""
    for figure in figures:
        if stages := figure.detail.get("stages"):
            yield f"Stages, {figure.unit}, {figure.name}: {_listed(stages)}."
        for part in figure.detail.get("parts", ()):
            yield f"{part['title']}, {part['unit']}: {_listed(part['values'])}."


def _listed(values: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {amount(value)}" for name, value in values.items())


def amount(value: float) -> str:
    """Three digits that count: 0.00123, 4.57, 123, 12,345."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def plots(name: str, figures: Sequence[Figure], folder: Path) -> Iterator[Plot]:
    """A plot for each set of sizes and for the first set of stages that the figures carry."""
    staged = next((figure for figure in figures if "stages" in figure.detail), None)
    if staged:
        path, title = folder / f"{name}-stages.svg", "Where the time of one answer goes"
        drawing.bars(path, title, staged.unit, staged.detail["stages"])
        yield Plot(path, title)
    grouped: dict[tuple[str, str, tuple[float, ...]], dict[str, Sequence[float]]] = {}
    for figure in figures:
        if sizes := figure.detail.get("sizes"):
            key = (str(figure.detail.get("x", "size")), str(figure.detail.get("unit", figure.unit)), tuple(sizes))
            grouped.setdefault(key, {}).update(_lines(figure, len(sizes)))
    for (x, unit, sizes), by_name in grouped.items():
        if len(sizes) < 2 or not by_name:
            continue
        path, title = folder / f"{name}-{_slug(f'{x} {unit}')}-{len(sizes)}.svg", f"{BENCHMARKS[name][0]}: cost by {x}"
        drawing.lines(path, title, x, unit, sizes, by_name)
        yield Plot(path, title)


def _lines(figure: Figure, count: int) -> Mapping[str, Sequence[float]]:
    """The lines that a figure carries by name, or else every list as long as its sizes."""
    detail: Mapping[str, Any] = figure.detail
    by_name = detail.get("lines")
    if by_name is None:
        by_name = {name: values for name, values in detail.items() if name not in NO_LINES and isinstance(values, list)}
        by_name = by_name or {figure.name: detail.get("values", ())}
    return {
        name.replace("_", " "): values
        for name, values in by_name.items()
        if len(values) == count and all(isinstance(value, int | float) for value in values)
    }


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _beside(path: Path, page: Path) -> str:
    return path.resolve().relative_to(page.resolve().parent).as_posix()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--figures", type=Path, default=Path(".data/benchmarks"), help="what the benchmarks wrote")
    parser.add_argument("--page", type=Path, default=Path("docs/performance.md"))
    parser.add_argument("--plots", type=Path, default=Path("docs/plots"))
    return parser.parse_args()


if __name__ == "__main__":
    try:
        main()
    except (BadFigures, OSError) as problem:
        sys.exit(str(problem))
