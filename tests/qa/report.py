"""A run as one page to look at: no script, no network, light and dark. Draws what others measured."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from pathlib import Path

from assistant.types import Status
from tests.qa import plots, tables
from tests.qa.figures import Mark
from tests.qa.marks import is_answerable, is_unanswerable
from tests.qa.reading import grade, own_words
from tests.qa.recorded import Recorded
from tests.qa.retrieval import TOP, Places, found_at
from tests.qa.run import Outcome, Run, Version
from tests.qa.style import STYLE
from tests.qa.sweeps import Probed
from tests.qa.writing import Worded


def write(
    file: Path,
    run: Run,
    marks: Sequence[Mark],
    probed: Sequence[Probed],
    version: Version,
    before: Recorded | None,
    worded: Worded | None = None,
) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(page(run, marks, probed, version, before, worded), encoding="utf-8")


def page(
    run: Run,
    marks: Sequence[Mark],
    probed: Sequence[Probed],
    version: Version,
    before: Recorded | None,
    worded: Worded | None = None,
) -> str:
    passed = len(run.outcomes) - len(run.failed)
    goals = [mark for mark in marks if mark.met is not None]
    missed = [mark for mark in marks if mark.met is False]
    faulty = [found for found in probed if found.faults]
    body = [
        f"<header><h1>{passed} of {len(run.outcomes)} questions answered as they should be</h1>",
        f"<p>{len(missed)} of {len(goals)} goals missed. {escape(tables.version(version))}.</p>",
        "</header>",
        f'<section class="marks">{"".join(_card(mark, before) for mark in marks)}</section>',
        *(_worded(marks, worded) if worded else ()),
        _figure("By kind of question", plots.bars(_kinds(run))),
        f'<div class="pair">{_confidence(run)}{_statuses(run)}{_ranks(run)}{_grades(run)}{_latency(run)}</div>',
        f"<h2>What fails: {len(run.failed)} cases</h2>",
        *map(_case, run.failed),
        f"<h2>Generated questions with faults: {len(faulty)} of {len(probed)}</h2>" if probed else "",
        *map(_probe, faulty),
    ]
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Regression set</title>'
    main = f"<style>{STYLE}</style></head><body><main>{''.join(body)}</main></body>"
    return f'<!doctype html><html lang="en"><head>{head}{main}</html>\n'


def _card(mark: Mark, before: Recorded | None) -> str:
    state = {True: "met", False: "missed", None: "plain"}[mark.met]
    share = mark.unit == "%" and mark.value is not None
    meter = plots.meter(mark.value or 0.0, mark.least if mark.least is not None else mark.most) if share else ""
    old = before.marks.get(mark.id) if before else None
    change = f" · recorded {mark.show(old)}" if old is not None else ""
    beside = " · ".join(part for part in (mark.counts, mark.goal) if part)
    return (
        f'<article class="{state}" title="{escape(mark.meaning)}"><h3>{escape(mark.name)}</h3>'
        f"<strong>{mark.shown}</strong>{meter}<small>{escape(beside + change)}</small></article>"
    )


def _worded(marks: Sequence[Mark], worded: Worded) -> Iterator[str]:
    """Both engines side by side, what the model did, and what fails with it."""
    others = {mark.id: mark for mark in worded.marks}
    rows = [("mark", "quotes alone", "with the model", "goal")]
    rows += [(m.name, m.shown, others[m.id].shown, m.goal) for m in marks if m.id in others]
    yield f"<h2>With a chat model: {escape(worded.model)}, prompts {escape(worded.prompts)}</h2>"
    yield f'<div class="pair">{_table(rows)}{_table(list(worded.figures()))}</div>'
    yield f"<h2>What fails with the model: {len(worded.run.failed)} cases</h2>"
    yield from map(_case, worded.run.failed)


def _table(rows: Sequence[Sequence[str]]) -> str:
    lines = ("".join(f"<td>{escape(cell)}</td>" for cell in row) for row in rows)
    return f"<figure><table>{''.join(f'<tr>{line}</tr>' for line in lines)}</table></figure>"


def _figure(title: str, plot: str, note: str = "") -> str:
    said = f"<p>{escape(note)}</p>" if note else ""
    return f"<figure><figcaption>{escape(title)}</figcaption>{plot}{said}</figure>"


def _kinds(run: Run) -> list[tuple[str, int, int]]:
    return [(kind, sum(o.passed for o in own), len(own)) for kind, own in run.by_kind().items()]


def _confidence(run: Run) -> str:
    series = {
        "can be answered": _confidences(o for o in run.outcomes if is_answerable(o.case)),
        "cannot": _confidences(o for o in run.outcomes if is_unanswerable(o.case)),
    }
    note = "Apart: the confidence tells what the documents answer from what they do not."
    return _figure("Confidence", plots.histogram(series, 0.0, 1.0, 20, ""), note)


def _confidences(outcomes: Iterable[Outcome]) -> list[float]:
    return [o.answer.confidence for o in outcomes if o.answer.confidence is not None]


def _statuses(run: Run) -> str:
    pairs = Counter((o.case.status[0], str(o.answer.status)) for o in run.outcomes)
    wrong = Counter(
        (o.case.status[0], str(o.answer.status)) for o in run.outcomes if o.answer.status not in o.case.status
    )
    note = "Rows: wanted (the first acceptable status). Columns: what came."
    return _figure("Status", plots.grid([status.value for status in Status], pairs, wrong), note)


def _ranks(run: Run) -> str:
    ranks = Counter(found_at(run.outcomes, Places(run.passages)))
    named = {str(place): ranks.get(place, 0) for place in range(1, TOP + 1)}
    beyond = sum(count for place, count in ranks.items() if place is not None and TOP < place <= 10)
    later = sum(count for place, count in ranks.items() if place is not None and place > 10)
    columns = {**named, f"{TOP + 1}-10": beyond, "later": later, "never": ranks.get(None, 0)}
    return _figure(
        "Where search found the gold quotes", plots.columns(columns, TOP), "Rank; a list or table counts once."
    )


def _grades(run: Run) -> str:
    english = [o.answer for o in run.outcomes if o.answer.language == "en"]
    series = {
        "our own words": [value for a in english if (value := grade(own_words(a))) is not None],
        "whole answers": [value for a in english if (value := grade(a.text)) is not None],
    }
    note = "US school grade (Flesch-Kincaid); the line is the goal for our own words."
    return _figure("Reading grade", plots.histogram(series, 0.0, 20.0, 20, "", line=8.0), note)


def _latency(run: Run) -> str:
    seconds = sorted(o.answer.seconds for o in run.outcomes)
    top = max(seconds[int(0.98 * len(seconds))], 0.01) if seconds else 1.0
    return _figure("Seconds to an answer", plots.histogram({"answers": seconds}, 0.0, top, 24, ""))


def _case(outcome: Outcome) -> str:
    case, answer = outcome.case, outcome.answer
    turns = "".join(f"<p class='turn'><b>{turn.role}</b> {escape(turn.text)}</p>" for turn in case.history)
    wanted = "".join(f"<li>{escape(failure)}</li>" for failure in outcome.failures)
    gold = "".join(f"<li>“{escape(quote.text)}” <small>{escape(quote.document)}</small></li>" for quote in case.quotes)
    return (
        f"<details><summary><code>{escape(case.id)}</code> {escape(case.question)} {_chip(answer.status)}</summary>"
        f"{turns}<h4>Wrong</h4><ul class='wrong'>{wanted}</ul>"
        f"<h4>Expected</h4><p>{escape(' or '.join(case.status))}. {escape(case.why)}</p><ul>{gold}</ul>"
        f"<h4>Answer</h4><pre>{escape(answer.text)}</pre></details>"
    )


def _probe(found: Probed) -> str:
    before = f"<p class='turn'><b>before</b> {escape(found.probe.before)}</p>" if found.probe.before else ""
    faults = "".join(f"<li>{escape(fault)}</li>" for fault in found.faults)
    return (
        f"<details><summary><code>{escape(found.probe.sweep)}</code> {escape(found.probe.question)} "
        f"{_chip(found.answer.status)}</summary>{before}<ul class='wrong'>{faults}</ul>"
        f"<pre>{escape(found.answer.text)}</pre></details>"
    )


def _chip(text: str) -> str:
    return f'<span class="chip">{escape(text)}</span>'
