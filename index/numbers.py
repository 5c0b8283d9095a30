"""Ids of passages -> their positions, in two sorted arrays mapped into memory. Knows nothing of passages.

A query's hundred ids are found at once in some 50 microseconds, where a table of SQLite takes a millisecond and more.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.fusion import Positions
from index.words import mapped

DIGITS = 16  # of an id, a SHA-256 in hexadecimal: two of a million share them once in 30 million collections
KEYS, PLACES = "ids.npy", "positions.npy"


class IdList:
    """A written list, read only; safe to share by threads."""

    def __init__(self, folder: Path) -> None:
        self._keys: npt.NDArray[np.uint64] = mapped(folder / KEYS)
        self._places: npt.NDArray[np.int32] = mapped(folder / PLACES)

    def positions(self, ids: Sequence[str]) -> Positions:
        """Where these ids stand, in their order; unknown ones are left out."""
        if not len(self._keys):
            return np.empty(0, dtype=np.intp)
        keys = _keys(ids)
        found = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        return np.asarray(self._places[found[self._keys[found] == keys]], dtype=np.intp)


def write_id_list(folder: Path, ids: Sequence[str]) -> None:
    """Write the list of these ids; positions are their places in it."""
    keys = _keys(ids)
    order = np.argsort(keys, kind="stable")
    np.save(folder / KEYS, keys[order])
    np.save(folder / PLACES, order.astype(np.int32))


def _keys(ids: Sequence[str]) -> npt.NDArray[np.uint64]:
    return np.frombuffer(bytes.fromhex("".join(id[:DIGITS] for id in ids)), ">u8").astype(np.uint64)
