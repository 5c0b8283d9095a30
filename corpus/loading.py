"""Reads a folder of sources. One bad file is reported by name; the others are still read."""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from pathlib import Path
from stat import S_ISREG

from corpus import questions, sidecar
from corpus.cleaning import apply
from corpus.errors import SourceProblem
from corpus.parsed import Parsed, ParsedFiles
from corpus.passages import split
from corpus.pieces import Shape, markdown_pieces, plain_pieces
from corpus.sidecar import Sidecar
from corpus.structure import blocks_of, heading_text
from corpus.types import Corpus, Document, Passage, Problem

SUFFIXES = (".txt", ".md")
SIDECARS = (".yaml", ".yml")
MAX_BYTES = 20_000_000  # a book has about 1 MB; beyond this a file is a dump, not a document


@dataclass(frozen=True, slots=True)
class Source:
    """A file with its sidecar, as they lie on the disk."""

    path: Path
    document_id: str
    content: bytes
    sidecar: Path | None
    known: bytes  # what the sidecar holds
    asked: bytes = b""  # what the file of questions beside it holds
    unanswered: tuple[str, ...] = ()  # questions that the shared file says it does not answer

    @property
    def parts(self) -> tuple[bytes, ...]:
        """All of it that decides what it is parsed to; the name tells title and format."""
        beside = self.sidecar.name if self.sidecar else ""
        shared = "\n".join(self.unanswered).encode("utf-8", "surrogatepass")
        named = (self.document_id.encode(), self.path.name.encode(), self.content, beside.encode(), self.known)
        return *named, self.asked, shared


def load(folder: Path, kept: Path | None = None) -> Corpus:
    """Documents and passages of every `.txt` and `.md` file below `folder`, in order of their paths.

    What is made of each file is kept in the file `kept`, and taken from there while it and what lies beside it stay the
    same.
    The result is the same without. Raises SourceProblem when the folder itself cannot be read.
    """
    if not folder.is_dir():
        raise SourceProblem(f"there is no folder of documents at {folder}")
    documents: list[Document] = []
    passages: list[Passage] = []
    problems: list[Problem] = []
    try:
        unanswered = questions.shared(folder)
    except SourceProblem as problem:
        unanswered = {}
        problems.append(Problem(questions.SHARED, f"{questions.SHARED} was left out: {problem}."))
    with ParsedFiles(kept) if kept else nullcontext() as earlier:
        for path, document_id in _files(folder):
            try:
                source = read(path, document_id, unanswered.get(document_id, ()))
                document, cut = earlier.of(source.parts, partial(parse, source)) if earlier else parse(source)
            except SourceProblem as problem:
                name = _shown(path.relative_to(folder))
                problems.append(Problem(name, f"{name} was left out: {problem}."))
                continue
            documents.append(document)
            passages.extend(cut)
    return Corpus(tuple(documents), tuple(passages), tuple(problems))


def _files(folder: Path) -> Iterator[tuple[Path, str]]:
    """Every visible file but the sidecars of documents, so that what cannot be used is named, not passed over.

    With each the document's id: its path without the suffix, with it where the rest alone would not be unique.
    """
    shown = (path for path in _visible(folder) if not questions.is_questions(path))
    visible = [(path, path.with_suffix("")) for path in sorted(shown, key=attrgetter("parts"))]
    stems = Counter(stem for path, stem in visible if _is_document(path))
    for path, stem in visible:
        if stems[stem] and path.suffix in SIDECARS:
            continue
        ambiguous = stems[stem] > 1 or _is_document(stem)
        yield path, (path if ambiguous else stem).relative_to(folder).as_posix()


def _visible(folder: Path) -> Iterator[Path]:
    """Files that are not hidden. Links to folders count as files: they are not followed, so they are reported."""
    for parent, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        linked = [name for name in folders if os.path.islink(os.path.join(parent, name))]
        yield from (Path(parent, name) for name in (*linked, *files) if not name.startswith("."))


def _is_document(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES


def _is_printable(path: Path) -> bool:
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True


def _shown(path: Path) -> str:
    """A name as it can be printed; bytes that are no UTF-8 appear as escapes."""
    return path.as_posix().encode("utf-8", "backslashreplace").decode()


def read(path: Path, document_id: str, unanswered: tuple[str, ...] = ()) -> Source:
    """One file and what lies beside it, as bytes. Raises SourceProblem for what is no document or cannot be read."""
    if path.suffix in SIDECARS:
        raise SourceProblem("there is no document beside this sidecar")
    if not _is_printable(path):
        raise SourceProblem("its name is not UTF-8; rename it")
    if not _is_document(path):
        raise SourceProblem(f"only {' and '.join(SUFFIXES)} files are read; convert it first")
    stem = str(path.with_suffix(""))
    beside = next((Path(stem + suffix) for suffix in SIDECARS if os.path.exists(stem + suffix)), None)
    known = sidecar.content_of(beside) if beside else b""
    asked = stem + questions.SUFFIX
    told = sidecar.content_of(Path(asked)) if os.path.exists(asked) else b""
    return Source(path, document_id, _content(path), beside, known, told, unanswered)


def parse(source: Source) -> Parsed:
    """The document, cleaned as its sidecar says, and its passages. Raises SourceProblem."""
    path = source.path
    known = sidecar.parse(source.known, source.sidecar.name) if source.sidecar else Sidecar()
    text = apply(_decoded(source.content), known.edits)
    if not text.strip():
        raise SourceProblem("its edits leave nothing of it")
    pieces = list((markdown_pieces if path.suffix.lower() == ".md" else plain_pieces)(text))
    headings = (text[piece.start : piece.end] for piece in pieces if piece.shape is Shape.HEADING)
    title = known.title or heading_text(next(headings, "")) or _title_from(path)
    document = _document(source, title, text, known)
    return document, split(document, blocks_of(text, pieces, title, known.parts))


def _document(source: Source, title: str, text: str, known: Sidecar) -> Document:
    asked = questions.parse(source.asked, source.path.stem + questions.SUFFIX)
    return Document(
        id=source.document_id,
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
        asked=questions.located(asked, text),
        unanswered=tuple(dict.fromkeys((*asked.unanswered, *source.unanswered))),
    )


def _title_from(path: Path) -> str:
    words = path.stem.replace("-", " ").replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def _content(path: Path) -> bytes:
    try:
        status = path.stat()
        if not S_ISREG(status.st_mode):
            raise SourceProblem("it is a link to a folder or a device, not a file")
        if status.st_size > MAX_BYTES:
            raise SourceProblem(f"it has more than the {MAX_BYTES // 1_000_000} MB a document may have")
        return path.read_bytes()
    except OSError as error:
        raise SourceProblem(f"it cannot be read ({error.strerror})") from error


def _decoded(data: bytes) -> str:
    """A file's text: UTF-8, a leading byte-order mark and carriage returns left out."""
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
