"""Popularity that fades: what is popular now, not what has been for years."""

from __future__ import annotations

import numpy as np

from bench.algorithm import Algorithm, Can, Needs
from bench.errors import Unsupported
from bench.params import Params, number
from bench.types import Floats, Query, Training

_DAY = 86_400  # seconds
_EVER = 36_500.0  # days


class RecentPopularityParams(Params):
    """How fast the past fades, and when it is forgotten; the half life by validation on MovieLens 100K."""

    half_life: float = number(90, low=0.01, high=_EVER, search=(1, 1000), log=True)
    """Days after which an interaction counts half."""
    window: float = number(_EVER, low=0.01, high=_EVER)
    """Days before the last interaction of training; what is older does not count. 100 years, the default, keep all."""


class RecentPopularity(Algorithm[RecentPopularityParams]):
    """s(q, i) = Σ_n 2^(−age_n / half_life) over the training interactions n with item i and age_n ≤ window.

    Ages are in days before the last interaction of training, for all questions, whenever they are asked. Items without
    training interactions in the window score 0. Raises Unsupported for data without times.
    """

    name = "recent-popularity"
    family = "baseline"
    Params = RecentPopularityParams
    needs = Needs.TIMES
    can = Can.RANK | Can.SERVE_NEW_USERS

    def fit(self, train: Training) -> None:
        """Add up what is left of each interaction."""
        data = train.interactions
        if data.times is None:
            raise Unsupported("recent-popularity needs times, and the data set has none")
        age = ((data.times.max() if len(data) else 0) - data.times) / _DAY
        left = np.where(age <= self.params.window, 0.5 ** (age / self.params.half_life), 0)
        self.weights = np.bincount(data.items, left, data.n_items)

    def score(self, query: Query) -> Floats:
        """(b, n_items) float64: after many half lives little is left, and float32 would make it nothing."""
        return np.repeat(self.weights[None, :], len(query), axis=0)
