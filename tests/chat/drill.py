"""The replies of drill/*.yaml through the checks of strings and meaning: `python -m tests.chat.drill` prints a table.

They were written and labelled by somebody who did not know the checks. Half of them is held out: whoever improves the
checks looks at the development half only, so misses of the other half are printed on request alone.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from time import perf_counter
from typing import Any

import yaml

from assistant.chat import meaning, strings
from assistant.chat.claims import Written
from assistant.types import Quote
from corpus import load
from corpus.types import BlockKind, Document, Passage, Speaker

ROOT = Path(__file__).parents[2]
FOLDER = Path(__file__).with_name("drill")
DEVELOPMENT, HELD_OUT = "development", "held-out"
CLEAN = "clean"


@dataclass(frozen=True, slots=True)
class Drill:
    """One sentence of a model with all that it was shown."""

    id: str
    defect: str  # "clean", or what is wrong with it
    split: str
    question: str
    shown: tuple[Quote, ...]  # the passages, whole, numbered from 1 by their place
    written: Written
    why: str


@dataclass(frozen=True, slots=True)
class Result:
    """What the checks found in one sentence."""

    drill: Drill
    found: tuple[str, ...]

    @property
    def right(self) -> bool:
        """Whether it is shown and clean, or dropped and not."""
        return bool(self.found) != (self.drill.defect == CLEAN)


@cache
def drills(folder: Path = FOLDER) -> tuple[Drill, ...]:
    """All of them, by file."""
    corpus = load(ROOT / "corpus" / "documents")
    documents = {document.id: document for document in corpus.documents}
    known = {(passage.document_id, passage.text): passage for passage in corpus.passages}

    def quote(entry: dict[str, Any]) -> Quote:
        if document := documents.get(entry["document"]):
            passage = known[document.id, entry["text"]]
            return Quote(document, passage, passage.start, passage.end)
        return _made_up(entry)

    return tuple(
        Drill(
            id=entry["id"],
            defect=entry["defect"],
            split=entry["split"],
            question=entry["question"],
            shown=tuple(map(quote, entry["passages"])),
            written=Written(entry["text"], entry["passage"], tuple(map(str, entry["quotes"]))),
            why=entry.get("why", ""),
        )
        for file in sorted(folder.glob("*.yaml"))
        for entry in yaml.load(file.read_text("utf-8"), Loader=yaml.CSafeLoader)
    )


def _made_up(entry: dict[str, Any]) -> Quote:
    speaker = entry.get("speaker", "")
    document = Document(
        entry["document"],
        entry["document"],
        entry["text"],
        publisher=entry["publisher"],
        kind=entry["kind"],
        speakers=(Speaker(speaker),) if speaker else (),
    )
    passage = Passage(document.id, 0, document.text, BlockKind.PARAGRAPH, (), speaker)
    return Quote(document, passage, passage.start, passage.end)


def checked(drill: Drill) -> Result:
    """One sentence through the checks, in the order of `assistant.chat.writer`."""
    written, shown = drill.written, drill.shown
    found = strings.defects(written, shown, drill.question)
    if not found:
        found = meaning.support(written.text, written.quotes, shown[written.passage - 1], shown).defects
    return Result(drill, found)


def rates(results: Sequence[Result]) -> dict[tuple[str, str], tuple[int, int, int]]:
    """By defect and split: right, named as labelled, total."""
    counts: dict[tuple[str, str], tuple[int, int, int]] = {}
    for result in results:
        key = result.drill.defect, result.drill.split
        right, named, total = counts.get(key, (0, 0, 0))
        counts[key] = (right + result.right, named + (result.drill.defect in result.found), total + 1)
    return counts


def table(results: Sequence[Result]) -> Iterator[str]:
    """Right ones by defect and split; of a defect, how many were dropped for the reason they have."""
    counts = rates(results)
    yield f"{'':16} {'development':^29} {'held-out':^29}"
    yield f"{'defect':16} {'right':>16} {'named':>12} {'right':>16} {'named':>12}"
    kinds = sorted({defect for defect, _ in counts}, key=lambda kind: (kind != CLEAN, kind))
    every = [(kind, [kind]) for kind in kinds] + [("all defects", [kind for kind in kinds if kind != CLEAN])]
    for name, of in every:
        cells = []
        for split in (DEVELOPMENT, HELD_OUT):
            right, named, total = (
                sum(parts) for parts in zip(*(counts.get((k, split), (0, 0, 0)) for k in of), strict=True)
            )
            share = f"{right}/{total} {100 * right / max(total, 1):5.1f} %"
            cells.append(f"{share:>16} {'' if name == CLEAN else f'{named}/{total}':>12}")
        yield f"{name:16} {' '.join(cells)}".rstrip()


def misses(results: Sequence[Result], split: str) -> Iterator[str]:
    """Every wrong decision of a split: what was written, from what, and what the checks said."""
    for result in results:
        drill = result.drill
        if drill.split == split and not result.right:
            yield f"\n{drill.id} [{drill.defect}] found: {', '.join(result.found) or 'nothing'}"
            yield f"  text:  {drill.written.text}"
            yield from (f"  quote: {' '.join(quote.split())}" for quote in drill.written.quotes)
            yield f"  why:   {drill.why}" if drill.why else ""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chat.drill", description=__doc__)
    parser.add_argument("--counts", action="store_true", help="print the table only")
    parser.add_argument("--held-out", action="store_true", help="name misses of the held-out half too")
    options = parser.parse_args(arguments)
    sentences = drills()
    started = perf_counter()
    results = [checked(drill) for drill in sentences]
    seconds = perf_counter() - started
    print("\n".join(table(results)))
    print(f"{len(results)} sentences, {1000 * seconds / len(results):.1f} ms each")
    for split in () if options.counts else (DEVELOPMENT, *((HELD_OUT,) if options.held_out else ())):
        print(f"\n== misses, {split} ==" + "\n".join(misses(results, split)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
