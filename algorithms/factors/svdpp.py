"""SVD++: matrix factorization with biases that also learns from which items a user has rated."""

from __future__ import annotations

import numpy as np
from numba import njit

from algorithms.factors.gradient_epochs import random_factors, run_epochs
from algorithms.factors.rating_product import RatingProduct, mean_rating
from bench.params import Params, number
from bench.types import Floats, Query, Training


class SVDPlusPlusParams(Params):
    """The defaults of SVD++ in the library Surprise, so that the two can be compared."""

    factors: int = number(20, low=1, high=2000, search=(5, 100), log=True)
    """f: length of p_u, q_i and y_j."""
    epochs: int = number(20, low=1, high=1000, search=(5, 60))
    """Passes over the training ratings."""
    learning_rate: float = number(0.007, low=1e-6, high=100, search=(1e-3, 2e-2), log=True)
    """γ: step of stochastic gradient descent."""
    regularization: float = number(0.02, low=0, high=100, search=(5e-3, 0.2), log=True)
    """λ: weight of the squared norms of all parameters, for each rating."""
    start: float = number(0.1, low=1e-6, high=10)
    """Standard deviation of the normal distribution from which factors begin."""


class SVDPlusPlus(RatingProduct[SVDPlusPlusParams]):
    """r̂_ui = μ + b_u + b_i + q_iᵀ (p_u + |N(u)|^(−1/2) Σ_{j ∈ N(u)} y_j),

    Koren (2008), "Factorization meets the neighborhood", equation (15), N(u) being the items that u rated. Stochastic
    gradient descent takes the users in another random order in each epoch and the ratings of one user together. The
    steps are those of the paper, but the factors y_j of one user's items, which all move alike at each rating, are
    written once per user: an epoch costs O(ratings · f) and not O(Σ_u |N(u)|² · f).

    A new user is folded in: N(u) is the history, and b_u and p_u minimize the regularized error on it. Raises Diverged
    when training leaves the finite numbers.
    """

    name = "svdpp"
    paper = "koren2008"
    Params = SVDPlusPlusParams

    def fit(self, train: Training) -> None:
        """Learn p (n_users, f), q and y (n_items, f), b_u (n_users,) and b_i (n_items,)."""
        data, options, rng = train.interactions, self.params, np.random.default_rng(self.seed)
        ratings = data.known_ratings
        self.mean, self.per_rating = mean_rating(ratings), options.regularization
        rows = (data.n_users, data.n_items, data.n_items)
        p, q, y = (random_factors(rng, n, options.factors, options.start) for n in rows)
        user_bias, item_bias = np.zeros(data.n_users), np.zeros(data.n_items)
        learned = (p, q, y, user_bias, item_bias)
        steps = (options.learning_rate, options.regularization)

        known = data.matrix()  # N(u) of each user, each item once

        def one_pass() -> float:
            order = rng.permutation(data.n_users)
            rated = (data.offsets, data.items, ratings)
            return float(_pass(order, rated, known.indptr, known.indices, self.mean, *steps, *learned))

        if len(data):
            run_epochs(self.name, options.epochs, one_pass, list(learned), train.report)
        seen = np.bincount(data.items, minlength=data.n_items) > 0
        self.rated_factors = np.where(seen[:, None], y, 0).astype(np.float32)
        shares = 1 / np.sqrt(np.maximum(np.diff(known.indptr), 1))
        self._keep(p + shares[:, None] * (known @ y), user_bias, q, item_bias, data)

    def _folded(self, question: Query, ratings: Floats) -> Floats:
        Q, had = self.item_factors[question.items].astype(np.float64), np.unique(question.items)
        implied = self.rated_factors[had].sum(axis=0, dtype=np.float64) / np.sqrt(max(len(had), 1))
        x = self._ridge(Q[:, :-1], self.mean + Q[:, -1] + Q[:, :-2] @ implied, ratings)
        return np.concatenate([x[:-1] + implied, x[-1:], [1]])


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
def _pass(  # type: ignore[no-untyped-def]
    order, rated, starts, members, mean, rate, penalty, p, q, y, user_bias, item_bias
):
    """One step for each rating, user by user in this order; returns the mean squared error met on the way.

    N(u) is members[starts[u] : starts[u + 1]]. While the ratings of u are gone through, y_j = shrunk · (y_j before) +
    moved for each j in N(u).
    """
    offsets, items, ratings = rated
    factors, squares = p.shape[1], 0.0
    before, moved, person = np.empty(factors), np.empty(factors), np.empty(factors)
    for u in order:
        mine = members[starts[u] : starts[u + 1]]
        size, shrunk = len(mine), 1.0
        share = 1 / np.sqrt(max(size, 1))
        before[:], moved[:] = 0, 0
        for j in mine:
            for f in range(factors):
                before[f] += y[j, f]
        for at in range(offsets[u], offsets[u + 1]):
            i, product = items[at], 0.0
            for f in range(factors):
                person[f] = p[u, f] + share * (shrunk * before[f] + size * moved[f])
                product += person[f] * q[i, f]
            error = ratings[at] - mean - user_bias[u] - item_bias[i] - product
            squares += error * error
            user_bias[u] += rate * (error - penalty * user_bias[u])
            item_bias[i] += rate * (error - penalty * item_bias[i])
            for f in range(factors):
                its = q[i, f]
                p[u, f] += rate * (error * its - penalty * p[u, f])
                q[i, f] += rate * (error * person[f] - penalty * its)
                moved[f] += rate * (error * share * its - penalty * moved[f])
            shrunk *= 1 - rate * penalty
        for j in mine:
            for f in range(factors):
                y[j, f] = shrunk * y[j, f] + moved[f]
    return squares / len(ratings)
