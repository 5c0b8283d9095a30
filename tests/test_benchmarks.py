"""What the speed benchmarks do with what they measure: clocks, figures, larger collections, the page of figures."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant import engine
from corpus.types import Corpus
from tests.benchmarks import alternative, report, stages, terminal
from tests.benchmarks.alternative import NoAlternative
from tests.benchmarks.asking import copied, lengthened, questions
from tests.benchmarks.figures import BadFigures, Figure, compared, percentile, read, write
from tests.benchmarks.machine import processor
from tests.benchmarks.pipeline import OURS, Measured, in_turn
from tests.benchmarks.stages import OTHER, STAGES, StageClock, clocked

ROOT = Path(__file__).parents[1]


def ticking() -> Iterator[float]:
    """A clock that is a second later each time it is read."""
    yield from map(float, range(10_000))


class TestStages:
    def test_a_stage_inside_another_is_not_counted_twice(self) -> None:
        clock = StageClock(ticking().__next__)
        inner = clock.around("embed", lambda: None)
        clock.around("search", lambda: (inner(), inner()))()
        assert clock.taken() == {"search": 3.0, "embed": 2.0}
        assert clock.taken() == {}

    def test_a_stage_that_fails_is_over(self) -> None:
        clock = StageClock(ticking().__next__)
        with pytest.raises(ZeroDivisionError):
            clock.around("search", lambda: 1 / 0)()
        clock.around("verify", lambda: None)()
        assert clock.taken() == {"search": 1.0, "verify": 1.0}

    def test_every_function_that_is_timed_is_the_engines(self) -> None:
        for places in STAGES.values():
            for owner, name in places:
                assert callable(getattr(owner, name, None)), f"{owner} has no {name}: give its stage another"
        assert {*STAGES, "embed", OTHER} == set(stages.ORDER)

    def test_clocks_are_taken_off_again(self) -> None:
        before, clock = engine.triage, StageClock()
        with clocked(clock):
            assert engine.triage("I cannot breathe", ())
        assert engine.triage is before
        assert clock.taken().keys() == {"triage"}

    def test_stages_add_up_to_the_whole_answer(self) -> None:
        measured = Measured()
        for whole in (1.0, 2.0, 3.0):
            measured.add({OURS: whole}, {"search": whole / 2, "embed": whole / 4})
        assert sum(measured.stage_ms().values()) == pytest.approx(2000)
        assert measured.stage_ms()[OTHER] == pytest.approx(500)

    def test_each_way_begins_in_turn(self) -> None:
        order: list[str] = []
        ways = {name: (lambda _, name=name: order.append(name) or 1.0) for name in "abc"}
        for number in range(3):
            in_turn(ways, "?", first=number)
        assert "".join(order) == "abcbcacab"


class TestCollections:
    def test_copies_are_other_documents_that_say_the_same(self, sources: Corpus) -> None:
        larger = copied(sources, 3)
        assert len({document.id for document in larger.documents}) == 3 * len(sources.documents)
        assert len(larger.passages) == 3 * len(sources.passages)
        assert {document.text for document in larger.documents} == {document.text for document in sources.documents}

    @pytest.mark.parametrize("larger", [copied, lengthened])
    def test_every_passage_stands_in_its_document(self, sources: Corpus, larger: object) -> None:
        corpus = larger(sources, 3)
        texts = {document.id: document.text for document in corpus.documents}
        assert all(texts[it.document_id][it.start : it.end] == it.text for it in corpus.passages)
        assert len(set(corpus.passages)) == 3 * len(sources.passages)

    def test_questions_are_asked_once(self) -> None:
        drawn = questions(400)
        assert len({question.casefold() for question in drawn}) == len(drawn) == 400
        assert drawn[:50] == questions(50)


class TestFigures:
    def test_a_figure_is_read_as_it_was_written(self, tmp_path: Path) -> None:
        figures = [
            compared("a", 3.0, 2.0, "ms", "b", at_most=2, detail={"sizes": [1, 2]}),
            compared("c", 1, 2, "s", "d"),
        ]
        write(figures, tmp_path / "deep" / "a.json")
        assert read(tmp_path / "deep" / "a.json") == figures
        assert [(it.ratio, it.mark, it.met) for it in figures] == [(1.5, "at most 2", True), (0.5, "", True)]

    def test_a_mark_may_be_missed(self) -> None:
        assert not compared("a", 3.0, 2.0, "ms", "b", at_most=1).met

    @pytest.mark.parametrize("text", ["", "{", '[{"name": "a"}]', "3"])
    def test_a_file_without_figures_is_named(self, tmp_path: Path, text: str) -> None:
        (tmp_path / "a.json").write_text(text)
        with pytest.raises(BadFigures, match=r"a\.json"):
            read(tmp_path / "a.json")

    def test_percentiles(self) -> None:
        assert percentile([float(n) for n in range(101)], 95) == 95.0
        assert percentile([7.0], 95) == 7.0


class TestPage:
    def page(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, **figures: list[Figure]) -> str:
        page = tmp_path / "performance.md"
        page.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n")
        for name, of in figures.items():
            write(of, tmp_path / f"{name}.json")
        given = ["report", "--figures", str(tmp_path), "--page", str(page), "--plots", str(tmp_path / "plots")]
        monkeypatch.setattr(sys, "argv", given)
        report.main()
        return page.read_text()

    def test_figures_stand_between_the_markers(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        figures = [
            compared("an answer", 3.0, 2.0, "ms", "x|y", at_most=1),
            compared("an answer", 3.0, 6.0, "ms", "z", at_most=1),
        ]
        page = self.page(tmp_path, monkeypatch, terminal=figures)
        assert page.startswith(f"before\n{report.BEGIN}\n")
        assert page.endswith(f"{report.END}\nafter\n")
        assert "old" not in page
        assert "| an answer | 3 ms | 2 ms: x\\|y | 1.5 | at most 1: **missed** |" in page
        assert "|  | 3 ms | 6 ms: z | 0.5 | at most 1: met |" in page

    def test_what_was_not_measured_is_said(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        page = self.page(tmp_path, monkeypatch, terminal=[])
        assert page.count("Not measured") == len(report.BENCHMARKS) - 1
        assert "### Large collections\nNot measured in this run: `make bench-large DATA=DIR` does." in page

    def test_a_page_without_markers_is_refused(self) -> None:
        with pytest.raises(BadFigures, match="markers"):
            report.placed("no markers", "figures")

    def test_amounts_have_the_digits_that_count(self) -> None:
        assert [report.amount(value) for value in (0, 0.001234, 4.567, 45.67, 456.7, 12345.6)] == [
            *("0", "0.00123", "4.57", "45.7", "457", "12,346"),
        ]

    def test_lines_are_drawn_of_sizes_and_bars_of_stages(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        drawn: list[tuple[object, ...]] = []
        monkeypatch.setattr(report.drawing, "lines", lambda *given: drawn.append(given[2:]))
        monkeypatch.setattr(report.drawing, "bars", lambda *given: drawn.append(given[2:]))
        own = {"x": "users", "sizes": [1, 2], "lines": {"p95": [3, 4], "short": [3]}}
        figures = [
            compared("a", 1, 2, "ms", "b", detail={"stages": {"search": 1.0}}),
            compared("c", 1, 2, "ms", "d", detail=own),
            compared("e", 1, 2, "ms", "f", detail={"x": "users", "sizes": [1, 2], "values": [5, 6]}),
        ]
        shown = list(report.plots("chats", figures, tmp_path))
        assert drawn == [("ms", {"search": 1.0}), ("users", "ms", (1, 2), {"p95": [3, 4], "e": [5, 6]})]
        assert len({plot.path for plot in shown}) == 2


class TestTerminal:
    LINES = (
        "import time: self [us] | cumulative | imported package",
        "import time:      1000 |       1000 |   numpy._core",
        "import time:      2000 |       3000 | numpy",
        "import time:       500 |        500 |     json.decoder",
        "Sources differ",
    )

    def test_imports_are_summed_by_package(self) -> None:
        assert terminal.by_package(self.LINES) == {"numpy": 3.0, "Python's own": 0.5}

    def test_a_process_is_timed_and_weighed(self) -> None:
        hello = terminal.run([sys.executable, "-c", "import time; print('hello', flush=True); time.sleep(0.3)"])
        assert hello.said == "hello\n"
        assert hello.seconds > 0

    def test_what_is_weighed_is_the_process(self) -> None:
        """From a small process, as the benchmark is: Linux counts what the starting one holds as its child's too."""
        weigh = "from tests.benchmarks.terminal import run; print(run([{!r}, '-c', {!r}]).megabytes)"
        small, large = (
            float(subprocess.check_output([sys.executable, "-c", weigh.format(sys.executable, code)], cwd=ROOT))
            for code in ("print()", "print(len('x' * 300_000_000))")
        )
        assert 1 < small < 250 < large < 1000

    def test_a_process_that_fails_is_no_measurement(self) -> None:
        with pytest.raises(terminal.Failed, match="no such thing"):
            terminal.run([sys.executable, "-c", "raise SystemExit('no such thing')"])

    @pytest.mark.slow
    def test_what_is_said_to_be_left_out_is_not_imported(self, real_index: Path) -> None:
        ask = [sys.executable, "-X", "importtime", "-m", "assistant", "ask", terminal.QUESTIONS[0]]
        ask += ["--index", str(real_index)]
        subprocess.run(ask, cwd=ROOT, capture_output=True, check=True, timeout=300)  # whatever had to be synced is
        done = subprocess.run(ask, cwd=ROOT, capture_output=True, text=True, check=True, timeout=300)
        packages = terminal.by_package(done.stderr.splitlines())
        assert {"assistant", "onnxruntime"} <= packages.keys()
        left_out = {name.split(".")[0] for name in terminal.LEFT_OUT} | {"transformers", "langchain", "fastapi"}
        assert packages.keys() & left_out == set()


