"""Rating predictions that are products of learned factors, with new users folded in from their rated history."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from numba import njit
from threadpoolctl import threadpool_limits

from algorithms.factors.fold_in import fold_in, squares
from bench.algorithm import Algorithm, Can, Needs
from bench.errors import Unsupported
from bench.params import Params
from bench.types import Floats, Interactions, Ints, Longs, Query

P = TypeVar("P", bound=Params)


class RatingProduct(Algorithm[P]):
    """r̂_ui = μ + P_uᵀ Q_i with P_u = (p_u, b_u, 1) and Q_i = (q_i, 1, b_i).

    Known users are answered with the factors learned in training, whatever they did later. For other users (number −1,
    or without ratings in training) p_u and b_u minimize the error on the history in the question with all else as it
    is; without a history they are 0. Items without training ratings have q_i = 0 and b_i = 0. After training without
    any ratings all predictions are the same.
    """

    family = "factors"
    compiles = True
    needs = Needs.RATINGS
    can = Can.RANK | Can.PERSONALISE | Can.PREDICT_RATINGS | Can.SERVE_NEW_USERS
    mean: float
    per_rating: float  # λ of fold-in: weight of ‖p_u‖² + b_u² for each rating of the history

    def _keep(self, p: Any, user_bias: Any, q: Any, item_bias: Any, train: Interactions) -> None:
        """Keep P (n_users + 1, f + 2) and Q (n_items, f + 2) as float32, 0 and NaN for who is not in training."""
        known = np.bincount(train.users, minlength=train.n_users) > 0
        rated = np.bincount(train.items, minlength=train.n_items) > 0
        P = np.column_stack([p, user_bias, np.ones_like(user_bias)])
        P = np.where(known[:, None], P, np.nan)
        self.user_factors = np.pad(P, ((0, 1), (0, 0)), constant_values=np.nan).astype(np.float32)  # last: user −1
        self._keep_items(np.where(rated[:, None], q, 0), np.where(rated, item_bias, 0))

    def _keep_items(self, q: Any, item_bias: Any) -> None:
        Q = np.column_stack([q, np.ones_like(item_bias), item_bias])
        self.item_factors = Q.astype(np.float32)

    def score(self, query: Query) -> Floats:
        """(b, n_items) predicted ratings, float32."""
        with threadpool_limits(self.threads):
            return self._rating(self._people(query) @ self.item_factors.T)

    def predict(self, query: Query, rows: Longs, items: Ints) -> Floats:
        """(n,) predicted ratings, not clipped."""
        with threadpool_limits(self.threads):
            people = self._people(query)
        out = np.empty(len(rows))
        _products(people, self.item_factors, rows, items, out)
        return self._rating(out)

    def _rating(self, products: Floats) -> Floats:
        """The ratings that belong to PᵀQ."""
        products += self.mean
        return products

    def _people(self, query: Query) -> Floats:
        """(b, f + 2) P of the questions, new users folded in."""
        people = self.user_factors[query.users]
        new = np.flatnonzero(np.isnan(people[:, 0]))
        if len(new) and query.ratings is None:
            raise Unsupported(f"{self.name} folds in new users from ratings, and the question has none")
        for row in new.tolist():
            question = query.slice(row, row + 1)
            people[row] = self._folded(question, np.asarray(question.ratings, np.float64))
        return people

    def _folded(self, question: Query, ratings: Floats) -> Floats:
        """P_u (f + 2,) from one history: the ridge solution of r − μ − b_i = p_uᵀ q_i + b_u with λ·|history|."""
        Q = self.item_factors[question.items].astype(np.float64)
        return np.append(self._ridge(Q[:, :-1], self.mean + Q[:, -1], ratings), 1)

    def _ridge(self, design: Floats, offsets: Floats, ratings: Floats) -> Floats:
        """x (f,) that minimizes Σ (r − o − aᵀx)² + λ·n ‖x‖² over the n rows a of the design."""
        n = len(ratings)
        return fold_in(squares, design, offsets, ratings, np.ones(n), self.per_rating * n)


def mean_rating(ratings: Floats) -> float:
    """μ of the training ratings (n,), 0 where there are none."""
    return float(ratings.mean(dtype=np.float64)) if len(ratings) else 0.0


@njit(cache=True, nogil=True)
def _products(people, item_factors, rows, items, out):  # type: ignore[no-untyped-def]
    """out[n] = people[rows[n]]ᵀ item_factors[items[n]]."""
    for n in range(len(out)):
        row, item, total = rows[n], items[n], 0.0
        for f in range(people.shape[1]):
            total += people[row, f] * item_factors[item, f]
        out[n] = total
