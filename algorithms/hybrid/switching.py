"""Switching hybrid: one algorithm for short histories, another for long ones."""

from __future__ import annotations

import numpy as np

from algorithms.hybrid.parts import Hybrid, HybridParams, Specification, part
from bench.algorithm import Can
from bench.params import number
from bench.types import Floats, Query


class SwitchingParams(HybridParams):
    """Two algorithms, and when the second takes over; below five interactions neighbours are mostly chance."""

    first: Specification = part("popularity")
    """Who answers for short histories: its name, or { name = "…", params = { … } }."""
    second: Specification = part("item-knn")
    """Who answers for the others."""
    long_from: int = number(5, low=0, high=1_000_000, search=(1, 50), log=True)
    """Interactions in the history from which on the second answers; 0: always."""


class SwitchingHybrid(Hybrid[SwitchingParams]):
    """s(q, i) = s₁(q, i) if |history of q| < long_from, else s₂(q, i),

    a switching hybrid in the sense of Burke (2002), "Hybrid recommender systems: survey and experiments". A part is
    asked only what it answers: the second need not serve new users as long as their histories are short. Unknown users
    and items get what that part makes of them.
    """

    name = "hybrid-switching"
    paper = "burke2002"
    Params = SwitchingParams
    takes_both = Can.SERVE_NEW_USERS | Can.SCORE_NEW_ITEMS

    def score(self, query: Query) -> Floats:
        """(b, n_items). Raises Unsupported where a part is asked by new users and does not serve them."""
        long = np.diff(query.offsets) >= self.params.long_from
        rows = {"first": np.flatnonzero(~long), "second": np.flatnonzero(long)}
        found = {name: self.asked(name, query.take(which)) for name, which in rows.items() if len(which)}
        kind = np.result_type(np.float32, *found.values())
        scores = np.empty((len(query), query.n_items), kind)
        for name, answer in found.items():
            scores[rows[name]] = answer
        return scores
