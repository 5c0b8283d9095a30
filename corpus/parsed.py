"""What was made of each file before, in one SQLite file: a file that has not changed is not parsed and cut again.

It saves time and is never the truth. A row goes by a digest of all that its values hang on, the code included, and
carries a checksum: what is not found, or not as it was written, is parsed again without a word. Knows nothing of how a
file is parsed.
"""

import hashlib
import json
import sqlite3
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import fields
from importlib.metadata import version
from pathlib import Path

from corpus.types import Asked, BlockKind, Document, Passage, Speaker

Parsed = tuple[Document, tuple[Passage, ...]]

LIBRARIES = ("markdown-it-py", "PyYAML", "sentencex")  # whose versions decide too where a text is cut
SCHEMA = """
CREATE TABLE IF NOT EXISTS files (
    digest BLOB PRIMARY KEY, -- sha256 of the code, the file's name and content, and its sidecar's
    checksum BLOB NOT NULL,  -- sha256 of `parsed`
    parsed TEXT NOT NULL     -- JSON: the document, its passages' heading trails, its passages
);
"""


class ParsedFiles:
    """The documents and passages of one folder's files, as a context in which every file is asked for.

    At its end what is new is written, and what was not asked for is removed; where neither is there, nothing is
    written. Any process may have it open: where another one is writing, this one keeps nothing.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rules = rules()
        self._used: set[bytes] = set()
        self._connection: sqlite3.Connection | None = None
        try:
            self._open()
        except sqlite3.DatabaseError as error:
            self._give_up(error)
            if not path.exists():  # what was damaged has been taken away, so that there can be a new one
                with suppress(sqlite3.DatabaseError):
                    self._open()

    def of(self, parts: Sequence[bytes], parse: Callable[[], Parsed]) -> Parsed:
        """What `parse` gives for a file made of these parts, from the disk where it has been kept.

        Whatever `parse` raises is passed on, and nothing is kept of it.
        """
        digest = self._digest(parts)
        found = self._find(digest)
        if found is None:
            found = parse()
            self._add(digest, found)
        return found

    def __enter__(self) -> "ParsedFiles":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._connection is None:
            return
        try:
            if kind is None:  # else some files have not been asked for yet
                self._remove_unused(self._connection)
            self._connection.commit()
        except sqlite3.DatabaseError as error:
            self._give_up(error)
        else:
            self._connection.close()

    def _open(self) -> None:
        connection = sqlite3.connect(self._path, timeout=0)
        self._connection = connection
        connection.execute("PRAGMA secure_delete = ON")  # of a document taken away, no text stays in the file
        connection.execute(SCHEMA)
        connection.execute("BEGIN")  # one for all files: to lock the file anew for each takes half of the time

    def _remove_unused(self, connection: sqlite3.Connection) -> None:
        kept = {row[0] for row in connection.execute("SELECT digest FROM files")}
        connection.executemany("DELETE FROM files WHERE digest = ?", [(digest,) for digest in kept - self._used])

    def _digest(self, parts: Sequence[bytes]) -> bytes:
        digest = hashlib.sha256(self._rules)
        for part in parts:
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
        return digest.digest()

    def _find(self, digest: bytes) -> Parsed | None:
        if self._connection is None:
            return None
        try:
            row = self._connection.execute("SELECT checksum, parsed FROM files WHERE digest = ?", (digest,)).fetchone()
            if row is None or _checksum(row[1]) != row[0]:
                return None
            found = _decoded(row[1])
        except sqlite3.DatabaseError as error:
            self._give_up(error)
            return None
        except (ValueError, TypeError, KeyError, IndexError, AttributeError):  # of another shape than is written here
            return None
        self._used.add(digest)
        return found

    def _add(self, digest: bytes, parsed: Parsed) -> None:
        if self._connection is None:
            return
        written = _encoded(parsed)
        if _decoded(written) != parsed:  # two halves of a character in a sidecar, which JSON makes one of
            return
        try:
            row = (digest, _checksum(written), written)
            self._connection.execute("INSERT OR REPLACE INTO files VALUES (?, ?, ?)", row)
        except sqlite3.DatabaseError as error:
            self._give_up(error)
            return
        self._used.add(digest)

    def _give_up(self, error: sqlite3.DatabaseError) -> None:
        """Go on without. A file that is damaged is taken away; one that cannot be used now is left."""
        if self._connection is not None:
            self._connection.close()  # what was not committed is as if it had not been
            self._connection = None
        if not isinstance(error, sqlite3.OperationalError):
            with suppress(OSError):
                self._path.with_name(f"{self._path.name}-journal").unlink(missing_ok=True)
                self._path.unlink(missing_ok=True)


def rules(package: Path = Path(__file__).parent) -> bytes:
    """A digest that changes with whatever decides how a file is parsed: this package, the libraries, Python."""
    digest = hashlib.sha256(sys.version.encode())
    for name in LIBRARIES:
        digest.update(f"{name} {version(name)}\n".encode())
    for path in sorted(package.glob("*.py")):
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.digest()


def _checksum(written: str) -> bytes:
    return hashlib.sha256(written.encode()).digest()


def _encoded(parsed: Parsed) -> str:
    """JSON in ASCII. A passage's text is told by its place, and heading trails, which repeat, by their number."""
    document, passages = parsed
    facts = {field.name: getattr(document, field.name) for field in fields(document)}
    facts["speakers"] = [(speaker.name, speaker.role) for speaker in document.speakers]
    facts["asked"] = [(each.start, each.end, each.questions) for each in document.asked]
    trails = {trail: number for number, trail in enumerate(dict.fromkeys(p.headings for p in passages))}
    cuts = [(p.start, p.end, p.kind, trails[p.headings], p.speaker, p.header) for p in passages]
    return json.dumps([facts, list(trails), cuts])


def _decoded(written: str) -> Parsed:
    facts, trails, cuts = json.loads(written)
    facts["speakers"] = tuple(Speaker(name, role) for name, role in facts["speakers"])
    facts["jurisdictions"] = tuple(facts["jurisdictions"])
    facts["asked"] = tuple(Asked(start, end, tuple(asked)) for start, end, asked in facts["asked"])
    facts["unanswered"] = tuple(facts["unanswered"])
    document = Document(**facts)
    headings = [tuple(trail) for trail in trails]
    id, text = document.id, document.text
    return document, tuple(
        Passage(id, start, text[start:end], BlockKind(kind), headings[trail], speaker, header)
        for start, end, kind, trail, speaker, header in cuts
    )
