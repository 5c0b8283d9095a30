"""requirements.txt lists what the code imports: nothing is missing, nothing is left over, everything is pinned."""

import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

from tests.test_imports import LAYERS, ROOT, imported, sources

OWN = {*LAYERS, "tests"}
# Not imported by name, with the reason.
NEEDED_BY_OTHERS = {
    "onnx": "torch.onnx.export writes through it",
    "langchain": "the frameworks that our Runnable and retriever are for",
    "huggingface-hub": "an older one than the page's, under langchain-huggingface",
    "pytest": "runs the tests",
    "ruff": "a command",
    "mypy": "a command",
}


def pinned(file: Path) -> dict[str, str]:
    """Names as written in lower case, and versions. Every line that is no comment or include must be a pin."""
    lines = [line.split("#")[0].strip() for line in file.read_text("utf-8").splitlines()]
    pins = [line.split("==") for line in lines if line and not line.startswith("-r ")]
    assert [pin for pin in pins if len(pin) != 2] == []
    return {canonical(name): version for name, version in pins}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def imported_distributions(*tops: str) -> set[str]:
    modules = {name.split(".")[0] for path in sources(*tops) for name in imported(path.read_text("utf-8"), "own")}
    outside = modules - OWN - {"own"} - set(sys.stdlib_module_names)
    known = packages_distributions()
    return {canonical(known.get(module, [module])[0]) for module in outside}


def test_what_the_application_imports_is_what_it_requires() -> None:
    required = set(pinned(ROOT / "requirements.txt"))
    used = imported_distributions(*LAYERS)
    assert used - required == set()
    assert required - used - set(NEEDED_BY_OTHERS) == set()


def test_what_the_tests_import_is_what_they_require() -> None:
    listed = set(pinned(ROOT / "tests/requirements.txt"))
    compared_with = set(pinned(ROOT / "tests/benchmarks/requirements.txt"))
    used = imported_distributions("tests")
    assert used - listed - compared_with - set(pinned(ROOT / "requirements.txt")) == set()
    assert compared_with - used - set(NEEDED_BY_OTHERS) == set()
    assert {name for name in listed - used if not name.startswith("types-")} - set(NEEDED_BY_OTHERS) == set()
