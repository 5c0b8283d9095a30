"""Ids are found at their positions; unknown ones are left out."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from index.numbers import IdList, write_id_list

IDS = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(1000)]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> IdList:
    folder = tmp_path_factory.mktemp("ids")
    write_id_list(folder, IDS)
    return IdList(folder)


def test_every_id_is_at_its_place(written: IdList) -> None:
    assert np.array_equal(written.positions(IDS), np.arange(1000))


def test_the_order_asked_for_is_kept(written: IdList) -> None:
    assert written.positions([IDS[7], IDS[3], IDS[999]]).tolist() == [7, 3, 999]


def test_unknown_ones_are_left_out(written: IdList) -> None:
    assert written.positions([IDS[7], "0" * 64, "f" * 64, IDS[3]]).tolist() == [7, 3]


def test_none_are_in_an_empty_list(tmp_path: Path) -> None:
    write_id_list(tmp_path, [])
    assert not len(IdList(tmp_path).positions(IDS[:2]))
