"""Words -> BM25 scores, over texts by their number. Knows nothing of documents, vectors or meaning."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.fusion import Positions, Scores, best
from index.words import WordList, mapped, terms

MOST_READ = 20_000  # pairs read before only texts seen so far are looked at: what the rarer words of a query find
MOST_SEEN = 2_000  # of them, the best by these words
LOOK_UPS = 16  # adding up so many pairs in a row takes as long as finding one of them by halving
ROUNDING = 1e-5  # sums of the same weights in another order differ by less, in proportion


class LexicalIndex:
    """A written index, mapped into memory; safe to share by threads."""

    def __init__(self, folder: Path, count: int) -> None:
        self._count = count
        self._words = WordList(folder)
        self._starts = mapped(folder / "starts.npy").data
        self._peaks = mapped(folder / "peaks.npy").data
        self._numbers: npt.NDArray[np.int32] = mapped(folder / "numbers.npy")
        self._weights: Scores = mapped(folder / "weights.npy")

    def words(self, query: str) -> list[int]:
        """The words of a query that are in any text, by their number, in order; one that comes twice counts twice."""
        found = (self._words.find(term) for term in terms(query))
        return [word for word in found if word is not None]

    def scores(self, query: str) -> Scores:
        """The BM25 score of every text, 0 where no word is shared."""
        scores = np.zeros(self._count, dtype=np.float32)
        for word in self.words(query):
            pairs = self._pairs(word)
            scores[self._numbers[pairs]] += self._weights[pairs]
        return scores

    def scores_at(self, words: Sequence[int], positions: Positions) -> Scores:
        """What `scores` gives for a query of these words at these positions, without looking at the others."""
        scores = np.zeros(len(positions), dtype=np.float32)
        for word in words:
            scores += self._weights_at(word, positions)
        return scores

    def best(self, query: Sequence[int], k: int) -> Positions:
        """The positions of the k highest scores, in order of position: those that `fusion.best` picks of `scores`, or,
        where its words are in so many texts that reading them all would take long, nearly those: of the texts with the
        rarest words, the best by these.

        Texts that share no word are left out. The words are taken from the weightiest down; as soon as the words that
        are left could not lift a text that has none of those before among the best k, they are only looked up for the
        texts seen so far (Turtle and Flood, "Query Evaluation: Strategies and Optimizations", 1995: MaxScore).
        """
        often = Counter(query)
        words = sorted(often, key=lambda word: -self._peaks[word] * often[word])
        left = sum(self._peaks[word] * often[word] for word in words)
        unread = sum(self._length(word) for word in words)
        read, most = 0, 0.0  # pairs read, and the most that a text can have by them
        sums = np.zeros(self._count, dtype=np.float32)
        seen = np.empty(0, dtype=np.intp)
        closed = False  # no text that is not seen can be among the best
        for word in words:
            could = closed or left < most or read >= MOST_READ  # else none can be ahead by what is left
            if could and len(seen) >= k and unread > len(seen):
                bar = float(_highest(sums[seen], k)) * (1.0 - ROUNDING)
                closed = closed or left < bar or read >= MOST_READ
                if read >= MOST_READ and len(seen) > MOST_SEEN:
                    bar = max(bar, float(_highest(sums[seen], MOST_SEEN)) + left)
                if closed:
                    seen = seen[sums[seen] + left * (1.0 + ROUNDING) >= bar]
            pairs = self._pairs(word)
            if closed and len(seen) * LOOK_UPS < self._length(word):
                sums[seen] += self._weights_at(word, seen) * often[word]
            else:
                numbers = self._numbers[pairs].astype(np.intp)
                before = sums[numbers]
                if not closed:
                    seen = np.concatenate([seen, numbers[before == 0]])
                sums[numbers] = before + self._weights[pairs] * often[word]
            left -= self._peaks[word] * often[word]
            most += self._peaks[word] * often[word]
            read += self._length(word)
            unread -= self._length(word)
        return self._best_of(query, k, seen, sums[seen])

    def frequency(self, term: str) -> int:
        """In how many texts the stem `term` occurs."""
        word = self._words.find(term)
        return 0 if word is None else self._length(word)

    def _best_of(self, query: Sequence[int], k: int, seen: Positions, sums: Scores) -> Positions:
        """Of the texts seen, whose sums are right but for rounding, the best k by the scores as `scores` adds them."""
        if len(seen) > k:
            seen = seen[sums >= _highest(sums, k) * (1.0 - ROUNDING)]
        positions = np.sort(seen)
        return np.sort(positions[best(self.scores_at(query, positions), k)])

    def _pairs(self, word: int) -> slice:
        return slice(self._starts[word], self._starts[word + 1])

    def _length(self, word: int) -> int:
        return self._starts[word + 1] - self._starts[word]

    def _weights_at(self, word: int, positions: Positions) -> Scores:
        """The weight of a word in these texts, 0 where it is in none."""
        pairs = self._pairs(word)
        numbers = self._numbers[pairs]
        places = np.minimum(np.searchsorted(numbers, positions.astype(np.int32)), len(numbers) - 1)
        return np.asarray(np.where(numbers[places] == positions, self._weights[pairs][places], np.float32(0)))


def _highest(scores: Scores, k: int) -> np.float32:
    """The k-th highest score."""
    lowest = len(scores) - k
    return np.float32(np.partition(scores, lowest)[lowest])
