"""Whether the files of a store can be trusted. Knows nothing of what is in them.

Run as `python -m index.upkeep FOLDER`, it is the child process that opens a store of unknown state and looks: some
damaged graph files end the process that reads them. Exit 0 means whole.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np

from index.durable import write_file
from index.store import AT_ONCE, COLLECTION, all_found, canaries, client

PROBE_SECONDS = 600


def usable(folder: Path, record: Path) -> bool:
    """Are the files as last written, or does a child process find them whole? (Where there are none: yes.)"""
    if not folder.is_dir() or as_written(folder, record):
        return True
    probe = [sys.executable, "-m", "index.upkeep", str(folder.absolute())]
    root = str(Path(__file__).resolve().parent.parent)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))}
    try:
        done = subprocess.run(probe, env=environment, capture_output=True, timeout=PROBE_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def as_written(folder: Path, record: Path) -> bool:
    """Are the files there in the sizes they had when the last sync closed them?"""
    try:
        recorded = json.loads(record.read_bytes())
    except (OSError, ValueError):
        return False
    return bool(recorded) and recorded == _sizes(folder)


def record_files(folder: Path, record: Path) -> None:
    """Write down the sizes of the files of a closed store. (Times say nothing: opening touches them.)"""
    write_file(record, json.dumps(_sizes(folder)).encode())


def remove(folder: Path, record: Path) -> None:
    """Take a store away."""
    record.unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)


def whole(folder: Path) -> bool:
    """Have all rows a vector, and do some of them find themselves? May raise, or end the process."""
    collection = client(folder).get_collection(COLLECTION, embedding_function=None)
    ids = collection.get(include=[])["ids"]
    if len(ids) != collection.count():
        return False
    for start in range(0, len(ids), AT_ONCE):
        collection.get(ids=ids[start : start + AT_ONCE], include=["embeddings"])  # raises where a vector is missing
    some = [ids[position] for position in canaries(len(ids))]
    if not some:
        return True
    vectors = np.asarray(collection.get(ids=some, include=["embeddings"])["embeddings"], dtype=np.float32)
    return all_found(collection, vectors)


def _sizes(folder: Path) -> dict[str, int]:
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.endswith("-journal"))
    return {str(path.relative_to(folder)): path.stat().st_size for path in files}


if __name__ == "__main__":
    sys.exit(0 if whole(Path(sys.argv[1])) else 1)
