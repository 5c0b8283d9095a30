"""Files and folders that are either wholly there or not at all. Knows nothing of what they hold."""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

Checkpoint = Callable[[str], None]


def no_checkpoint(step: str) -> None:
    """The default: nobody watches the writes."""


@contextmanager
def durable_write(step: str, checkpoint: Checkpoint) -> Iterator[None]:
    """Marks one durable write, so that a test can kill the process just before or after it."""
    checkpoint(f"before {step}")
    yield
    checkpoint(f"after {step}")


def make_private(folder: Path) -> None:
    """Create a folder that only its owner can read: a store keeps deleted text for a while."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)


def flush(path: Path) -> None:
    """Force a file, or a folder's list of names, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_file(path: Path, content: bytes) -> None:
    """Replace a file in one step: readers see the old content or the new."""
    unfinished = path.with_name(f".{path.name}.part")
    unfinished.write_bytes(content)
    flush(unfinished)
    unfinished.replace(path)
    flush(path.parent)


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """A folder to fill, which takes its name in one step once it is filled."""
    unfinished = path.with_name(f".{path.name}.part")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    yield unfinished
    for file in unfinished.rglob("*"):
        flush(file)
    shutil.rmtree(path, ignore_errors=True)
    unfinished.replace(path)
    flush(path.parent)


def checksum(path: Path) -> str:
    """The sha256 of a file's content, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
