"""The regression set, asked once: the contract case by case, the marks against the recorded run, and the sweeps."""

import json
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from assistant.answering import answering
from assistant.chat.model import open_model
from assistant.engine import Assistant
from corpus.types import Corpus
from index.passages import PassageIndex
from tests.chat.parrot import parrot
from tests.chat.server import ChatServer
from tests.qa import recorded, report, tables
from tests.qa.__main__ import differing
from tests.qa.cases import Case, load_cases
from tests.qa.checks import contract_failures, plain, said_before
from tests.qa.export import samples, write_json
from tests.qa.figures import Mark
from tests.qa.marks import marks_of, sweep_marks
from tests.qa.run import ROOT, Outcome, Run, Version, run_cases
from tests.qa.sweeps import Probed, probe_all, probes, pushback
from tests.qa.writing import Worded, lost

LEAST_CASES = 300
KINDS = 26

slow = pytest.mark.slow


@pytest.fixture(scope="session")
def assistant(real_index: Path) -> Assistant:
    return Assistant(PassageIndex.open(real_index))


@pytest.fixture(scope="session")
def run(assistant: Assistant, sources: Corpus) -> Run:
    """Every case asked once, by the one path."""
    return run_cases(assistant, load_cases(), sources.passages)


@pytest.fixture(scope="session")
def outcomes(run: Run) -> dict[str, Outcome]:
    return {outcome.case.id: outcome for outcome in run.outcomes}


@pytest.fixture(scope="session")
def probed(assistant: Assistant, run: Run) -> list[Probed]:
    """Every generated question."""
    return probe_all(assistant, [*probes(), *pushback(differing(run))])


@pytest.fixture(scope="session")
def marks(run: Run, probed: list[Probed]) -> list[Mark]:
    return [*marks_of(run), *sweep_marks(probed)]


def test_the_set_is_large_and_its_ids_are_unique() -> None:
    ids = Counter(case.id for case in load_cases())
    assert len(ids) >= LEAST_CASES
    assert [id for id, times in ids.items() if times > 1] == []
    assert len({case.kind for case in load_cases()}) >= KINDS


def test_gold_quotes_stand_in_the_documents(sources: Corpus) -> None:
    texts = {document.id: plain(document.text) for document in sources.documents}
    lost = {(case.id, gold.text) for case in load_cases() for gold in case.quotes
            if plain(gold.text) not in texts[gold.document]}  # fmt: skip
    assert lost == set()


def test_wordings_of_a_family_expect_the_same() -> None:
    expected: dict[str, set[tuple[object, ...]]] = {}
    for case in load_cases():
        if case.family:
            expected.setdefault(case.family, set()).add((case.status, frozenset(case.quotes)))
    assert {family for family, wanted in expected.items() if len(wanted) > 1} == set()


@slow
@pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in load_cases()])
def test_contract(case: Case, outcomes: dict[str, Outcome]) -> None:
    assert contract_failures(outcomes[case.id].answer, said_before(case)) == []


@slow
def test_no_mark_falls_below_the_recorded_run(run: Run, marks: list[Mark], probed: list[Probed]) -> None:
    before = recorded.read()
    assert before is not None
    fallen = recorded.fallen(marks, before)
    assert not fallen, "\n".join([*fallen, *tables.failed(run), *tables.faulty(probed)])


@slow
def test_safety_holds_whatever_was_recorded(marks: list[Mark]) -> None:
    never = {"emergency", "alarms_twins", "exact", "obeyed", "states", "misattributed"}
    never |= {mark.id for mark in marks if mark.id.startswith("unsupported")}
    assert {mark.name: mark.shown for mark in marks if mark.id in never and not mark.met} == {}


@slow
def test_the_report_holds_every_mark_and_fetches_nothing(run: Run, marks: list[Mark], probed: list[Probed]) -> None:
    page = report.page(run, marks, probed, Version.now(ROOT / "corpus" / "documents", len(run.outcomes)), None)
    assert all(mark.shown in page for mark in marks)
    assert all(f"<code>{outcome.case.id}</code>" in page for outcome in run.failed)
    assert not any(word in page for word in ("<script", "src=", "href=", "@import", "url("))


@slow
def test_samples_carry_the_names_that_evaluation_libraries_read(run: Run) -> None:
    every = list(samples(run))
    assert len(every) == len(run.outcomes)
    assert {"user_input", "retrieved_contexts", "response", "reference"} <= set(every[0])
    assert all(isinstance(context, str) for sample in every for context in sample["retrieved_contexts"])


SAMPLE = 8  # every eighth case: about sixty, of all kinds


@pytest.fixture(scope="session")
def worded(assistant: Assistant, sources: Corpus) -> Worded:
    """A sample of the cases with a stand-in for a chat model."""
    with ChatServer(parrot) as server:
        model = open_model("openai:parrot", base_url=server.openai_url, api_key="none")
        sample = run_cases(answering(assistant, model), load_cases()[::SAMPLE], sources.passages)
        model.close()
    return Worded("openai:parrot", sample, tuple(marks_of(sample)))


@slow
def test_a_chat_model_costs_no_goal(run: Run, worded: Worded) -> None:
    ids = {outcome.case.id for outcome in worded.run.outcomes}
    alone = Run(tuple(outcome for outcome in run.outcomes if outcome.case.id in ids), run.passages)
    assert worded.held >= 10
    assert lost(marks_of(alone), worded.marks) == []
    assert all(not contract_failures(o.answer, said_before(o.case)) for o in worded.run.outcomes)
    statuses = {o.case.id: (o.answer.status, o.answer.confidence) for o in alone.outcomes}
    assert {o.case.id: (o.answer.status, o.answer.confidence) for o in worded.run.outcomes} == statuses


@slow
def test_both_engines_stand_side_by_side(run: Run, marks: list[Mark], worded: Worded, tmp_path: Path) -> None:
    version = Version.now(ROOT / "corpus" / "documents", len(run.outcomes))
    page = report.page(run, marks, [], version, None, worded)
    table = "\n".join([*tables.beside(marks, worded.marks), *tables.writing(worded)])
    write_json(tmp_path / "qa.json", run, marks, [], version, worded)
    written = json.loads((tmp_path / "qa.json").read_text("utf-8"))["chat"]
    assert (written["model"], written["prompts"]) == ("openai:parrot", worded.prompts)
    for mark in worded.marks:
        assert mark.name in table
        assert mark.name in page
        assert {"id": mark.id, "value": mark.value}.items() <= next(
            m for m in written["marks"] if m["id"] == mark.id
        ).items()
    for _, value in worded.figures():
        assert value in table
    assert written["tokens_in"] > 0 < written["tokens_out"]
    assert not any(word in page for word in ("<script", "src=", "href="))


@slow
def test_the_command_answers_one_case(real_index: Path, tmp_path: Path) -> None:
    index = shutil.copytree(real_index, tmp_path / "index")
    files = [f"--{kind}={tmp_path / kind}" for kind in ("json", "html", "export")]
    command = [sys.executable, "-m", "tests.qa", "--id", "em-vision-loss", "--index", str(index), *files]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    assert "1/1" in done.stdout
    assert all((tmp_path / kind).stat().st_size for kind in ("json", "html", "export"))
