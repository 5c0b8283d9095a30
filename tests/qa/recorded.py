"""The last recorded run: marks only, small enough to keep beside the set. A later run must not fall below it."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.qa.cases import FOLDER
from tests.qa.figures import Mark
from tests.qa.run import Version

FILE = FOLDER / "recorded.json"
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Recorded:
    version: Version
    marks: dict[str, float | None]


def read(file: Path = FILE) -> Recorded | None:
    """The recorded run; None where there is none."""
    if not file.exists():
        return None
    data = json.loads(file.read_text("utf-8"))
    return Recorded(Version(**data["version"]), data["marks"])


def write(version: Version, marks: Sequence[Mark], file: Path = FILE) -> None:
    values = {mark.id: None if mark.value is None else round(mark.value, _DIGITS) for mark in marks if _kept(mark)}
    text = json.dumps({"version": asdict(version), "marks": values}, indent=2)
    file.write_text(text + "\n", encoding="utf-8")


def fallen(marks: Sequence[Mark], before: Recorded | None) -> list[str]:
    """A sentence for each mark that is worse than recorded by more than its tolerance."""
    if before is None:
        return []
    return [
        f"{mark.name}: {mark.shown}, recorded {mark.show(before.marks[mark.id])} "
        f"(may fall by {mark.show(mark.tolerance or 0.0)})"
        for mark in marks
        if mark.id in before.marks and mark.fallen(before.marks[mark.id])
    ]


def _kept(mark: Mark) -> bool:
    """Latency belongs to a machine, not to a version."""
    return mark.unit != "s"
