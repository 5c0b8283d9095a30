"""What was indexed: documents and passages in order, in one SQLite file. Knows nothing of vectors or of search."""

import hashlib
import json
import sqlite3
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from corpus.types import Asked, BlockKind, Document, Passage, Speaker
from index.errors import IndexProblem

SCHEMA = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE documents (position INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, facts TEXT NOT NULL, text TEXT NOT NULL);
CREATE TABLE passages (
    position INTEGER PRIMARY KEY, -- the row of its vector, and its number in the lexical index
    id TEXT NOT NULL,
    document_id TEXT NOT NULL,
    start INTEGER NOT NULL,
    text TEXT NOT NULL,
    kind TEXT NOT NULL,
    headings TEXT NOT NULL,       -- JSON
    speaker TEXT NOT NULL,
    header TEXT NOT NULL
);
"""
PASSAGE_COLUMNS = "document_id, start, text, kind, headings, speaker, header"
_FACTS = tuple(field.name for field in fields(Document) if field.name != "text")
KEPT_PASSAGES, KEPT_DOCUMENTS = 20_000, 500  # read before and kept in memory: some 20 MB each


def passage_id(passage: Passage, model_id: str) -> str:
    """A name made of all that is embedded, stored or shown: another text or model is another passage."""
    parts = [model_id, passage.document_id, passage.start, passage.text, passage.kind.value]
    parts += [list(passage.headings), passage.speaker, passage.header]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def write_catalog(
    path: Path, model_id: str, documents: Iterable[Document], passages: Sequence[Passage], ids: Sequence[str]
) -> None:
    """Write a new catalog; `ids` go with `passages`."""
    connection = sqlite3.connect(path)
    try:
        connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")  # no one sees it unfinished
        connection.executescript(SCHEMA)
        with connection:
            connection.execute("INSERT INTO facts VALUES ('model_id', ?)", (model_id,))
            connection.executemany("INSERT INTO documents VALUES (?, ?, ?, ?)", _document_rows(documents))
            connection.executemany(
                "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    (position, id, p.document_id, p.start, p.text, p.kind, json.dumps(p.headings), p.speaker, p.header)
                    for position, (id, p) in enumerate(zip(ids, passages, strict=True))
                ),
            )
    finally:
        connection.close()


class Catalog:
    """One written catalog, read only; it never changes, so threads and processes may share it."""

    def __init__(self, path: Path) -> None:
        try:
            self._connection = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
            )
            self._lock = threading.Lock()
            self._kept_passages: dict[int, Passage] = {}
            self._kept_documents: dict[str, Document] = {}
            self.model_id = str(self._rows("SELECT value FROM facts WHERE name = 'model_id'")[0][0])
            self.count = int(self._rows("SELECT coalesce(max(position) + 1, 0) FROM passages")[0][0])  # no scan
        except (sqlite3.DatabaseError, IndexError) as error:
            raise IndexProblem(f"The catalog {path} is damaged: sync the index again.") from error

    def close(self) -> None:
        self._connection.close()

    def ids(self) -> list[str]:
        """The ids of all passages in order."""
        return [row[0] for row in self._rows("SELECT id FROM passages ORDER BY position")]

    def passages(self) -> tuple[Passage, ...]:
        """All passages in order."""
        rows = self._rows(f"SELECT {PASSAGE_COLUMNS} FROM passages ORDER BY position")
        return tuple(_passage(row) for row in rows)

    def passages_at(self, positions: Sequence[int]) -> list[Passage]:
        """The passages at these positions, in the order given; the last ones read are kept in memory."""
        found = {position: passage for position in positions if (passage := self._kept_passages.get(position))}
        missing = [position for position in positions if position not in found]
        if missing:
            marks = ",".join("?" * len(missing))
            query = f"SELECT position, {PASSAGE_COLUMNS} FROM passages WHERE position IN ({marks})"
            found |= {row[0]: _passage(row[1:]) for row in self._rows(query, missing)}
            _keep(self._kept_passages, found, KEPT_PASSAGES)
        return [found[position] for position in positions]

    def documents(self) -> tuple[Document, ...]:
        """All documents in order."""
        return tuple(_document(*row) for row in self._rows("SELECT facts, text FROM documents ORDER BY position"))

    def document(self, id: str) -> Document | None:
        """One document, or None."""
        kept = self._kept_documents.get(id)
        if kept is None and (rows := self._rows("SELECT facts, text FROM documents WHERE id = ?", [id])):
            kept = _document(*rows[0])
            _keep(self._kept_documents, {id: kept}, KEPT_DOCUMENTS)
        return kept

    def passage_counts(self) -> dict[str, int]:
        """How many passages each document has."""
        return dict(self._rows("SELECT document_id, count(*) FROM passages GROUP BY document_id"))

    def _rows(self, query: str, values: Sequence[Any] = ()) -> list[Any]:
        with self._lock:
            return self._connection.execute(query, values).fetchall()


def _keep(kept: dict[Any, Any], found: Mapping[Any, Any], most: int) -> None:
    """Keep what was read; all that was kept goes where it would be too much, which is rare and costs one reading."""
    if len(kept) + len(found) > most:
        kept.clear()
    kept.update(found)


def _document_rows(documents: Iterable[Document]) -> Iterable[tuple[int, str, str, str]]:
    for position, document in enumerate(documents):
        facts = {name: getattr(document, name) for name in _FACTS}
        facts["speakers"] = [asdict(speaker) for speaker in document.speakers]
        facts["asked"] = [(each.start, each.end, each.questions) for each in document.asked]
        yield position, document.id, json.dumps(facts), document.text


def _document(facts: str, text: str) -> Document:
    values = json.loads(facts)
    values["speakers"] = tuple(Speaker(**speaker) for speaker in values["speakers"])
    values["jurisdictions"] = tuple(values["jurisdictions"])
    values["asked"] = tuple(Asked(start, end, tuple(asked)) for start, end, asked in values.get("asked", ()))
    values["unanswered"] = tuple(values.get("unanswered", ()))
    return Document(text=text, **values)


def _passage(row: Sequence[Any]) -> Passage:
    document_id, start, text, kind, headings, speaker, header = row
    return Passage(document_id, start, text, BlockKind(kind), tuple(json.loads(headings)), speaker, header)