class TestAlternative:
    def test_a_missing_environment_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(NoAlternative, match="make bench"):
            alternative.build(tmp_path / "python", tmp_path, tmp_path / "store")

    def test_a_built_store_is_left_alone(self, tmp_path: Path) -> None:
        alternative.build(tmp_path / "no-python", tmp_path, tmp_path)

    def test_it_is_asked_through_a_pipe(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        script = tmp_path / "serve.py"
        script.write_text(
            "import json, sys\n"
            "print(json.dumps({'ready': True}), flush=True)\n"
            "for line in sys.stdin: print(json.dumps({'seconds': len(json.loads(line)['text'])}), flush=True)\n"
        )
        monkeypatch.setattr(alternative, "command", lambda *_: [sys.executable, str(script)])
        with alternative.Alternative(Path(sys.executable), tmp_path) as serving:
            assert [serving.seconds("retrieve", text) for text in ("one", "three")] == [3.0, 5.0]


def test_the_processor_is_named(tmp_path: Path) -> None:
    (tmp_path / "cpuinfo").write_text("processor : 0\nmodel name\t: Some Make 9\nflags : x\n")
    assert processor(tmp_path / "cpuinfo") == "Some Make 9"
    assert processor(tmp_path / "none")


@pytest.mark.parametrize("name", ["pipeline", "terminal", "report", "tutorial"])
def test_every_benchmark_explains_itself(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", f"tests.benchmarks.{name}", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "usage:" in done.stdout


def test_figures_keep_what_others_need() -> None:
    """The names by which every benchmark writes and the page reads."""
    fields = {"name", "ours", "theirs", "unit", "against", "ratio", "mark", "met", "detail"}
    assert fields == set(Figure.__dataclass_fields__)
    assert json.dumps(compared("a", 1, 2, "s", "b").ratio) == "0.5"
