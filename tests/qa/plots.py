"""Plots as inline SVG, coloured by the page's CSS variables. Knows numbers, nothing of questions."""

from collections.abc import Mapping, Sequence
from html import escape

_ROW, _LABEL = 22, 190
_WIDTH, _HEIGHT, _BASE = 460, 170, 26


def bars(rows: Sequence[tuple[str, int, int]]) -> str:
    """Horizontal bars, one for each (name, part, whole): the part in the good colour, the rest in the bad one."""
    longest = max((whole for _, _, whole in rows), default=1)
    room = 900 - _LABEL - 90
    drawn = []
    for number, (name, part, whole) in enumerate(rows):
        y, scale = number * _ROW, room / longest
        drawn.append(
            f'<text class="label" x="{_LABEL - 8}" y="{y + 15}" text-anchor="end">{escape(name)}</text>'
            f'<rect class="good" x="{_LABEL}" y="{y + 3}" width="{part * scale:.1f}" height="15" rx="2">'
            f"<title>{escape(name)}: {part} of {whole} passed</title></rect>"
            f'<rect class="bad" x="{_LABEL + part * scale:.1f}" y="{y + 3}" width="{(whole - part) * scale:.1f}" '
            f'height="15" rx="2"><title>{escape(name)}: {whole - part} of {whole} failed</title></rect>'
            f'<text class="number" x="{_LABEL + whole * scale + 8:.1f}" y="{y + 15}">{part}/{whole}</text>'
        )
    return _svg(900, len(rows) * _ROW, "cases passed and failed, by kind", drawn)


def histogram(
    series: Mapping[str, Sequence[float]], low: float, high: float, bins: int, unit: str, line: float | None = None
) -> str:
    """Counts of values in equal bins, up to three series side by side; `line` marks a goal. Ends hold the outliers."""
    counts = {name: _binned(values, low, high, bins) for name, values in series.items()}
    top = max((count for own in counts.values() for count in own), default=0) or 1
    step, plot = _WIDTH / bins, _HEIGHT - _BASE - 8
    wide = (step - 3) / max(len(counts), 1)
    drawn = []
    for order, (name, own) in enumerate(counts.items()):
        for number, count in enumerate(own):
            x, tall = number * step + 1.5 + order * wide, count / top * plot
            start = low + number * (high - low) / bins
            drawn.append(
                f'<rect class="series{order}" x="{x:.1f}" y="{8 + plot - tall:.1f}" width="{wide:.1f}" '
                f'height="{tall:.1f}"><title>{escape(name)}, from {start:.2g}{unit}: {count}</title></rect>'
            )
    if line is not None:
        x = (line - low) / (high - low) * _WIDTH
        drawn.append(f'<line class="goal" x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{_HEIGHT - _BASE}"/>')
    for part in range(5):
        value, anchor = low + part * (high - low) / 4, ("start", "middle", "middle", "middle", "end")[part]
        drawn.append(
            f'<text class="number" x="{part * _WIDTH / 4:.0f}" y="{_HEIGHT - 6}" text-anchor="{anchor}">'
            f"{value:.3g}{unit}</text>"
        )
    drawn.append(f'<line class="axis" x1="0" x2="{_WIDTH}" y1="{_HEIGHT - _BASE}" y2="{_HEIGHT - _BASE}"/>')
    return _svg(_WIDTH, _HEIGHT, ", ".join(series), drawn) + _legend(list(series))


def columns(counts: Mapping[str, int], good: int) -> str:
    """A column for each name; the first `good` of them in the good colour."""
    top, step, plot = max(counts.values(), default=0) or 1, _WIDTH / max(len(counts), 1), _HEIGHT - _BASE - 22
    drawn = []
    for number, (name, count) in enumerate(counts.items()):
        x, tall = number * step, count / top * plot
        colour, middle = "good" if number < good else "bad", x + step / 2
        drawn.append(
            f'<rect class="{colour}" x="{x + 3:.1f}" y="{20 + plot - tall:.1f}" width="{step - 6:.1f}" '
            f'height="{tall:.1f}" rx="2"><title>{escape(name)}: {count}</title></rect>'
            f'<text class="number" x="{middle:.1f}" y="{15 + plot - tall:.1f}" text-anchor="middle">{count}</text>'
            f'<text class="number" x="{middle:.1f}" y="{_HEIGHT - 6}" text-anchor="middle">{escape(name)}</text>'
        )
    return _svg(_WIDTH, _HEIGHT, "counts", drawn)


def grid(names: Sequence[str], counts: Mapping[tuple[str, str], int], wrong: Mapping[tuple[str, str], int]) -> str:
    """Rows are what was wanted, columns what came; cells with a wrong one among them take the bad colour."""
    wide, tall, left, top = 62, 26, 92, 24
    most = max(counts.values(), default=0) or 1
    drawn = []
    for row, wanted in enumerate(names):
        y = top + row * tall
        drawn.append(f'<text class="label" x="{left - 8}" y="{y + 17}" text-anchor="end">{escape(wanted)}</text>')
        above = left + row * wide + wide / 2
        drawn.append(f'<text class="number" x="{above}" y="15" text-anchor="middle">{escape(wanted)}</text>')
        for column, came in enumerate(names):
            count, bad = counts.get((wanted, came), 0), wrong.get((wanted, came), 0)
            strength = 0 if not count else 0.2 + 0.8 * (count / most) ** 0.5
            drawn.append(
                f'<rect class="{"bad" if bad else "good"}" x="{left + column * wide + 1}" y="{y + 1}" '
                f'width="{wide - 2}" height="{tall - 2}" rx="2" fill-opacity="{strength:.2f}">'
                f"<title>{escape(wanted)} wanted, {escape(came)} came: {count}, {bad} of them wrong</title></rect>"
            )
            if count:
                middle = left + column * wide + wide / 2
                drawn.append(f'<text class="cell" x="{middle}" y="{y + 17}" text-anchor="middle">{count}</text>')
    return _svg(left + wide * len(names), top + tall * len(names), "status wanted and status that came", drawn)


def meter(value: float, goal: float | None) -> str:
    """A share from 0 to 1 as a bar, with a tick at its goal."""
    tick = f'<line class="goal" x1="{goal * 100:.1f}" x2="{goal * 100:.1f}" y1="0" y2="6"/>' if goal is not None else ""
    return (
        '<svg class="meter" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="track" width="100" height="6"/>'
        f'<rect class="fill" width="{value * 100:.1f}" height="6"/>{tick}</svg>'
    )


def _binned(values: Sequence[float], low: float, high: float, bins: int) -> list[int]:
    counts = [0] * bins
    for value in values:
        counts[min(max(int((value - low) / (high - low) * bins), 0), bins - 1)] += 1
    return counts


def _legend(names: Sequence[str]) -> str:
    keys = (f'<span><i class="series{number}"></i>{escape(name)}</span>' for number, name in enumerate(names))
    return f'<p class="legend">{"".join(keys)}</p>'


def _svg(width: int, height: int, title: str, drawn: Sequence[str]) -> str:
    return f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(title)}">{"".join(drawn)}</svg>'
