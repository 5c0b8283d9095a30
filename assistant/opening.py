"""Opens an index for asking: brought up to date first, no sooner than it is needed. Knows nothing of answers."""

import hashlib
import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from index.errors import IndexProblem
from index.progress import ProgressBar

if TYPE_CHECKING:
    from corpus.types import Corpus
    from index.passages import PassageIndex, Snapshot

_SEEN = "documents-seen.json"  # which files the current state of the index was made of
_AHEAD = 2_000  # passages up to which their sentences are embedded ahead: a few seconds once, a second at each question


class AwaitedIndex:
    """The index over a folder of documents. Nothing is read before the first question that has to search.

    So an emergency is answered even where no index can be made.
    """

    def __init__(
        self,
        documents: Path,
        folder: Path,
        model: str | None = None,
        *,
        tell: Callable[[str], None],
    ) -> None:
        """`tell` gets sentences for the user; `model` defaults to what built the index, or to the packaged one."""
        self._documents = documents
        self._folder = folder
        self._model = model
        self._tell = tell
        self._opening = Lock()
        self._index: PassageIndex | None = None

    @property
    def snapshot(self) -> "Snapshot":
        """The newest state. Raises IndexProblem where there is none and none can be made."""
        return self.open().snapshot

    def open(self) -> "PassageIndex":
        """Sync, unless no file has changed since the last time, and open. Raises IndexProblem."""
        with self._opening:
            if self._index is None:
                self._index = self._unchanged() or self._synced()
            return self._index

    def _unchanged(self) -> "PassageIndex | None":
        """The index as it is, where no file has changed since it was made.

        Loading a thousand documents takes seconds; looking at their sizes and times does not.
        """
        try:
            seen = json.loads((self._folder / _SEEN).read_bytes())
            return self._as_it_is() if seen == self._seen() else None
        except (OSError, ValueError, IndexProblem):  # never seen, damaged, or made with another model
            return None

    def _as_it_is(self) -> "PassageIndex":
        from index.passages import PassageIndex

        return PassageIndex.open(self._folder, model=self._model)

    def _synced(self) -> "PassageIndex":
        from index.sync import sync

        files = _digest(self._documents)  # before they are read: what changes meanwhile is read the next time
        corpus = self._loaded()
        try:
            also = judged_texts(corpus)
            with closing(ProgressBar()) as bar:
                sync(corpus, self._folder, model=self._model, also=also, tell=self._tell, progress=bar)
        except IndexProblem as problem:
            # Only where the folder cannot be written now: another process is at it, or it is read-only or full.
            if not isinstance(problem.__cause__, OSError):
                raise
            return self._unsynced(corpus, problem)
        index = self._as_it_is()
        self._remember(files)
        return index

    def _unsynced(self, corpus: "Corpus", problem: IndexProblem) -> "PassageIndex":
        try:
            index = self._as_it_is()
        except IndexProblem:
            raise problem from None
        if index.documents != corpus.documents:
            self._tell(f"{problem} Until then, answers come from the documents as they were indexed.")
        return index

    def _loaded(self) -> "Corpus":
        from corpus import SourceProblem
        from index.documents import documents_for

        try:
            corpus = documents_for(self._folder, self._documents)
        except SourceProblem as problem:
            sentence = str(problem)
            raise IndexProblem(f"{sentence[:1].upper()}{sentence[1:]}.") from problem
        for trouble in corpus.problems:
            self._tell(trouble.sentence)
        return corpus

    def _remember(self, files: str) -> None:
        from index.durable import write_file

        try:
            write_file(self._folder / _SEEN, json.dumps(self._seen(files)).encode())
        except OSError:
            return  # the next question reads the documents again, and that is all

    def _seen(self, files: str = "") -> dict[str, object]:
        from index.generations import stamp

        return {"files": files or _digest(self._documents), "state": list(stamp(self._folder) or ())}


def judged_texts(corpus: "Corpus") -> list[str]:
    """What is compared with a question once a passage is found: with their vectors at hand, a first answer is quick."""
    from assistant.readings import unit_text
    from corpus.units import units

    if len(corpus.passages) > _AHEAD:
        return []
    documents = {document.id: document for document in corpus.documents}
    return [
        unit_text(documents[passage.document_id], passage, unit)
        for passage in corpus.passages
        for unit in units(passage)
    ]


def _digest(documents: Path) -> str:
    """Of the names, sizes and times of the documents, and of the code that reads them."""
    import corpus

    reader = Path(corpus.__file__).parent
    digest = hashlib.sha256()
    for path in (*sorted(documents.rglob("*")), *sorted(reader.glob("*.py"))):
        digest.update(json.dumps([str(path.absolute()), *_traits(path)]).encode())
    return digest.hexdigest()


def _traits(path: Path) -> tuple[int, ...]:
    """The change time is one of them, since a copied file may keep its modification time."""
    try:
        status = path.stat()
    except OSError:  # a link to nowhere; the loader names it
        return ()
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns
