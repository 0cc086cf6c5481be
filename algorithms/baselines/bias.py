"""Rating bias: the overall mean plus what is usual for the item and for the user."""

from __future__ import annotations

import numpy as np

from bench.algorithm import Algorithm, Can, Needs
from bench.params import Params, number
from bench.types import Floats, Ints, Longs, Query, Training


class BiasParams(Params):
    """Damping of the two means."""

    item_regularization: float = number(25, low=0, high=10_000, search=(1, 100), log=True)
    """λ_i: an item's mean counts as if it had this many ratings more, all at the overall mean."""
    user_regularization: float = number(10, low=0, high=10_000, search=(1, 100), log=True)
    """λ_u: the same for users."""


class Bias(Algorithm[BiasParams]):
    """b(u, i) = μ + b_i + b_u, with

    b_i = Σ_u (r_ui − μ) / (λ_i + |R_i|)   and   b_u = Σ_i (r_ui − μ − b_i) / (λ_u + |R_u|),

    Koren (2010), "Factor in the neighbors", equations in section 2.1, with its λ_i = 25 and λ_u = 10. The user term is
    computed from the history of the question, so new users are served.
    """

    name = "bias"
    family = "baseline"
    paper = "koren2010"
    Params = BiasParams
    needs = Needs.RATINGS
    can = Can.RANK | Can.PREDICT_RATINGS | Can.SERVE_NEW_USERS

    def fit(self, train: Training) -> None:
        """Learn μ and b_i."""
        ratings, items = train.interactions.known_ratings.astype(np.float64), train.interactions.items
        self.mean = float(ratings.mean())
        sums = np.bincount(items, weights=ratings - self.mean, minlength=train.interactions.n_items)
        counts = np.bincount(items, minlength=train.interactions.n_items)
        self.item_bias = sums / np.maximum(self.params.item_regularization + counts, 1e-12)

    def score(self, query: Query) -> Floats:
        """(b, n_items) predicted ratings."""
        return np.asarray(self.mean + self._user_bias(query)[:, None] + self.item_bias[None, :])

    def predict(self, query: Query, rows: Longs, items: Ints) -> Floats:
        """(n,) μ + b_i + b_u."""
        return np.asarray(self.mean + self._user_bias(query)[rows] + self.item_bias[items])

    def _user_bias(self, query: Query) -> Floats:
        rows = np.repeat(np.arange(len(query)), np.diff(query.offsets))
        ratings = self.mean if query.ratings is None else query.ratings.astype(np.float64)
        left = ratings - self.mean - self.item_bias[query.items]
        sums = np.bincount(rows, weights=left, minlength=len(query))
        return np.asarray(sums / np.maximum(self.params.user_regularization + np.diff(query.offsets), 1e-12))
