"""`python -m index`: sync, search and show from the terminal. Knows nothing of chat."""

import argparse
import json
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from corpus.types import Corpus, Document, Passage
from index.errors import IndexProblem

NICE = 10  # of a sync from the terminal: it is work for the background

EXAMPLES = """\
examples:
  python -m index sync                                bring the index up to date with corpus/documents
  python -m index sync --documents ~/policies --index ~/policies-index
  python -m index search "who may use a laser" -k 5
  python -m index show                                list the documents
  python -m index show amspa-skin-rejuvenation        print one, exactly as it is cited
"""


def main(arguments: Sequence[str] | None = None, environment: Mapping[str, str] = os.environ) -> int:
    """Run one command; 0, or 2 after one sentence on stderr."""
    options = _parser(environment).parse_args(arguments)
    command: Callable[[argparse.Namespace], None] = options.command
    try:
        command(options)
        sys.stdout.flush()
    except (IndexProblem, OSError) as problem:
        if isinstance(problem, BrokenPipeError):  # `| head` has read enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        print(f"{problem}", file=sys.stderr)
        return 2
    return 0


def _stop(*_: object) -> NoReturn:
    """End at once on Ctrl-C: a sync may be killed at any moment.

    An exception would be lost where native code calls Python, as in torch's import, and a second Ctrl-C would meet an
    interpreter that is ending.
    """
    sys.stderr.write("\nStopped. What was done is kept; the next sync goes on from there.\n")
    sys.stderr.flush()
    os._exit(130)


