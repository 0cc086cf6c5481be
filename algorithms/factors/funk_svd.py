"""Funk's SVD: factors of rating residuals, learned one after the other."""

from __future__ import annotations

import numpy as np
from numba import njit

from algorithms.factors.gradient_epochs import require_room, run_epochs
from algorithms.factors.rating_product import RatingProduct, mean_rating
from bench.params import Params, number
from bench.types import Floats, Ints, Query, Training


class FunkSVDParams(Params):
    """Rate, epochs, start and damping of the means are Funk's; factors and regularization: validation on ml-100k."""

    factors: int = number(20, low=1, high=2000, search=(5, 100), log=True)
    """f: how many factors are learned, one after the other."""
    epochs: int = number(120, low=1, high=10_000, search=(30, 300), log=True)
    """Passes over the training ratings for each factor."""
    learning_rate: float = number(0.001, low=1e-6, high=100, search=(5e-4, 1e-2), log=True)
    """γ: step of stochastic gradient descent."""
    regularization: float = number(0.02, low=0, high=100, search=(5e-3, 0.2), log=True)
    """λ: weight of the squared norms of the factors, for each rating."""
    start: float = number(0.1, low=1e-6, high=10)
    """Value from which every factor begins."""
    damping: float = number(25, low=0, high=10_000)
    """K: the mean of an item or a user counts as if it had this many ratings more, all at the overall mean."""


class FunkSVD(RatingProduct[FunkSVDParams]):
    """r̂_ui = μ + b_i + b_u + q_iᵀ p_u with fixed means b_i = Σ_u (r_ui − μ) / (K + |R_i|) and, of what these leave,

    b_u = Σ_i (r_ui − μ − b_i) / (K + |R_u|). Factor after factor, each on what the factors before it have left, by
    stochastic gradient descent on Σ_ui (r_ui − r̂_ui)² + λ (p_uf² + q_if²).

    Funk (2006), "Netflix update: try this at home"; Paterek (2007), "Improving regularized singular value
    decomposition for collaborative filtering", calls the model regularized SVD. Funk's clipping after each factor is
    left out: predictions are those of the formula. A new user's b_u and p_u come from the history by the same formula
    and by ridge regression. Raises Diverged when training leaves the finite numbers.
    """

    name = "funk-svd"
    paper = "funk2006"
    Params = FunkSVDParams

    def fit(self, train: Training) -> None:
        """Learn p (n_users, f) and q (n_items, f), a column at a time."""
        data, options, rng = train.interactions, self.params, np.random.default_rng(self.seed)
        ratings = data.known_ratings.astype(np.float64)
        self.mean, self.per_rating = mean_rating(ratings), options.regularization
        item_bias = self._damped_means(data.items, ratings - self.mean, data.n_items)
        user_bias = self._damped_means(data.users, ratings - self.mean - item_bias[data.items], data.n_users)
        left = ratings - self.mean - item_bias[data.items] - user_bias[data.users]
        require_room(data.n_users + data.n_items, options.factors)
        p = np.full((options.factors, data.n_users), options.start)
        q = np.full((options.factors, data.n_items), options.start)
        columns = iter(zip(p, q, strict=True))

        def one_factor() -> float:
            order = rng.permutation(len(data))
            steps = (options.epochs, options.learning_rate, options.regularization)
            return float(_learn(order, data.users, data.items, left, *steps, *next(columns)))

        if len(data):
            run_epochs(self.name, options.factors, one_factor, [p, q], train.report)
        self._keep(p.T, user_bias, q.T, item_bias, data)

    def _damped_means(self, owners: Ints, values: Floats, size: int) -> Floats:
        """(size,) Σ values / (K + count) of each owner."""
        counts = self.params.damping + np.bincount(owners, minlength=size)
        return np.asarray(np.bincount(owners, values, size) / np.maximum(counts, 1e-12))

    def _folded(self, question: Query, ratings: Floats) -> Floats:
        Q = self.item_factors[question.items].astype(np.float64)
        left = ratings - self.mean - Q[:, -1]
        user_bias = left.sum() / max(self.params.damping + len(left), 1e-12)
        return np.append(self._ridge(Q[:, :-2], np.full(len(left), user_bias), left), [user_bias, 1])


@njit(cache=True, nogil=True)
def _learn(order, users, items, left, epochs, rate, penalty, p, q):  # type: ignore[no-untyped-def]
    """One factor p (n_users,), q (n_items,) on what is left (n,), which loses what the factor explains.

    Returns the mean square of what remains.
    """
    for _ in range(epochs):
        for at in order:
            mine, its = p[users[at]], q[items[at]]
            error = left[at] - mine * its
            p[users[at]] += rate * (error * its - penalty * mine)
            q[items[at]] += rate * (error * mine - penalty * its)
    for at in range(len(left)):
        left[at] -= p[users[at]] * q[items[at]]
    return (left * left).mean()
