"""Popularity: the same list for everybody, and harder to beat than it looks."""

from __future__ import annotations

import numpy as np

from bench.algorithm import Algorithm, Can
from bench.params import Params
from bench.types import Floats, Query, Training


class Popularity(Algorithm[Params]):
    """s(q, i) = number of users with item i in training."""

    name = "popularity"
    family = "baseline"
    can = Can.RANK | Can.SERVE_NEW_USERS

    def fit(self, train: Training) -> None:
        """Count the distinct users of each item."""
        self.counts = np.diff(train.interactions.matrix().tocsc().indptr).astype(np.float32)

    def score(self, query: Query) -> Floats:
        """(b, n_items) the counts, once for each question."""
        return np.repeat(self.counts[None, :], len(query), axis=0)
