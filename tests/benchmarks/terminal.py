"""From the start of a process to its first answer in the terminal, and the memory it takes, the index being built.

    python -m tests.benchmarks.terminal --json FILE

`python -m assistant ask ...` and a fresh process of the tutorial pipeline, which retrieves and no more, start in turn.
Also what imports cost: those that asking does, and those that it leaves out.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from statistics import median
from typing import Any

from index.progress import ProgressBar
from tests.benchmarks import alternative
from tests.benchmarks.alternative import ROOT, NoAlternative
from tests.benchmarks.figures import Figure, add_json, compared, finish

QUESTIONS = (
    "Can an aesthetician do laser resurfacing in California?",
    "Who should perform Botox?",
    "How long does a treatment take?",
    "What happens at the first consultation?",
    "Are microneedling and chemical peels medical procedures?",
)
RETRIEVAL = "a fresh process of the tutorial pipeline to its first retrieval"
LEFT_OUT = ("chromadb", "langchain_core.runnables", "bm25s", "gradio", "torch", "sentence_transformers")
MOST_TIME, AIM, MOST_MEMORY = 1 / 3, 1 / 5, 0.5
SHOWN = 12  # packages of asking that are listed, the dearest ones
_IMPORTED = re.compile(r"import time:\s+(\d+) \|\s+\d+ \| ( *)([\w.]+)")


@dataclass(frozen=True, slots=True)
class Started:
    """One process from its start to its end."""

    seconds: float  # to the first byte it says
    megabytes: float  # resident, the most it had
    processor: float  # seconds of all cores, to its end
    said: str


class Failed(Exception):
    """A process did not do what is measured; shown as it stands, in one sentence."""


def main() -> None:
    options = _options()
    options.work.mkdir(parents=True, exist_ok=True)
    alternative.build(options.alternative, options.documents, options.work / "tutorial")
    ours = [sys.executable, "-m", "assistant", "ask", "--documents", str(options.documents.absolute())]
    ours += ["--index", str((options.work / "terminal-index").absolute())]
    theirs = alternative.command(options.alternative, "ask", "--store", str((options.work / "tutorial").absolute()))
    runs = measured({"ours": ours, "theirs": theirs}, options.runs)
    imports, own = import_seconds(options.imports), imported_ms(ours)
    finish(figures(runs["ours"], runs["theirs"], imports, own), options.json)
    for part in parts(imports, own):
        shown = ", ".join(f"{name} {value:.3g}" for name, value in part["values"].items())
        print(f"\n{part['title']}, {part['unit']}: {shown}")


def measured(commands: Mapping[str, Sequence[str]], runs: int) -> dict[str, list[Started]]:
    """Each command so many times, in turn, after one that does not count: it builds what is missing."""
    bar = ProgressBar(unit="rounds")
    started: dict[str, list[Started]] = {name: [] for name in commands}
    for number in range(runs + 1):
        for name, command in commands.items():
            process = run([*command, QUESTIONS[number % len(QUESTIONS)]])
            if name == "ours" and "[1]" not in process.said:
                raise Failed(f"The assistant cited nothing: {process.said[:200]}")
            if number:
                started[name].append(process)
        bar("starting in turn", number, runs)
    bar.close()
    return started


def run(command: Sequence[str]) -> Started:
    """Run a command to its end. Raises Failed where it fails."""
    with tempfile.TemporaryFile() as errors:
        begin = time.perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=errors)
        assert process.stdout
        first = os.read(process.stdout.fileno(), 1 << 16)
        seconds = time.perf_counter() - begin
        said = (first + process.stdout.read()).decode()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        process.stdout.close()
        if process.returncode or not first:
            errors.seek(0)
            raise Failed(f"{' '.join(command[:4])} failed: {errors.read().decode()[-300:]}")
    scale = 1 if sys.platform == "darwin" else 1024  # bytes there, kilobytes elsewhere
    return Started(seconds, usage.ru_maxrss * scale / 1e6, usage.ru_utime + usage.ru_stime, said)


def import_seconds(runs: int) -> dict[str, float]:
    """What the imports that asking leaves out cost alone, each in a fresh process less an empty one, by name."""
    installed = [name for name in LEFT_OUT if find_spec(name.split(".")[0])]
    seconds: dict[str, list[float]] = {name: [] for name in ("", *installed)}
    bar = ProgressBar(unit="rounds")
    for number in range(runs):
        for name, taken in seconds.items():
            begin = time.perf_counter()
            subprocess.run([sys.executable, "-c", f"import {name}" if name else ""], check=True, cwd=ROOT)
            taken.append(time.perf_counter() - begin)
        bar("importing what is left out", number + 1, runs)
    bar.close()
    empty = median(seconds.pop(""))
    return {name: max(0.0, median(taken) - empty) for name, taken in seconds.items()}


def imported_ms(command: Sequence[str]) -> dict[str, float]:
    """What the imports of asking take, by top package, the dearest first; measured with `-X importtime`."""
    timed = [command[0], "-X", "importtime", *command[1:], QUESTIONS[0]]
    done = subprocess.run(timed, cwd=ROOT, capture_output=True, text=True, check=True)
    return by_package(done.stderr.splitlines())


def by_package(lines: Sequence[str]) -> dict[str, float]:
    """Milliseconds of every module's own code, summed by top package, from the lines of `-X importtime`."""
    packages: dict[str, float] = {}
    for line in lines:
        if found := _IMPORTED.match(line):
            name = found[3].split(".")[0]
            name = "Python's own" if name in sys.stdlib_module_names else name
            packages[name] = packages.get(name, 0.0) + int(found[1]) / 1000
    return dict(sorted(packages.items(), key=lambda item: -item[1]))


def figures(
    ours: Sequence[Started], theirs: Sequence[Started], imports: Mapping[str, float], own: Mapping[str, float]
) -> list[Figure]:
    """The figures with their marks."""

    def middle(runs: Sequence[Started], of: Callable[[Started], float]) -> float:
        return median(of(one) for one in runs)

    detail = {"runs": len(ours), "aim": f"at most {AIM:g}", "parts": parts(imports, own)}
    return [
        compared(
            "start of a process to its first answer in the terminal",
            middle(ours, lambda one: one.seconds), middle(theirs, lambda one: one.seconds),
            "s", RETRIEVAL, at_most=round(MOST_TIME, 3), detail=detail,
        ),
        compared(
            "processor time of all that",
            middle(ours, lambda one: one.processor), middle(theirs, lambda one: one.processor), "s", RETRIEVAL,
        ),
        compared(
            "resident memory while answering in the terminal",
            middle(ours, lambda one: one.megabytes), middle(theirs, lambda one: one.megabytes),
            "MB", RETRIEVAL, at_most=MOST_MEMORY, detail={"runs": len(ours)},
        ),
    ]  # fmt: skip


def parts(left_out: Mapping[str, float], own: Mapping[str, float]) -> list[dict[str, Any]]:
    """Both kinds of imports, for tables."""
    return [
        {"title": "Imports that asking leaves out, each alone", "unit": "s", "values": dict(left_out)},
        {
            "title": "Imports of asking, by package, under a clock that slows them",
            "unit": "ms",
            "values": dict([*own.items()][:SHOWN]),
        },
    ]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_json(parser)
    alternative.add_alternative(parser)
    parser.add_argument("--runs", type=int, default=5, help="of each, after one that does not count (5)")
    parser.add_argument("--imports", type=int, default=3, help="of each import (3)")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        main()
    except (Failed, NoAlternative, OSError) as problem:
        sys.exit(str(problem))
