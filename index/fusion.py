"""Dense and lexical scores -> one. Knows nothing of texts, models or stores."""

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float32]
Positions = npt.NDArray[np.intp]

DENSE_WEIGHT = 0.5
CANDIDATES = 100  # of each kind


def best(scores: Scores, k: int) -> Positions:
    """The positions of the k highest scores, best first; ties go to the earlier one."""
    k = min(k, len(scores))
    if k < len(scores):
        some = np.argpartition(-scores, k - 1)[:k]
        # argpartition picks among equals as it likes: take the earliest of those that tie with the last.
        last = scores[some].min()
        above = np.flatnonzero(scores > last)
        some = np.concatenate([above, np.flatnonzero(scores == last)[: k - len(above)]])
    else:
        some = np.arange(len(scores))
    return np.asarray(some[np.lexsort((some, -scores[some]))], dtype=np.intp)


def fused(dense: Scores, lexical: Scores, dense_weight: float = DENSE_WEIGHT) -> Scores:
    """The convex mix of both, each scaled to [0, 1] over these candidates.

    Bruch et al., "An Analysis of Fusion Functions for Hybrid Retrieval" (ACM TOIS 2023), find it above reciprocal
    rank fusion and not sensitive to the kind of scaling. Where no word is shared, the dense side alone decides.
    """
    mixed = dense_weight * _scaled(dense) + (1.0 - dense_weight) * _scaled(lexical)
    return np.asarray(mixed, dtype=np.float32)


def _scaled(scores: Scores) -> Scores:
    if not len(scores):
        return scores
    low, high = float(scores.min()), float(scores.max())
    if high <= low:
        return np.zeros_like(scores)
    return np.asarray((scores - low) / (high - low), dtype=np.float32)
