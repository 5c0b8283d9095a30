"""Counts and lists the questions of public test sets that triage takes for red flags: false alarms, all of them.

    python -m tests.benchmarks.triage --data DIR [DIR ...]

Each DIR holds a `queries.jsonl` in the BEIR layout; user turns of a "history" count as questions too.
"""

import argparse
import json
import time
from collections.abc import Iterator
from pathlib import Path

from assistant.triage import triage
from assistant.types import Turn, history_from


def questions(folder: Path) -> Iterator[tuple[str, tuple[Turn, ...]]]:
    """Every user turn of the set, each with the turns before it, once."""
    seen: set[tuple[str, tuple[Turn, ...]]] = set()
    for line in (folder / "queries.jsonl").read_text("utf-8").splitlines():
        query = json.loads(line)
        turns = (*history_from(query.get("history", ())), Turn("user", query["text"]))
        for index, turn in enumerate(turns):
            case = (turn.text, turns[:index])
            if turn.role == "user" and case not in seen:
                seen.add(case)
                yield case


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, nargs="+", required=True, metavar="DIR")
    for folder in parser.parse_args().data:
        alarms, seconds = [], []
        for question, history in questions(folder):
            start = time.perf_counter()
            found = triage(question, history)
            seconds.append(time.perf_counter() - start)
            if found:
                alarms.append(f"  {found.level}, {found.flag}: {question}")
        slowest, middle = max(seconds) * 1000, sorted(seconds)[len(seconds) // 2] * 1000
        print(
            f"{folder.name}: {len(alarms)} alarms of {len(seconds)} turns; {middle:.2f} ms median, {slowest:.1f} ms max"
        )
        print("\n".join(alarms))


if __name__ == "__main__":
    main()
