"""Runs the regression set through the assistant and reports: python -m tests.qa (or make qa)."""

import argparse
import logging
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from assistant import settings
from assistant.answering import answering, opened_model
from assistant.engine import Assistant
from assistant.opening import AwaitedIndex
from index.errors import IndexProblem
from index.progress import ProgressBar
from tests.chat.parrot import parrot
from tests.chat.server import ChatServer
from tests.qa import document, export, mutations, recorded, report, tables
from tests.qa.cases import FOLDER, Case, load_cases
from tests.qa.figures import Mark
from tests.qa.marks import marks_of, sweep_marks
from tests.qa.run import Run, Version, run_cases
from tests.qa.sweeps import Probed, probe_all, probes, pushback
from tests.qa.writing import Worded, lost

if TYPE_CHECKING:
    from assistant.chat.model import ChatModel


def main(arguments: Sequence[str] | None = None) -> int:
    """0; 1 where a mark fell below the recorded run; 2 where there is nothing to run."""
    options = _options(arguments)
    cases = _chosen(options)
    if not cases:
        print("No case has that kind or id.", file=sys.stderr)
        return 2
    try:
        index = AwaitedIndex(options.documents, options.index, tell=lambda text: print(text, file=sys.stderr))
        index.open()
    except IndexProblem as problem:
        print(problem, file=sys.stderr)
        return 2
    if options.mutations:
        return _mutate(Assistant(index), options)
    try:
        logging.getLogger("assistant.chat").setLevel(logging.ERROR)  # what fails is counted and printed at the end
        with _model(options.parrot) as model:
            return _measure(index, cases, options, model)
    except settings.SettingsProblem as problem:
        print(problem, file=sys.stderr)
        return 2


@contextmanager
def _model(with_parrot: bool) -> Iterator["ChatModel | None"]:
    """The chat model that the settings name, or the parrot, which needs no account; None where there is neither."""
    chosen = settings.read(os.environ)
    if with_parrot:
        with ChatServer(parrot) as server:
            local = replace(chosen, chat_model="openai:parrot", chat_base_url=server.openai_url, chat_api_key="none")
            with _closing(opened_model(local)) as model:
                yield model
    else:
        with _closing(opened_model(chosen)) as model:
            yield model


@contextmanager
def _closing(model: "ChatModel | None") -> Iterator["ChatModel | None"]:
    try:
        yield model
    finally:
        if model:
            model.close()


def _measure(
    index: AwaitedIndex, cases: Sequence[Case], options: argparse.Namespace, model: "ChatModel | None" = None
) -> int:
    whole = options.cases == FOLDER and len(cases) == len(load_cases())
    assistant = Assistant(index)
    started = time.perf_counter()
    with closing(ProgressBar(unit="questions")) as bar:
        run = run_cases(assistant, cases, index.snapshot.passages, bar)
        probed = _swept(assistant, run, bar) if whole and not options.no_sweeps else []
        worded = _worded(assistant, model, cases, run, bar) if model else None
    seconds = time.perf_counter() - started
    marks = [*marks_of(run), *(sweep_marks(probed) if probed else [])]
    version = Version.now(options.documents, len(cases))
    before = recorded.read() if whole else None
    _print(run, marks, probed, version, before, options.show_failures or not whole)
    if worded:
        _print_worded(marks, worded, probed)
    print(f"\n{len(cases)} cases and {len(probed)} generated questions in {seconds:.0f} s")
    _write(run, marks, probed, version, options, worded)
    if whole and options.record:
        _record(run, marks, version)
        return 0
    worse = [f"FALLEN {sentence}" for sentence in recorded.fallen(marks, before)]
    worse += [f"LOST with the model: {sentence}" for sentence in lost(marks, worded.marks)] if worded and whole else []
    for sentence in worse:
        print(sentence, file=sys.stderr)
    return 1 if worse else 0


def _worded(assistant: Assistant, model: "ChatModel", cases: Sequence[Case], plain: Run, bar: ProgressBar) -> Worded:
    """The cases once more, with the model."""
    run = run_cases(answering(assistant, model), cases, plain.passages, bar)
    return Worded(model.name, run, tuple(marks_of(run)))


def _swept(assistant: Assistant, run: Run, bar: ProgressBar) -> list[Probed]:
    return probe_all(assistant, [*probes(), *pushback(differing(run))], bar)


