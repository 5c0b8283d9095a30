"""Reads a folder of sources. One bad file is reported by name; the others are still read."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from stat import S_ISREG

from corpus import sidecar
from corpus.cleaning import apply
from corpus.errors import SourceProblem
from corpus.passages import split
from corpus.pieces import Shape, markdown_pieces, plain_pieces
from corpus.sidecar import Sidecar
from corpus.structure import blocks_of, heading_text
from corpus.types import Block, Corpus, Document, Passage, Problem

SUFFIXES = (".txt", ".md")
SIDECARS = (".yaml", ".yml")
MAX_BYTES = 20_000_000  # a book has about 1 MB; beyond this a file is a dump, not a document


def load(folder: Path) -> Corpus:
    """Documents and passages of every `.txt` and `.md` file below `folder`, in order of their paths.

    Raises SourceProblem when the folder itself cannot be read.
    """
    if not folder.is_dir():
        raise SourceProblem(f"there is no folder of documents at {folder}")
    documents: list[Document] = []
    passages: list[Passage] = []
    problems: list[Problem] = []
    for path, document_id in _files(folder):
        try:
            document, blocks = read(path, document_id)
        except SourceProblem as problem:
            name = _shown(path.relative_to(folder))
            problems.append(Problem(name, f"{name} was left out: {problem}."))
            continue
        documents.append(document)
        passages.extend(split(document, blocks))
    return Corpus(tuple(documents), tuple(passages), tuple(problems))


def _files(folder: Path) -> Iterator[tuple[Path, str]]:
    """Every visible file but the sidecars of documents, so that what cannot be used is named, not passed over.

    With each the document's id: its path without the suffix, with it where the rest alone would not be unique.
    """
    visible = [path for path in sorted(folder.rglob("*")) if _is_visible_file(path, folder)]
    stems = Counter(path.with_suffix("") for path in visible if _is_document(path))
    for path in visible:
        stem = path.with_suffix("")
        if path.suffix in SIDECARS and stems[stem]:
            continue
        ambiguous = stems[stem] > 1 or _is_document(stem)
        yield path, (path if ambiguous else stem).relative_to(folder).as_posix()


def _is_visible_file(path: Path, folder: Path) -> bool:
    """Links to folders count as files: they are not followed, so they are reported."""
    hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
    return not hidden and (path.is_symlink() or not path.is_dir())


def _is_document(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES


def _shown(path: Path) -> str:
    """A name as it can be printed; bytes that are no UTF-8 appear as escapes."""
    return path.as_posix().encode("utf-8", "backslashreplace").decode()


def read(path: Path, document_id: str) -> tuple[Document, tuple[Block, ...]]:
    """One file, cleaned as its sidecar says, and its blocks. Raises SourceProblem."""
    if path.suffix in SIDECARS:
        raise SourceProblem("there is no document beside this sidecar")
    if _shown(path) != path.as_posix():
        raise SourceProblem("its name is not UTF-8; rename it")
    if not _is_document(path):
        raise SourceProblem(f"only {' and '.join(SUFFIXES)} files are read; convert it first")
    known = _sidecar_of(path)
    text = apply(_decoded(path), known.edits)
    if not text.strip():
        raise SourceProblem("its edits leave nothing of it")
    pieces = list((markdown_pieces if path.suffix.lower() == ".md" else plain_pieces)(text))
    headings = (text[piece.start : piece.end] for piece in pieces if piece.shape is Shape.HEADING)
    title = known.title or heading_text(next(headings, "")) or _title_from(path)
    return _document(document_id, title, text, known), blocks_of(text, pieces, title, known.parts)


def _document(document_id: str, title: str, text: str, known: Sidecar) -> Document:
    return Document(
        id=document_id,
        title=title,
        text=text,
        publisher=known.publisher,
        kind=known.kind,
        speakers=known.speakers,
        jurisdictions=known.jurisdictions,
        date=known.date,
        copied=known.copied,
        terms=known.terms,
        business=known.business,
        disclaimer=known.disclaimer,
    )


def _sidecar_of(path: Path) -> Sidecar:
    for suffix in SIDECARS:
        beside = path.with_suffix(suffix)
        if beside.exists():
            return sidecar.read(beside)
    return Sidecar()


def _title_from(path: Path) -> str:
    words = path.stem.replace("-", " ").replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def _decoded(path: Path) -> str:
    """The file's text: UTF-8, a leading byte-order mark and carriage returns left out."""
    try:
        status = path.stat()
        if not S_ISREG(status.st_mode):
            raise SourceProblem("it is a link to a folder or a device, not a file")
        if status.st_size > MAX_BYTES:
            raise SourceProblem(f"it has more than the {MAX_BYTES // 1_000_000} MB a document may have")
        data = path.read_bytes()
    except OSError as error:
        raise SourceProblem(f"it cannot be read ({error.strerror})") from error
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SourceProblem("it is UTF-16, not UTF-8; save it as UTF-8")
    if b"\x00" in data:
        raise SourceProblem("it is binary, not text")
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise SourceProblem(f"it is not UTF-8 (byte {error.start}); save it as UTF-8") from error
    if not text.strip():
        raise SourceProblem("it is empty")
    return text