def _parser(environment: Mapping[str, str]) -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--documents", type=Path, metavar="DIR", default=Path(environment.get("DOCUMENTS_DIR", "corpus/documents")),
        help="the source files (default: DOCUMENTS_DIR, or corpus/documents)",
    )  # fmt: skip
    shared.add_argument(
        "--index", type=Path, metavar="DIR", default=Path(environment.get("INDEX_DIR", ".data/index")),
        help="where the index is kept (default: INDEX_DIR, or .data/index)",
    )  # fmt: skip
    shared.add_argument("--model", metavar="NAME", help="a sentence-transformers model, by name or folder")
    parser = argparse.ArgumentParser(
        prog="python -m index",
        description="The search index over the documents: make it, search it, look into it.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_sync(commands.add_parser("sync", parents=[shared], help="bring the index up to date with the documents"))
    _add_search(commands.add_parser("search", parents=[shared], help="find passages"))
    _add_show(commands.add_parser("show", parents=[shared], help="list the documents, or print one"))
    return parser


def _add_sync(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Bring the index up to date with the documents. Only new or changed passages are embedded. It may be stopped "
        "at any moment and run again."
    )
    parser.add_argument("--force", action="store_true", help="also where most of the index would be deleted")
    parser.add_argument("--progress", action="store_true", help="a progress bar even where stderr is not a terminal")
    parser.add_argument(
        "--nice", type=int, choices=range(20), default=NICE, metavar="N",
        help=f"how far other work goes first, 0 to 19 (default: {NICE}); a page beside it answers on",
    )  # fmt: skip
    parser.set_defaults(command=_sync)


def _add_search(parser: argparse.ArgumentParser) -> None:
    parser.description = "Find the passages for a query, best first."
    parser.add_argument("query", help="what to look for")
    parser.add_argument("-k", type=_positive, default=10, metavar="N", help="how many passages (default: 10)")
    parser.add_argument("--json", action="store_true", help="one JSON object per passage")
    parser.set_defaults(command=_search)


def _add_show(parser: argparse.ArgumentParser) -> None:
    parser.description = "Without an id: list the documents. With one: print its text, to which citations point."
    parser.add_argument("id", nargs="?", help="a document's id, as listed")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--passages", action="store_true", help="its passages with offsets, kinds and headings")
    what.add_argument("--about", action="store_true", help="what is known about it")
    parser.set_defaults(command=_show)


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of passages")
    return int(text)


def _sync(options: argparse.Namespace) -> None:
    from index.progress import ProgressBar, no_progress
    from index.sync import sync

    if options.nice and hasattr(os, "nice"):
        os.nice(options.nice)
    corpus = _loaded(options.documents, options.index)
    bar = ProgressBar() if options.progress or sys.stderr.isatty() else None
    try:
        report = sync(
            corpus,
            options.index,
            model=options.model,
            force=options.force,
            tell=_say,
            progress=bar or no_progress,
        )
    finally:
        if bar:
            bar.close()
    print(
        f"{report.documents} documents, {report.passages} passages: {report.embedded} embedded, "
        f"{report.added} added, {report.deleted} deleted."
    )


def _search(options: argparse.Namespace) -> None:
    from index.passages import PassageIndex

    index = PassageIndex.open(options.index, model=options.model)
    for number, hit in enumerate(index.search(options.query, options.k), start=1):
        passage = hit.passage
        if options.json:
            row = {"rank": number, "document": passage.document_id, "start": passage.start, "end": passage.end}
            row |= {"score": hit.score, "dense": hit.dense, "lexical": hit.lexical, "text": passage.text}
            print(json.dumps(row, ensure_ascii=False))
        else:
            print(f"{number}. {passage.document_id} [{passage.start}:{passage.end}] {' > '.join(passage.headings)}")
            print(f"   {hit.score:.3f} (cosine {hit.dense:.3f}, BM25 {hit.lexical:.2f})")
            print("   " + passage.text.replace("\n", "\n   ") + "\n")


def _show(options: argparse.Namespace) -> None:
    corpus = _loaded(options.documents)
    if options.id is None:
        _list(corpus)
        return
    document = next((document for document in corpus.documents if document.id == options.id), None)
    if document is None:
        raise IndexProblem(f"There is no document {options.id!r} in {options.documents}: `show` alone lists them.")
    if options.passages:
        for passage in corpus.passages:
            if passage.document_id == document.id:
                _print_passage(passage)
    elif options.about:
        _print_facts(document)
    else:
        sys.stdout.write(document.text)


def _list(corpus: Corpus) -> None:
    counts = {document.id: 0 for document in corpus.documents}
    for passage in corpus.passages:
        counts[passage.document_id] += 1
    for document in corpus.documents:
        print(f"{document.id}\t{counts[document.id]} passages\t{len(document.text)} characters\t{document.title}")


def _print_passage(passage: Passage) -> None:
    speaker = f" ({passage.speaker})" if passage.speaker else ""
    print(f"[{passage.start}:{passage.end}] {passage.kind}{speaker} {' > '.join(passage.headings)}")
    print(passage.text + "\n")


def _print_facts(document: Document) -> None:
    speakers = [f"{speaker.name}, {speaker.role}" if speaker.role else speaker.name for speaker in document.speakers]
    facts = {
        "id": document.id,
        "title": document.title,
        "publisher": document.publisher,
        "kind": document.kind,
        "speakers": "; ".join(speakers),
        "jurisdictions": ", ".join(document.jurisdictions),
        "date": document.date,
        "copied": document.copied,
        "terms": document.terms,
        "business": document.business,
        "disclaimer": document.disclaimer,
    }
    for name, value in facts.items():
        print(f"{name}: {value}")


def _loaded(folder: Path, index: Path | None = None) -> Corpus:
    """The documents, for an index or only to look at; files that cannot be used are named, one sentence each."""
    from corpus import SourceProblem, load
    from index.documents import documents_for

    try:
        corpus = documents_for(index, folder) if index else load(folder)
    except SourceProblem as problem:
        sentence = str(problem)
        raise IndexProblem(sentence[:1].upper() + sentence[1:] + ".") from problem
    for trouble in corpus.problems:
        _say(trouble.sentence)
    return corpus


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, _stop)
    sys.exit(main())
