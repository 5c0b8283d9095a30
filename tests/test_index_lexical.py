"""BM25: its scores are bm25s's, an update is a full writing, and the best are found without adding up everything."""

import json
import random
from pathlib import Path

import bm25s
import numpy as np
import pytest

from index.fusion import best
from index.lexical import LexicalIndex
from index.postings import update_lexical, write_lexical
from index.words import Numbering, WordList, terms

# Words as a language has them: a few are in nearly every text, most in a few.
VOCABULARY = [f"word{number}" for number in range(3000)] + ["naïve", "β2", "日本", "lasers", "treating"]
ODDS = [1 / (rank + 2) for rank in range(len(VOCABULARY))]


def texts_of(count: int, seed: int = 1) -> list[str]:
    source = random.Random(seed)
    return [" ".join(source.choices(VOCABULARY, ODDS, k=source.randint(0, 60))) for _ in range(count)]


def queries_of(count: int, seed: int = 2) -> list[str]:
    source = random.Random(seed)
    some = [" ".join(source.choices(VOCABULARY, ODDS, k=source.randint(1, 12))) for _ in range(count // 2)]
    return some + [" ".join(source.choices(VOCABULARY, k=source.randint(1, 12))) for _ in range(count // 2)]


@pytest.fixture(scope="module")
def texts() -> list[str]:
    return texts_of(5000)


@pytest.fixture(scope="module")
def folder(texts: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lexical") / "lexical"
    write_lexical(folder, texts)
    return folder


@pytest.fixture
def index(folder: Path, texts: list[str]) -> LexicalIndex:
    return LexicalIndex(folder, len(texts))


class TestScores:
    def test_they_are_bm25s_own(self, index: LexicalIndex, texts: list[str]) -> None:
        theirs = bm25s.BM25(k1=0.9, b=0.4, method="lucene")
        theirs.index([terms(text) for text in texts], show_progress=False)
        for query in queries_of(50):
            known = [term for term in terms(query) if term in theirs.vocab_dict]
            expected = theirs.get_scores(known) if known else np.zeros(len(texts))
            np.testing.assert_allclose(index.scores(query), expected, rtol=1e-6)

    def test_at_some_positions(self, index: LexicalIndex) -> None:
        positions = np.array([0, 3, 17, 4999])
        for query in queries_of(50):
            np.testing.assert_array_equal(
                index.scores_at(index.words(query), positions), index.scores(query)[positions]
            )

    def test_in_how_many_texts(self, index: LexicalIndex, texts: list[str]) -> None:
        assert index.frequency("word0") == sum("word0" in text.split() for text in texts)
        assert index.frequency("nowhere") == 0

    @pytest.mark.parametrize("query", ["", "zebra", "the", "zzzz aaaa"])
    def test_nothing_in_common(self, index: LexicalIndex, query: str) -> None:
        assert not index.scores(query).any()
        assert not len(index.best(index.words(query), 10))

    @pytest.mark.parametrize("texts", [[], ["", ""], ["it is", "to be"]])
    def test_texts_without_words(self, texts: list[str], tmp_path: Path) -> None:
        write_lexical(tmp_path / "lexical", texts)
        index = LexicalIndex(tmp_path / "lexical", len(texts))
        assert list(index.scores("it was a laser")) == [0.0] * len(texts)
        assert not len(index.best(index.words("laser"), 10))


class TestBest:
    """The shortcuts must change nothing: not one position, ties included."""

    @pytest.mark.parametrize("k", [1, 10, 100, 5000])
    def test_same_as_of_all_scores(self, index: LexicalIndex, k: int) -> None:
        for query in [*queries_of(200), "word0 word0 word1", "word0", "word1 word2 word2999"]:
            scores = index.scores(query)
            everything = best(scores, k)
            expected = np.sort(everything[scores[everything] > 0])
            np.testing.assert_array_equal(index.best(index.words(query), k), expected, query)

    def test_most_pairs_of_a_common_word_are_not_added(self, index: LexicalIndex) -> None:
        """Else the test above would prove nothing of the shortcut."""
        looked_up: list[int] = []
        plain = index._weights_at

        def noting(word: int, positions: np.ndarray) -> np.ndarray:
            looked_up.append(len(positions))
            return plain(word, positions)

        index._weights_at = noting  # type: ignore[method-assign]
        index.best(index.words("word0 word2500 word2600 word2700"), 3)
        assert len(looked_up) > 4  # once for each word at the end, and before that for the common one


class TestUpdate:
    def _assert_same(self, one: Path, other: Path) -> None:
        names = sorted(path.name for path in one.iterdir())
        assert names == sorted(path.name for path in other.iterdir())
        for name in names:
            assert (one / name).read_bytes() == (other / name).read_bytes(), name

    def test_the_same_bytes_as_a_full_writing(self, folder: Path, texts: list[str], tmp_path: Path) -> None:
        source = random.Random(3)
        stays = [position for position in range(len(texts)) if source.random() < 0.9]
        source.shuffle(stays)
        later = [texts[position] for position in stays] + texts_of(200, seed=9)
        later[5] = "a text that is here for the first time, with words seen nowhere before"
        moved = np.full(len(texts), -1, dtype=np.int64)
        moved[stays] = np.arange(len(stays))
        moved[stays[5]] = -1
        fresh = {number: text for number, text in enumerate(later) if number == 5 or number >= len(stays)}
        update_lexical(tmp_path / "updated", len(later), fresh, folder, moved)
        write_lexical(tmp_path / "whole", later)
        self._assert_same(tmp_path / "updated", tmp_path / "whole")

    def test_everything_goes(self, folder: Path, texts: list[str], tmp_path: Path) -> None:
        update_lexical(tmp_path / "updated", 1, {0: "laser"}, folder, np.full(len(texts), -1, dtype=np.int64))
        write_lexical(tmp_path / "whole", ["laser"])
        self._assert_same(tmp_path / "updated", tmp_path / "whole")


class TestWords:
    def test_numbers_are_those_of_the_stems(self) -> None:
        numbering = Numbering(["laser"])
        text = "The Lasers are treating lasers; treated naïve skin"
        stems = list(numbering.stems)
        found = numbering.of(text)
        stems = list(numbering.stems)
        assert [stems[number] for number in found] == terms(text)
        assert stems[0] == "laser"

    def test_a_list_finds_what_was_written(self, folder: Path) -> None:
        words = WordList(folder)
        stems = words.all()
        assert stems == sorted(stems)
        assert [words.find(stem) for stem in stems] == list(range(len(words)))
        assert words.find("") is None
        assert words.find("\U0010ffff") is None
        assert json.dumps(stems)  # whole letters: no word was cut within one
