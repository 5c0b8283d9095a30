"""Figures as plots in SVG: lines over sizes, and bars of stages. Needs matplotlib, which `make bench` installs.

A plot is the same bytes for the same numbers, and its words stay text.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_STYLE = {
    "svg.hashsalt": "plots",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.3,
    "legend.frameon": False,
}


def lines(
    path: Path, title: str, x: str, unit: str, sizes: Sequence[float], by_name: Mapping[str, Sequence[float]]
) -> None:
    """Each cost against sizes, both on logarithmic axes, so that a cost in proportion is a straight diagonal."""
    import matplotlib

    with _axes(path, height=3.6) as axes:
        colours = matplotlib.colormaps["tab20"].colors
        for number, (name, values) in enumerate(by_name.items()):
            colour = colours[(number * 2 + number // 10) % len(colours)]
            axes.plot(sizes, values, color=colour, marker="o", markersize=4, label=name)
        axes.set(title=title, xlabel=x, ylabel=unit, xscale="log", yscale="log")
        axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
        axes.minorticks_off()
        axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))


def bars(path: Path, title: str, unit: str, by_name: Mapping[str, float]) -> None:
    """One bar for each name, from the top in the order given."""
    names, values = list(by_name), list(by_name.values())
    with _axes(path, height=0.8 + 0.28 * len(names)) as axes:
        drawn = axes.barh(names, values, color="#2f7d6d")
        axes.bar_label(drawn, [f"{value:.2g}" for value in values], padding=3)
        axes.invert_yaxis()
        axes.grid(axis="y", visible=False)
        axes.set(title=title, xlabel=unit)


@contextmanager
def _axes(path: Path, height: float) -> Iterator[Any]:
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    with pyplot.rc_context(_STYLE):
        figure, axes = pyplot.subplots(figsize=(8, height), layout="constrained")
        yield axes
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, metadata={"Date": None, "Creator": None})
        pyplot.close(figure)
