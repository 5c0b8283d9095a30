"""How well questions of a conversation find their document, asked of the whole assistant with what was said before.

    python -m tests.benchmarks.conversations --data DIR --cache DIR

DIR holds `corpus.jsonl` {_id, title, text} and `queries.jsonl` {_id, text, history, document}: what a user says, what
was said before it (oldest first, {role, content}) and the document that answers it. Two things are measured: turns with
a history; and changes of topic, which are turns without one, asked alone and after a conversation about another
document.
"""

import argparse
import json
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from assistant.engine import Assistant
from assistant.types import Answer, Turn, history_from
from corpus.types import Document
from index.errors import IndexProblem
from index.passages import PassageIndex
from index.progress import ProgressBar
from index.sync import sync
from tests.benchmarks import beir

SEED = 5
Ask = Callable[[str, Sequence[Turn]], Answer]


@dataclass(frozen=True, slots=True)
class UserTurn:
    """What a user says, what was said before, and the id of the document that answers it."""

    text: str
    history: tuple[Turn, ...]
    document: str


class BadData(Exception):
    """Shown as it stands, in one sentence."""


def main() -> None:
    options = _options()
    documents, turns = read(options.data)
    follow_ups = sampled([turn for turn in turns if turn.history], options.limit)
    first = sampled([turn for turn in turns if not turn.history], options.limit)
    changes = [change for seed in range(options.histories) for change in changed(first, turns, SEED + seed)]
    ask = Assistant(_index(documents, options.cache / options.data.name)).ask
    for name, asked in (
        ("follow-ups", follow_ups),
        ("first turns alone", first),
        ("first turns after another conversation", changes),
    ):
        ranks = _ranks(name, asked, ask)
        print(f"{name:40} top 1 {share(ranks, 1):.3f}   top 5 {share(ranks, 5):.3f}   of {len(ranks)}", flush=True)
        if asked is first:
            alone = share(ranks, 1)
    print(f"{'a change of topic costs':40} top 1 {alone - share(ranks, 1):+.3f}")


def read(folder: Path) -> tuple[tuple[Document, ...], tuple[UserTurn, ...]]:
    """The documents and the user's turns of a set. Raises BadData where it is not in the layout."""
    documents = tuple(
        Document(id=row["_id"], title=row.get("title", ""), text=row["text"])
        for row in _rows(folder / "corpus.jsonl", "_id", "text")
    )
    turns = tuple(
        UserTurn(row["text"], history_from(row["history"]), row["document"])
        for row in _rows(folder / "queries.jsonl", "text", "history", "document")
    )
    unknown = {turn.document for turn in turns} - {document.id for document in documents}
    if unknown:
        raise BadData(f"{folder / 'queries.jsonl'} names a document that corpus.jsonl lacks: {min(unknown)!r}.")
    if not any(turn.history for turn in turns) or all(turn.history for turn in turns):
        raise BadData(f"{folder / 'queries.jsonl'} needs both turns with a history and turns without one.")
    return documents, turns


def _rows(path: Path, *keys: str) -> Iterator[dict[str, Any]]:
    if not path.is_file():
        raise BadData(f"There is no file {path}.")
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                row = json.loads(line)
            except ValueError:
                raise BadData(f"Line {number} of {path} is not JSON.") from None
            missing = [key for key in keys if not isinstance(row, dict) or key not in row]
            if missing:
                raise BadData(f"Line {number} of {path} lacks {' and '.join(map(repr, missing))}.")
            yield row


def sampled(turns: Sequence[UserTurn], limit: int | None) -> list[UserTurn]:
    """All turns, or `limit` of them from all over the set, always the same ones."""
    if limit is None or limit >= len(turns):
        return list(turns)
    return random.Random(SEED).sample(turns, limit)


def changed(first: Sequence[UserTurn], turns: Sequence[UserTurn], seed: int) -> list[UserTurn]:
    """Each turn after the history of one about another document. Raises BadData where there is no other."""
    draw = random.Random(seed)
    changes = []
    for turn in first:
        others = [other.history for other in turns if other.history and other.document != turn.document]
        if not others:
            raise BadData("A change of topic needs conversations about two documents at least.")
        changes.append(replace(turn, history=draw.choice(others)))
    return changes


def rank(answer: Answer, document: str) -> int | None:
    """The place, from 1, of a document among the distinct ones in the order of the answer's hits."""
    found = list(dict.fromkeys(hit.passage.document_id for hit in answer.hits))
    return found.index(document) + 1 if document in found else None


def share(ranks: Sequence[int | None], k: int) -> float:
    """The part of the turns whose document is among the first k."""
    return sum(place is not None and place <= k for place in ranks) / len(ranks)


def _ranks(name: str, turns: Sequence[UserTurn], ask: Ask) -> list[int | None]:
    bar = ProgressBar(unit="turns")
    ranks = []
    for number, turn in enumerate(turns, start=1):
        ranks.append(rank(ask(turn.text, turn.history), turn.document))
        bar(name, number, len(turns))
    bar.close()
    return ranks


def _index(documents: Sequence[Document], folder: Path) -> PassageIndex:
    bar = ProgressBar()
    started = time.perf_counter()
    report = sync(beir.as_corpus(documents), folder, force=True, tell=print, progress=bar)
    bar.close()
    print(f"index ready after {time.perf_counter() - started:.1f} s, {report.embedded} passages embedded")
    return PassageIndex.open(folder)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="corpus.jsonl and queries.jsonl")
    parser.add_argument("--cache", type=Path, required=True, help="where indexes and vectors are kept between runs")
    parser.add_argument("--limit", type=_positive, help="at most so many follow-ups, and so many first turns")
    parser.add_argument(
        "--histories", type=_positive, default=1, help="so many other conversations before each first turn (1)"
    )
    return parser.parse_args()


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


if __name__ == "__main__":
    try:
        main()
    except (BadData, IndexProblem, OSError) as problem:
        sys.exit(str(problem))
