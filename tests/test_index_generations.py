"""An index whose files are in another version's format is named as such, and built again by a sync."""

import json
from pathlib import Path

import pytest

from index.errors import IndexProblem
from index.generations import CURRENT, current
from index.passages import PassageIndex
from index.sync import sync
from tests.index_helpers import WordEmbedder, assert_same_index, random_corpus


@pytest.mark.parametrize("older", [{}, {"format": 1}])
def test_another_format(older: dict[str, int], tmp_path: Path) -> None:
    corpus = random_corpus(5, 5)
    sync(corpus, tmp_path / "index", embedder=WordEmbedder())
    file = tmp_path / "index" / CURRENT
    facts = json.loads(file.read_bytes())
    del facts["format"]
    file.write_text(json.dumps(facts | older))
    with pytest.raises(IndexProblem, match="another version"):
        PassageIndex.open(tmp_path / "index", WordEmbedder())
    embedder = WordEmbedder()
    assert sync(corpus, tmp_path / "index", embedder=embedder).embedded == 0
    assert current(tmp_path / "index") is not None
    sync(corpus, tmp_path / "fresh", embedder=WordEmbedder())
    assert_same_index(tmp_path / "index", tmp_path / "fresh", ["laser burn"])


def test_an_edit_leaves_the_same_lexical_index_as_a_fresh_build(tmp_path: Path) -> None:
    sync(random_corpus(12, 5), tmp_path / "index", embedder=WordEmbedder())
    edited = random_corpus(10, 6)
    sync(edited, tmp_path / "index", embedder=WordEmbedder())
    sync(edited, tmp_path / "fresh", embedder=WordEmbedder())
    folders = [current(tmp_path / name).folder / "lexical" for name in ("index", "fresh")]  # type: ignore[union-attr]
    for file in folders[0].iterdir():
        assert file.read_bytes() == (folders[1] / file.name).read_bytes(), file.name
