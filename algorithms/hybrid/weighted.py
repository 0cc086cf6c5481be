"""Weighted hybrid: the scores of two algorithms, brought to one scale and added."""

from __future__ import annotations

import numpy as np

from algorithms.hybrid.parts import Hybrid, HybridParams
from bench.params import number
from bench.types import Floats, Query


class WeightedParams(HybridParams):
    """Two algorithms and their shares, which are equal unless something is known of the parts."""

    weight: float = number(0.5, low=0, high=1, search=(0, 1))
    """Share of the first; the second has the rest."""


class WeightedHybrid(Hybrid[WeightedParams]):
    """s(q, i) = weight·n₁(q, i) + (1 − weight)·n₂(q, i) with n = (s − min s) / (max s − min s) over the items of q,

    a weighted hybrid in the sense of Burke (2002), "Hybrid recommender systems: survey and experiments". An item that
    only one part cannot score (NaN) has 0 there, as the worst has; where all scores of a part are equal, n is 0. An
    item that neither part scores is NaN. Unknown users and items get what the parts make of them.
    """

    name = "hybrid-weighted"
    paper = "burke2002"
    Params = WeightedParams

    def score(self, query: Query) -> Floats:
        """(b, n_items) float32 in [0, 1]. Raises Unsupported for new users that a part does not serve."""
        first, second = self.asked("first", query), self.asked("second", query)
        weight = self.params.weight
        total = weight * normalised(first) + (1 - weight) * normalised(second)
        total[np.isnan(first) & np.isnan(second)] = np.nan
        return np.asarray(total)


def normalised(scores: Floats) -> Floats:
    """(b, n) float32: each row stretched to [0, 1]; 0 for NaN, and everywhere in a row of equal scores."""
    low = np.where(np.isnan(scores), np.inf, scores).min(axis=1, keepdims=True)
    high = np.where(np.isnan(scores), -np.inf, scores).max(axis=1, keepdims=True)
    spread = np.where(high > low, high - low, 1)
    stretched = (scores - np.where(np.isfinite(low), low, 0)) / spread
    return np.nan_to_num(stretched.astype(np.float32), copy=False, nan=0.0)
