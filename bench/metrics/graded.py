"""Ranking metrics in which a held-out item with a higher rating is worth more.

The gain of an item that was not held out is 0. A question without any positive gain has no ideal list and is left out.
"""

from __future__ import annotations

import numpy as np

from bench.metrics.evidence import Evidence
from bench.metrics.measured import Doubles, Measured, mean, undefined
from bench.metrics.rating import NO_RATINGS

HIGHEST_EXPONENT = 1000  # 2^1024 is no finite number


def ndcg_graded(evidence: Evidence, k: int) -> Measured:
    """Σ_{r ≤ k} g / log2(r + 1) with the gain g = rating, divided by its largest value over all orders of the items.

    Järvelin and Kekäläinen (2002); the ideal list holds the k highest ratings, highest first. Undefined without
    held-out ratings and with negative ones.
    """
    ratings, reason = _ratings(evidence)
    return undefined(reason) if reason else _relative(evidence, ratings, k)


def ndcg_exponential(evidence: Evidence, k: int) -> Measured:
    """The same with the gain 2^rating − 1: Burges et al. (2005), "Learning to rank using gradient descent"."""
    ratings, reason = _ratings(evidence)
    if reason or ratings.max(initial=0) > HIGHEST_EXPONENT:
        return undefined(reason or f"ratings go up to {ratings.max():g}; 2 to that power is too large")
    return _relative(evidence, np.exp2(ratings) - 1, k)


def _ratings(evidence: Evidence) -> tuple[Doubles, str]:
    """(m,) ratings of the held-out items, and why they cannot be gains, or the empty string."""
    ratings = evidence.held.ratings
    if ratings is None or len(ratings) == 0:
        return np.empty(0), NO_RATINGS
    lowest = float(ratings.min())
    return ratings, f"a rating is {lowest:g}, and gains must not be negative" if lowest < 0 else ""


def _relative(evidence: Evidence, gains: Doubles, k: int) -> Measured:
    held = evidence.held
    ideal = held.ideal(gains, k)
    return mean(held.gained(gains, k) / np.where(ideal > 0, ideal, 1), ideal > 0, "every held-out rating is 0")
