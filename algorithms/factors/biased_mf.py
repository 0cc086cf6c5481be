"""Matrix factorization with biases, trained on ratings by stochastic gradient descent."""

from __future__ import annotations

import numpy as np
from numba import njit

from algorithms.factors.gradient_epochs import random_factors, run_epochs
from algorithms.factors.rating_product import RatingProduct, mean_rating
from bench.params import Params, number
from bench.types import Training


class BiasedMFParams(Params):
    """The defaults of SVD in the library Surprise, so that the two can be compared."""

    factors: int = number(100, low=1, high=2000, search=(10, 200), log=True)
    """f: length of p_u and q_i."""
    epochs: int = number(20, low=1, high=1000, search=(5, 60))
    """Passes over the training ratings."""
    learning_rate: float = number(0.005, low=1e-6, high=100, search=(1e-3, 2e-2), log=True)
    """γ: step of stochastic gradient descent."""
    regularization: float = number(0.02, low=0, high=100, search=(5e-3, 0.2), log=True)
    """λ: weight of the squared norms of all parameters, for each rating."""
    start: float = number(0.1, low=1e-6, high=10)
    """Standard deviation of the normal distribution from which factors begin."""


class BiasedMF(RatingProduct[BiasedMFParams]):
    """r̂_ui = μ + b_u + b_i + q_iᵀ p_u, by stochastic gradient descent on

    Σ_ui (r_ui − r̂_ui)² + λ (b_u² + b_i² + ‖p_u‖² + ‖q_i‖²).

    Koren, Bell and Volinsky (2009), "Matrix factorization techniques for recommender systems", equation (5). Unlike
    `surprise-svd` it goes through the ratings in another random order in each epoch, and folds in new users: their
    b_u and p_u minimize the same sum over their history, with λ for each rating. Raises Diverged when training leaves
    the finite numbers.
    """

    name = "biased-mf"
    paper = "koren2009"
    Params = BiasedMFParams

    def fit(self, train: Training) -> None:
        """Learn p (n_users, f), q (n_items, f), b_u (n_users,) and b_i (n_items,)."""
        data, options, rng = train.interactions, self.params, np.random.default_rng(self.seed)
        ratings = data.known_ratings
        self.mean, self.per_rating = mean_rating(ratings), options.regularization
        p = random_factors(rng, data.n_users, options.factors, options.start)
        q = random_factors(rng, data.n_items, options.factors, options.start)
        user_bias, item_bias = np.zeros(data.n_users), np.zeros(data.n_items)
        learned = (p, q, user_bias, item_bias)
        steps = (options.learning_rate, options.regularization)

        def one_pass() -> float:
            order = rng.permutation(len(data))
            return float(_pass(order, data.users, data.items, ratings, self.mean, *steps, *learned))

        if len(data):
            run_epochs(self.name, options.epochs, one_pass, list(learned), train.report)
        self._keep(p, user_bias, q, item_bias, data)


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
def _pass(  # type: ignore[no-untyped-def]
    order, users, items, ratings, mean, rate, penalty, p, q, user_bias, item_bias
):
    """One step for each rating, in this order; returns the mean squared error met on the way."""
    squares = 0.0
    for at in order:
        u, i = users[at], items[at]
        product = 0.0
        for f in range(p.shape[1]):
            product += p[u, f] * q[i, f]
        error = ratings[at] - mean - user_bias[u] - item_bias[i] - product
        squares += error * error
        user_bias[u] += rate * (error - penalty * user_bias[u])
        item_bias[i] += rate * (error - penalty * item_bias[i])
        for f in range(p.shape[1]):
            mine, its = p[u, f], q[i, f]
            p[u, f] += rate * (error * its - penalty * mine)
            q[i, f] += rate * (error * mine - penalty * its)
    return squares / len(order)
