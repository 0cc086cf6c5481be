"""Reciprocal-rank fusion: what matters is the place of an item in the lists of two algorithms, not its score."""

from __future__ import annotations

import numpy as np

from algorithms.hybrid.parts import Hybrid, HybridParams
from bench.params import number
from bench.types import Bools, Floats, Query


class FusionParams(HybridParams):
    """Two algorithms, and the constant of the fusion, whose default is that of the paper."""

    k: float = number(60, low=0, high=100_000, search=(1, 1000), log=True)
    """How little the first places differ: the first counts (k + 2) / (k + 1) times as much as the second."""


class ReciprocalRankHybrid(Hybrid[FusionParams]):
    """s(q, i) = Σ_m 1 / (k + rank_m(q, i)),

    Cormack, Clarke and Büttcher (2009), "Reciprocal rank fusion outperforms Condorcet and individual rank learning
    methods". Ranks are counted from 1 among the items that are not in the history, all of the catalogue; items of equal
    score share the mean of their places. An item that a part cannot score (NaN) gets nothing from it, and is NaN where
    neither can. Unknown users and items get what the parts make of them.
    """

    name = "hybrid-rrf"
    paper = "cormack2009"
    Params = FusionParams

    def score(self, query: Query) -> Floats:
        """(b, n_items) float64. Raises Unsupported for new users that a part does not serve."""
        first, second = self.asked("first", query), self.asked("second", query)
        scores = np.full(first.shape, np.nan)
        new = np.ones(query.n_items, np.bool_)  # not in the history
        for row in range(len(query)):
            history = query.items[query.offsets[row] : query.offsets[row + 1]]
            new[history] = False
            found = [1 / (self.params.k + ranks(part[row], new)) for part in (first, second)]
            known = ~(np.isnan(found[0]) & np.isnan(found[1]))
            scores[row, known] = (np.nan_to_num(found[0]) + np.nan_to_num(found[1]))[known]
            new[history] = True
        return scores


def ranks(scores: Floats, new: Bools) -> Floats:
    """(n,) 1 + how many new items score higher, and half as many as have the same score besides; NaN for NaN.

    The others are placed among the new ones and move none of them.
    """
    order = np.argsort(scores)[: np.count_nonzero(~np.isnan(scores))]  # ascending; NaN would come last
    ordered = scores[order]
    starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))  # of runs of equal scores
    sizes = np.diff(np.append(starts, len(order)))
    counted = np.concatenate([[0], np.cumsum(new[order])])
    higher = counted[-1] - counted[starts + sizes]
    equal = counted[starts + sizes] - counted[starts]
    found = np.full(len(scores), np.nan)
    found[order] = 1 + np.repeat(higher, sizes) + np.maximum(np.repeat(equal, sizes) - new[order], 0) / 2
    return found
