"""What the tests of the whole assistant with a chat model share: one engine, and an eye on threads left behind."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.engine import Assistant
from index.passages import PassageIndex


@pytest.fixture(scope="session")
def engine(real_index: Path) -> Assistant:
    return Assistant(PassageIndex.open(real_index))


@pytest.fixture
def no_thread_is_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - before:
        thread.join(5)
    assert [thread.name for thread in threading.enumerate() if thread not in before and thread.is_alive()] == []
