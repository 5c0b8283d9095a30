"""A run as lines for the terminal and as tables for docs/evaluation.md."""

from collections.abc import Iterator, Sequence

from tests.qa.figures import Mark
from tests.qa.recorded import Recorded
from tests.qa.run import Outcome, Run, Version
from tests.qa.sweeps import Probed
from tests.qa.writing import Worded

_SIGNS = {True: "ok", False: "MISSED", None: ""}
_FIRST = 12  # faulty probes printed of each sweep


def kinds(run: Run) -> Iterator[str]:
    """Passed and total, by kind."""
    rows = [(kind, sum(o.passed for o in own), len(own)) for kind, own in run.by_kind().items()]
    rows.append(("all", sum(passed for _, passed, _ in rows), sum(total for _, _, total in rows)))
    yield f"{'kind':26} {'passed':>8}"
    yield from (f"{kind:26} {passed:4d}/{total:<4d} {'' if passed == total else '!'}" for kind, passed, total in rows)


def marks(found: Sequence[Mark], before: Recorded | None) -> Iterator[str]:
    """Every mark with its counts, its goal and what was recorded."""
    old = before.marks if before else {}
    if before:
        yield f"recorded: {version(before.version)}"
    yield f"{'mark':52} {'value':>9} {'of':>22}  {'goal':17} {'':7} {'recorded':>9}"
    for mark in found:
        recorded = mark.show(old[mark.id]) if mark.id in old else ""
        line = f"{mark.name:52} {mark.shown:>9} {mark.counts:>22}  {mark.goal:17} {_SIGNS[mark.met]:7} {recorded:>9}"
        yield line.rstrip()


def beside(plain: Sequence[Mark], worded: Sequence[Mark]) -> Iterator[str]:
    """Every mark that both have, by quotes alone and with a chat model."""
    others = {mark.id: mark for mark in worded}
    yield f"{'mark':52} {'quotes alone':>20} {'with the model':>20}  goal"
    for mark in plain:
        if other := others.get(mark.id):
            own, its = (f"{_SIGNS[each.met]} {each.shown:>9}" for each in (mark, other))
            yield f"{mark.name:52} {own:>20} {its:>20}  {mark.goal}".rstrip()


def writing(worded: Worded) -> Iterator[str]:
    """What the model wrote, lost and cost."""
    yield from (f"{name:34} {value}" for name, value in worded.figures())


def version(of: Version) -> str:
    return f"{of.date}, {of.cases} cases, set {of.set}, corpus {of.corpus}, engine {of.engine}"


def failed(run: Run) -> Iterator[str]:
    """Every failing case: what was asked, what is wrong, what was answered."""
    for outcome in run.failed:
        yield f"\n{outcome.case.id} [{outcome.answer.status}] {outcome.case.question}"
        yield from (f"  - {failure}" for failure in outcome.failures)
        yield from (f"  | {line}" for line in outcome.answer.text.splitlines() if line)


def faulty(probed: Sequence[Probed]) -> Iterator[str]:
    """The first faulty probes of each sweep."""
    sweeps: dict[str, list[Probed]] = {}
    for found in probed:
        if found.faults:
            sweeps.setdefault(found.probe.sweep, []).append(found)
    for sweep, own in sweeps.items():
        yield f"\nsweep {sweep}: {len(own)} with faults"
        yield from (f"  - {p.probe.id} [{p.answer.status}]: {'; '.join(p.faults)}" for p in own[:_FIRST])


def figures(run: Run, found: Sequence[Mark], of: Version) -> str:
    """The figures section of docs/evaluation.md."""
    lines = [
        f"Measured on {of.date}: {of.cases} cases (set `{of.set}`), corpus `{of.corpus}`, engine `{of.engine}`.",
        "",
        "| mark | value | of | goal | |",
        "| --- | ---: | ---: | --- | --- |",
        *(f"| {m.name} | {m.shown} | {m.counts} | {m.goal} | {_MET[m.met]} |" for m in found),
        "",
        "| kind | passed | of |",
        "| --- | ---: | ---: |",
        *(f"| {kind} | {sum(o.passed for o in own)} | {len(own)} |" for kind, own in run.by_kind().items()),
        "",
        f"### What fails ({len(run.failed)} cases)",
        "| case | question | what is wrong |",
        "| --- | --- | --- |",
        *map(_row, run.failed),
    ]
    return "\n".join(lines)


def definitions(found: Sequence[Mark]) -> str:
    """What each mark means, and how far it may fall before a run counts as worse."""
    rows = (
        f"| {m.name} | {m.meaning} | {m.show(m.tolerance) if m.tolerance is not None else 'not compared'} |"
        for m in found
    )
    return "\n".join(["| mark | what is counted | may fall by |", "| --- | --- | --- |", *rows])


_MET = {True: "met", False: "**missed**", None: ""}


def _row(outcome: Outcome) -> str:
    cells = (outcome.case.id, outcome.case.question, "; ".join(outcome.failures))
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
