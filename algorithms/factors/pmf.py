"""Probabilistic matrix factorization: ratings as noisy chances, with Gaussian priors on all factors."""

from __future__ import annotations

import numpy as np
from numba import njit
from scipy.special import expit

from algorithms.factors.fold_in import fold_in, squares_of_chances
from algorithms.factors.gradient_epochs import random_factors, run_epochs
from algorithms.factors.rating_product import RatingProduct
from bench.params import Params, number
from bench.types import Floats, Query, Training


class PMFParams(Params):
    """Found on the validation part of MovieLens data; factors as in the paper."""

    factors: int = number(30, low=1, high=2000, search=(5, 100), log=True)
    """f: length of U_i and V_j."""
    epochs: int = number(50, low=1, high=1000, search=(10, 100))
    """Passes over the training ratings."""
    learning_rate: float = number(0.1, low=1e-6, high=1e6, search=(0.02, 1), log=True)
    """Step of stochastic gradient descent."""
    user_regularization: float = number(0.5, low=0, high=1000, search=(0.01, 5), log=True)
    """λ_U: variance of the noise divided by that of a user's factors."""
    item_regularization: float = number(0.5, low=0, high=1000, search=(0.01, 5), log=True)
    """λ_V: the same for items."""
    start: float = number(0.1, low=1e-6, high=10)
    """Standard deviation of the normal distribution from which factors begin."""


class PMF(RatingProduct[PMFParams]):
    """r̂_ij = low + (high − low) σ(U_iᵀ V_j), where low … high is the rating scale, by stochastic gradient descent on

    ½ Σ_ij (t_ij − σ(U_iᵀ V_j))² + λ_U/2 Σ_i ‖U_i‖² + λ_V/2 Σ_j ‖V_j‖²   with t = (r − low) / (high − low).

    Salakhutdinov and Mnih (2007), "Probabilistic matrix factorization", section 2, in the form with the logistic
    function. Steps are taken rating by rating (the paper: batches with momentum), each with its share of the penalty.
    There are no biases, so the answer to an unknown item or an empty history is the middle of the scale.
    A new user is folded in by the same objective with V as it is. Raises Diverged when training leaves the finite
    numbers.
    """

    name = "pmf"
    paper = "salakhutdinov2007"
    Params = PMFParams

    def fit(self, train: Training) -> None:
        """Learn U (n_users, f) and V (n_items, f)."""
        data, options, rng = train.interactions, self.params, np.random.default_rng(self.seed)
        ratings = data.known_ratings
        self.low, high = data.scale or ((float(ratings.min()), float(ratings.max())) if len(data) else (0.0, 0.0))
        self.width = high - self.low
        targets = (ratings - self.low) / (self.width or 1)
        U, V = (random_factors(rng, n, options.factors, options.start) for n in (data.n_users, data.n_items))
        user_penalty = options.user_regularization / np.maximum(np.bincount(data.users, minlength=data.n_users), 1)
        item_penalty = options.item_regularization / np.maximum(np.bincount(data.items, minlength=data.n_items), 1)
        shares = (user_penalty, item_penalty)

        def one_pass() -> float:
            order = rng.permutation(len(data))
            return float(_pass(order, data.users, data.items, targets, options.learning_rate, *shares, U, V))

        if len(data):
            run_epochs(self.name, options.epochs, one_pass, [U, V], train.report)
        self._keep(U, np.zeros(data.n_users), V, np.zeros(data.n_items), data)

    def _rating(self, products: Floats) -> Floats:
        return np.asarray(self.low + self.width * expit(products))

    def _folded(self, question: Query, ratings: Floats) -> Floats:
        V, targets = self.item_factors[question.items, :-2], (ratings - self.low) / (self.width or 1)
        nothing, weights = np.zeros(len(targets)), np.ones(len(targets))
        U = fold_in(squares_of_chances, V, nothing, targets, weights, self.params.user_regularization)
        return np.append(U, [0, 1])


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
def _pass(  # type: ignore[no-untyped-def]
    order, users, items, targets, rate, user_penalty, item_penalty, U, V
):
    """One step for each rating, in this order; returns the mean squared error met on the way.

    user_penalty (n_users,) and item_penalty (n_items,) are the shares of λ that fall to one rating.
    """
    squares = 0.0
    for at in order:
        i, j = users[at], items[at]
        product = 0.0
        for f in range(U.shape[1]):
            product += U[i, f] * V[j, f]
        chance = 1 / (1 + np.exp(-product))
        error = targets[at] - chance
        squares += error * error
        slope = error * chance * (1 - chance)
        for f in range(U.shape[1]):
            mine, its = U[i, f], V[j, f]
            U[i, f] += rate * (slope * its - user_penalty[i] * mine)
            V[j, f] += rate * (slope * mine - item_penalty[j] * its)
    return squares / len(order)
