"""The checks of strings and meaning on replies written by somebody who did not know them: the floors they keep."""

import pytest

from tests.chat.drill import CLEAN, DEVELOPMENT, HELD_OUT, Result, checked, drills, rates


@pytest.fixture(scope="module")
def results() -> list[Result]:
    return [checked(drill) for drill in drills()]


def test_the_set_is_whole() -> None:
    ids = [drill.id for drill in drills()]
    assert len(ids) == len(set(ids)) == 757
    assert {drill.split for drill in drills()} == {DEVELOPMENT, HELD_OUT}
    assert len({drill.defect for drill in drills()}) == 14


# What strings can tell is caught nearly always; what needs the meaning, mostly.
FLOORS = {
    CLEAN: 0.80,
    "condition": 0.70,
    "drug": 0.90,
    "hedge": 0.90,
    "invented-quote": 1.0,
    "name": 0.90,
    "negation": 0.80,
    "number": 1.0,
    "procedure": 0.90,
    "role": 1.0,
    "speaker": 0.80,
    "state": 1.0,
    "stitched-quote": 1.0,
    "wrong-passage": 1.0,
}


@pytest.mark.parametrize("defect", FLOORS)
def test_floors(defect: str, results: list[Result]) -> None:
    counts = rates(results)
    right, _, total = (sum(parts) for parts in zip(*(counts[defect, split] for split in (DEVELOPMENT, HELD_OUT)),
                                                   strict=True))  # fmt: skip
    assert right / total >= FLOORS[defect], f"{defect}: {right} of {total}"
