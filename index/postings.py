"""Which words stand in which texts, and what BM25 gives for each: written, or taken over from what was written before.

The arrays of a lexical index, `n` words in `p` (word, text) pairs, the words sorted and the texts of each too:

    words.txt, word-starts.npy   the stems, one after another, and where each starts (n + 1)
    starts.npy                   where the pairs of each word start (n + 1)
    numbers.npy                  the text of each pair (p)
    counts.npy                   how often the word stands in it (p); only a later writing reads this
    weights.npy                  what the pair adds to the text's score (p)
    peaks.npy                    the highest weight of each word (n)

They depend on the texts alone, never on the order in which texts came and went. Weights hang on all texts together (how
rare a word is, how long the texts are), so all are computed at each writing: seconds for a million texts, where reading
and stemming them takes many minutes. Knows nothing of queries.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index.words import Numbering, WordList, write_word_list

K1 = 0.9  # with b, the values of Anserini's BEIR baselines; (1.5, .75) is worse here and drags fusion down
B = 0.4
AT_ONCE = 4_000_000  # pairs weighed in one step, so that a large index needs little memory beside itself

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Word, text and count of each pair: arrays of one length."""

    words: npt.NDArray[Any]
    numbers: npt.NDArray[Any]
    counts: npt.NDArray[Any]


def write_lexical(folder: Path, texts: Sequence[str]) -> None:
    """Index the texts; numbers are their positions."""
    update_lexical(folder, len(texts), dict(enumerate(texts)))


def update_lexical(
    folder: Path, count: int, fresh: Mapping[int, str], old: Path | None = None, moved: Integers | None = None
) -> None:
    """Index `count` texts, of which only the `fresh` ones, by number, are read.

    The others are in the index in the folder `old`: `moved` has for each text there its number here, or -1.
    """
    numbering = Numbering(WordList(old).all() if old else ())
    parts = [_read(fresh, numbering)]
    if old is not None and moved is not None:
        parts.append(_taken_over(old, moved))
    pairs = Pairs(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("words", "numbers", "counts")))
    _write(folder, count, pairs, list(numbering.stems))


def _read(texts: Mapping[int, str], numbering: Numbering) -> Pairs:
    words: list[npt.NDArray[Any]] = [np.empty(0, np.int32)]
    counts: list[npt.NDArray[Any]] = [np.empty(0, np.int32)]
    lengths = np.zeros(len(texts), dtype=np.int64)
    for row, text in enumerate(texts.values()):
        counted = Counter(numbering.of(text))
        lengths[row] = len(counted)
        words.append(np.fromiter(counted.keys(), np.int32, len(counted)))
        counts.append(np.fromiter(counted.values(), np.int32, len(counted)))
    numbers = np.repeat(np.fromiter(texts.keys(), np.int32, len(texts)), lengths)
    return Pairs(np.concatenate(words), numbers, np.concatenate(counts))


def _taken_over(old: Path, moved: Integers) -> Pairs:
    starts = np.load(old / "starts.npy")
    numbers = moved[np.load(old / "numbers.npy")]
    words = np.repeat(np.arange(len(starts) - 1, dtype=np.int32), np.diff(starts))
    stay = numbers >= 0
    return Pairs(words[stay], numbers[stay].astype(np.int32), np.load(old / "counts.npy")[stay])


def _write(folder: Path, count: int, pairs: Pairs, stems: Sequence[str]) -> None:
    used = np.unique(pairs.words)
    by_letters = sorted(used.tolist(), key=stems.__getitem__)
    ranks = np.zeros(len(stems), dtype=np.int64)
    ranks[by_letters] = np.arange(len(by_letters))
    order = np.argsort(ranks[pairs.words] << 32 | pairs.numbers)
    numbers, counts = pairs.numbers[order].astype(np.int32), pairs.counts[order]
    starts = np.zeros(len(by_letters) + 1, dtype=np.int64)
    np.cumsum(np.bincount(ranks[pairs.words], minlength=len(by_letters)), out=starts[1:])
    weights = _weights(count, starts, numbers, counts)
    folder.mkdir(parents=True)
    write_word_list(folder, [stems[word] for word in by_letters])
    arrays: dict[str, npt.NDArray[Any]] = {"starts": starts, "numbers": numbers, "weights": weights}
    arrays["counts"] = counts.astype(np.min_scalar_type(counts.max(initial=0)))
    arrays["peaks"] = np.maximum.reduceat(weights, starts[:-1]) if len(weights) else weights
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)


def _weights(count: int, starts: Integers, numbers: npt.NDArray[Any], counts: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Lucene's BM25 as Kamphuis et al., "Which BM25 Do You Mean?" (ECIR 2020), have it with exact lengths."""
    lengths = np.bincount(numbers, weights=counts, minlength=count)
    average = lengths.mean() if len(lengths) else 0.0
    texts_with = np.diff(starts)
    rarity = np.log(1.0 + (count - texts_with + 0.5) / (texts_with + 0.5)).astype(np.float32)
    damping = K1 * ((1.0 - B) + B * lengths / average) if average else lengths
    weights = np.empty(len(numbers), dtype=np.float32)
    words = np.repeat(np.arange(len(texts_with), dtype=np.int32), texts_with)
    for some in _slices(len(numbers)):
        often = counts[some].astype(np.float32)
        weights[some] = rarity[words[some]] * (often / (damping[numbers[some]] + often))
    return weights


def _slices(total: int) -> Iterable[slice]:
    return (slice(start, start + AT_ONCE) for start in range(0, total, AT_ONCE))
