"""Reads a folder of documents for the index in another folder. Knows nothing of what is made of them there."""

from contextlib import suppress
from pathlib import Path

from corpus import Corpus, load
from index.durable import make_private
from index.places import Places


def documents_for(index: Path, folder: Path) -> Corpus:
    """What a folder of documents holds; files that were read before and have not changed are not parsed again.

    Raises SourceProblem where the folder of documents cannot be read.
    """
    if folder.is_dir():
        with suppress(OSError):  # the disk is read-only or full: whoever writes the index will say so
            make_private(index)
    return load(folder, kept=Places(index).parsed)