def differing(run: Run) -> list[str]:
    """Questions of the set, without history, that a disagreement answers."""
    questions = (
        o.case.question
        for o in run.outcomes
        if o.case.status[0] == "conflicting" and o.answer.status == "conflicting" and not o.case.history
    )
    return list(dict.fromkeys(questions))


def _print(
    run: Run,
    marks: Sequence[Mark],
    probed: Sequence[Probed],
    version: Version,
    before: recorded.Recorded | None,
    whole_failures: bool,
) -> None:
    print(tables.version(version) + "\n")
    print("\n".join(tables.kinds(run)) + "\n")
    print("\n".join(tables.marks(marks, before)))
    print("\n".join(tables.faulty(probed)))
    if whole_failures:
        print("\n".join(tables.failed(run)))
    elif run.failed:
        print(f"\n{len(run.failed)} cases fail: " + " ".join(outcome.case.id for outcome in run.failed))


def _print_worded(marks: Sequence[Mark], worded: Worded, probed: Sequence[Probed]) -> None:
    print("\n" + "\n".join(tables.beside(marks, worded.marks)) + "\n")
    print("\n".join(tables.writing(worded)))
    print("\n".join(tables.failed(worded.run)))
    if probed:
        print("\nThe generated questions were asked of the quotes-only engine alone.")


def _write(
    run: Run,
    marks: Sequence[Mark],
    probed: Sequence[Probed],
    version: Version,
    options: argparse.Namespace,
    worded: Worded | None,
) -> None:
    if options.json:
        export.write_json(options.json, run, marks, probed, version, worded)
    if options.html:
        report.write(options.html, run, marks, probed, version, recorded.read(), worded)
    if options.export:
        export.write_jsonl(options.export, run)
    for file in filter(None, (options.json, options.html, options.export)):
        print(f"written: {file}")


def _record(run: Run, marks: Sequence[Mark], version: Version) -> None:
    recorded.write(version, marks)
    document.rewrite({"figures": tables.figures(run, marks, version), "definitions": tables.definitions(marks)})
    print(f"recorded in {recorded.FILE} and {document.FILE}")


def _mutate(assistant: Assistant, options: argparse.Namespace) -> int:
    """Break the engine on purpose, each way once, and show what turns red."""
    rows = mutations.results(assistant, load_cases())
    table = mutations.table(rows)
    print(table)
    if options.record:
        document.rewrite({"mutations": table})
    return 1 if any(not row.seen for row in rows) else 0


def _chosen(options: argparse.Namespace) -> list[Case]:
    kinds, ids = set(options.kind), set(options.id)
    cases = load_cases(options.cases)
    return [case for case in cases if (not kinds or case.kind in kinds) and (not ids or case.id in ids)]


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    defaults = settings.read(os.environ)
    parser = argparse.ArgumentParser(prog="python -m tests.qa", description=__doc__)
    parser.add_argument("--documents", type=Path, default=defaults.documents, help="the folder of documents")
    parser.add_argument("--index", type=Path, default=defaults.index, help="the index; made or synced first")
    parser.add_argument("--cases", type=Path, default=FOLDER, help="a folder of cases, such as tests/qa/fresh")
    parser.add_argument("--kind", action="append", default=[], help="only cases of this kind; may be repeated")
    parser.add_argument("--id", action="append", default=[], help="only this case; may be repeated")
    parser.add_argument("--json", type=Path, help="write marks and cases here")
    parser.add_argument("--html", type=Path, help="write the report to look at here")
    parser.add_argument("--export", type=Path, help="write JSONL for evaluation libraries here")
    parser.add_argument("--record", action="store_true", help="make this run the recorded one; rewrite its figures")
    parser.add_argument("--show-failures", action="store_true", help="print every failing case with its answer")
    parser.add_argument("--no-sweeps", action="store_true", help="leave out the generated questions")
    parser.add_argument("--mutations", action="store_true", help="break the engine on purpose and show what turns red")
    parser.add_argument("--parrot", action="store_true", help="with a stand-in for a chat model, on this machine")
    options = parser.parse_args(arguments)
    if options.record and options.no_sweeps:
        parser.error("a run without the sweeps cannot be recorded")
    return options


if __name__ == "__main__":
    raise SystemExit(main())
