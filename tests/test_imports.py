"""Imports go one way: corpus <- index <- assistant <- app. Modules are nouns and stay short."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LAYERS = ("corpus", "index", "assistant", "app")
MAX_LINES = 300
VAGUE = {"utils", "util", "helpers", "common", "misc"}


def sources(*tops: str) -> list[Path]:
    return sorted(path for top in tops for path in [*(ROOT / top).rglob("*.py"), *ROOT.glob(f"{top}.py")])


def imported(source: str, package: str = "") -> Iterator[str]:
    """Every module that a source imports, inside functions and type-checking blocks too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            inside = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            yield ".".join([*inside, *filter(None, [node.module])])


def wrong_arrows(source: str, layer: str) -> list[str]:
    """What a module of this layer may not import: layers above it, and the tests."""
    forbidden = {*LAYERS[LAYERS.index(layer) + 1 :], "tests"}
    return [name for name in imported(source, layer) if name.split(".")[0] in forbidden]


@pytest.mark.parametrize("layer", LAYERS)
def test_imports_go_one_way(layer: str) -> None:
    paths = sources(layer)
    assert paths
    wrong = {str(path.relative_to(ROOT)): wrong_arrows(path.read_text("utf-8"), layer) for path in paths}
    assert {path: names for path, names in wrong.items() if names} == {}


@pytest.mark.parametrize(
    ("source", "layer"),
    [
        ("from index import store", "corpus"),
        ("def later():\n    import assistant.engine", "index"),
        ("import app", "assistant"),
        ("from tests.qa import cases", "app"),
    ],
)
def test_a_wrong_arrow_is_seen(source: str, layer: str) -> None:
    assert wrong_arrows(source, layer)


def test_the_right_direction_and_relative_imports_are_allowed() -> None:
    assert wrong_arrows("import corpus\nfrom . import store\nfrom .store import open", "index") == []


def test_the_corpus_knows_no_vectors_models_or_chat() -> None:
    names = {name.split(".")[0] for path in sources("corpus") for name in imported(path.read_text("utf-8"))}
    assert names.isdisjoint({"chromadb", "langchain", "langchain_core", "gradio", "torch", "onnxruntime", "tokenizers"})


def test_modules_are_short_and_not_a_drawer() -> None:
    paths = sources(*LAYERS, "tests")
    long = {str(path.relative_to(ROOT)): path.read_text("utf-8").count("\n") for path in paths}
    assert {path: lines for path, lines in long.items() if lines > MAX_LINES} == {}
    assert [path for path in paths if path.stem in VAGUE] == []
