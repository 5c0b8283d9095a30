"""Long work made visible. Knows nothing of the work."""

import sys
from collections.abc import Callable
from typing import Any, TextIO

Progress = Callable[[str, int, int], None]  # what is being done, how many are done, how many there are


class ProgressBar:
    """A bar with rate and time left, one for each kind of work; call it as a Progress, then close it."""

    def __init__(self, stream: TextIO = sys.stderr, unit: str = "passages") -> None:
        self._stream = stream
        self._unit = f" {unit}"
        self._bar: Any = None
        self._work = ""

    def __call__(self, work: str, done: int, total: int) -> None:
        from tqdm import tqdm

        if work != self._work:
            self.close()
            self._work = work
            self._bar = tqdm(total=total, desc=work, unit=self._unit, file=self._stream)
        self._bar.update(done - self._bar.n)

    def close(self) -> None:
        """Leave the last bar as it stands."""
        if self._bar is not None:
            self._bar.close()
        self._bar, self._work = None, ""


def no_progress(work: str, done: int, total: int) -> None:
    """The default: nobody watches."""
