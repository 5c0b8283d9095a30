"""The sentences of development.yaml with their sources; `python -m tests.chat.development` prints what is caught."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from time import perf_counter
from typing import Any

import yaml

from assistant.chat.meaning import support
from assistant.chat.quoted import locate
from corpus import load
from corpus.types import BlockKind, Document, Passage, Speaker

ROOT = Path(__file__).parents[2]
FILE = Path(__file__).with_name("development.yaml")
KINDS = ("negation", "hedge", "speaker", "procedure", "condition", "unsupported")


@dataclass(frozen=True, slots=True)
class Source:
    """A passage with its document, as the model is shown it."""

    document: Document
    passage: Passage


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the set: `kind` is "clean" or the defect it was written to have."""

    kind: str
    text: str
    passage: int
    quotes: tuple[str, ...]
    round: int


@cache
def sources() -> tuple[Source, ...]:
    """The passages of the project's documents and of the made-up ones, numbered from 1 by their place."""
    corpus = load(ROOT / "corpus" / "documents")
    documents = {document.id: document for document in corpus.documents}
    real = [Source(documents[passage.document_id], passage) for passage in corpus.passages]
    return (*real, *(source for entry in _read()["documents"] for source in _made_up(entry)))


@cache
def sentences() -> tuple[Sentence, ...]:
    """Every sentence, in the file's order."""
    return tuple(sentence for group in _read()["groups"] for sentence in _of(group))


def _of(group: dict[str, Any]) -> Iterator[Sentence]:
    number = next(n for n, source in enumerate(sources(), start=1) if locate(group["quote"], source))
    for kind in ("clean", *KINDS):
        for text in group.get(kind) or ():
            yield Sentence(kind, text, number, (group["quote"],), group.get("round", 1))


@cache
def _read() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
    return data


def _made_up(entry: dict[str, Any]) -> Iterator[Source]:
    text = "\n\n".join(passage["text"] for passage in entry["passages"])
    document = Document(
        entry["id"],
        entry["title"],
        text,
        publisher=entry["publisher"],
        kind=entry["kind"],
        speakers=tuple(Speaker(name) for name in entry.get("speakers", ())),
    )
    for passage in entry["passages"]:
        start = text.index(passage["text"])
        headings = (entry["title"], *passage["headings"])
        speaker = passage.get("speaker", "")
        yield Source(document, Passage(entry["id"], start, passage["text"], BlockKind.PARAGRAPH, headings, speaker))


def defects_of(sentence: Sentence) -> tuple[str, ...]:
    """What the checks of meaning find in a sentence."""
    return support(sentence.text, sentence.quotes, sources()[sentence.passage - 1], sources()).defects


def main() -> None:
    """Print, by kind and round, how many sentences are dropped and for the reason they were written with."""
    started = perf_counter()
    found = {sentence: defects_of(sentence) for sentence in sentences()}
    seconds = (perf_counter() - started) / len(found)
    for kind in ("clean", *KINDS):
        ours = {sentence: defects for sentence, defects in found.items() if sentence.kind == kind}
        dropped = sum(map(bool, ours.values()))
        named = sum(kind in defects for defects in ours.values())
        rounds = Counter(sentence.round for sentence in ours)
        by_round = ", ".join(
            f"{number}: {sum(bool(d) for s, d in ours.items() if s.round == number)}/{count}"
            for number, count in sorted(rounds.items())
        )
        print(
            f"{kind:12} {len(ours):4}  dropped {dropped / len(ours):.3f}  named {named / len(ours):.3f}  ({by_round})"
        )
    print(f"{seconds * 1000:.1f} ms a sentence")


if __name__ == "__main__":
    main()
