"""Which state of the index is the current one: folders that never change, and one small file that names the newest.

Catalog, vectors and lexical index of one sync share a folder. Replacing `current.json` switches all three at once, so a
reader sees one state or the next, without locks. Knows nothing of what the files hold.
"""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from index.durable import Checkpoint, checksum, durable_write, new_folder, write_file
from index.errors import IndexProblem

CURRENT = "current.json"
FORMAT = 3  # of the files below; an index in another one is built again from the documents and the embedding cache
KEPT = 2  # the current state and the one before it, for a reader that is just opening it


@dataclass(frozen=True, slots=True)
class Generation:
    """One state of the index on the disk."""

    number: int
    folder: Path
    files: dict[str, tuple[int, str]]  # path below the folder -> size, sha256

    @property
    def complete(self) -> bool:
        """Are all files there in their sizes? Cheap, for a reader."""
        return all(_size(self.folder / name) == size for name, (size, _) in self.files.items())

    @property
    def intact(self) -> bool:
        """Do all files hold what was written? Reads them, for a sync."""
        return self.complete and all(checksum(self.folder / name) == sha for name, (_, sha) in self.files.items())


def current(index: Path) -> Generation | None:
    """The newest state; None where there is none. Raises IndexProblem where that cannot be told."""
    try:
        facts = json.loads((index / CURRENT).read_bytes())
        if facts.get("format") != FORMAT:
            raise IndexProblem(f"The index in {index} was written by another version: sync it again.")
        number = int(facts["generation"])
        files = {name: (int(size), str(sha)) for name, (size, sha) in facts["files"].items()}
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise IndexProblem(f"The index in {index} is damaged ({CURRENT}): sync it again.") from error
    return Generation(number, _folder(index, number), files)


def stamp(index: Path) -> tuple[int, int, int] | None:
    """Changes whenever another state becomes the current one; a single look at the disk."""
    try:
        status = (index / CURRENT).stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size


@contextmanager
def next_generation(index: Path, checkpoint: Checkpoint) -> Iterator[Path]:
    """A folder to fill, which then becomes the current state."""
    number = 1 + max((int(path.name) for path in (index / "generations").glob("[0-9]*")), default=0)
    folder = _folder(index, number)
    with durable_write("generation", checkpoint), new_folder(folder) as unfinished:
        yield unfinished
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    files = {path.relative_to(folder).as_posix(): [path.stat().st_size, checksum(path)] for path in paths}
    with durable_write("switch", checkpoint):
        write_file(index / CURRENT, json.dumps({"format": FORMAT, "generation": number, "files": files}).encode())


def remove_old(index: Path, checkpoint: Checkpoint) -> None:
    """Remove states that no reader can be opening any more, and what a killed sync left."""
    now = current(index)
    number = now.number if now else 0
    for folder in (index / "generations").glob("*"):
        kept = folder.name.isdigit() and number - KEPT < int(folder.name) <= number
        if not kept:
            with durable_write("removal", checkpoint):
                shutil.rmtree(folder, ignore_errors=True)


def _folder(index: Path, number: int) -> Path:
    return index / "generations" / str(number)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1
