"""Factorization machine of second order over users, items and what is known of them, for ratings."""

from __future__ import annotations

import numpy as np
from numba import njit
from scipy.sparse import csr_matrix, hstack, identity

from algorithms.factors.gradient_epochs import random_factors, run_epochs
from algorithms.factors.rating_product import RatingProduct, mean_rating
from bench.algorithm import Can, Needs
from bench.errors import Unsupported
from bench.params import Params, number
from bench.types import Floats, Query, Side, Training


class FactorizationMachineParams(Params):
    """Found on the validation part of MovieLens data."""

    factors: int = number(16, low=1, high=2000, search=(4, 128), log=True)
    """k: length of v_j."""
    epochs: int = number(30, low=1, high=1000, search=(5, 100))
    """Passes over the training ratings."""
    learning_rate: float = number(0.005, low=1e-6, high=100, search=(1e-3, 5e-2), log=True)
    """Step of stochastic gradient descent."""
    regularization: float = number(0.03, low=0, high=100, search=(5e-3, 0.2), log=True)
    """λ: weight of the squared w_j and v_j of every variable that is not 0, for each rating."""
    start: float = number(0.05, low=1e-6, high=10)
    """Standard deviation of the normal distribution from which factors begin."""


class FactorizationMachine(RatingProduct[FactorizationMachineParams]):
    """r̂(x) = w_0 + Σ_j w_j x_j + Σ_j Σ_{k > j} ⟨v_j, v_k⟩ x_j x_k

    Rendle (2010), "Factorization machines", equation (1), by stochastic gradient descent on the squared error. The
    variables x are the user (one of n), the item (one of n), and the features of the item and, where the data has them,
    of the user, each set of features scaled to sum 1. w_0 is the mean training rating.

    A whole catalogue is scored as a product of factors: with V_u = Σ x_j v_j over the user's variables, V_i over the
    item's, and a(·) = Σ w_j x_j + ½ (‖Σ x_j v_j‖² − Σ x_j² ‖v_j‖²) of one side, r̂ = w_0 + a(u) + a(i) + V_uᵀ V_i.

    An item without ratings has its features alone. A new user begins with V and a of the features in the question, if
    there are any; what the history adds to them is folded in by ridge regression. Raises Unsupported where the data has
    no item features, and Diverged when training leaves the finite numbers.
    """

    name = "fm"
    paper = "rendle2010"
    Params = FactorizationMachineParams
    needs = Needs.RATINGS | Needs.ITEM_FEATURES
    can = RatingProduct.can | Can.SCORE_NEW_ITEMS

    def fit(self, train: Training) -> None:
        """Learn w (variables,) and v (variables, k) of both sides."""
        data, options, rng = train.interactions, self.params, np.random.default_rng(self.seed)
        if train.items.features is None:
            raise Unsupported(f"{self.name} needs item features, and the data set has none")
        ratings = data.known_ratings
        self.mean, self.per_rating = mean_rating(ratings), options.regularization
        sides = _variables(train.users, data.n_users), _variables(train.items, data.n_items)
        start = options.start if len(data) else 0.0  # without training not even the features may stay random
        v, u = (random_factors(rng, side.shape[1], options.factors, start) for side in sides)
        w, z = np.zeros(len(v)), np.zeros(len(u))
        user_side, item_side = ((side.indptr, side.indices, side.data) for side in sides)
        rate, penalty = options.learning_rate, options.regularization
        rated = (data.users, data.items, ratings)

        def one_pass() -> float:
            order = rng.permutation(len(data))
            return float(_pass(order, rated, self.mean, rate, penalty, user_side, item_side, w, v, z, u))

        if len(data):
            run_epochs(self.name, options.epochs, one_pass, [w, v, z, u], train.report)
        self._keep(*_summed(sides[0], w, v), *_summed(sides[1], z, u), data)
        unrated = np.setdiff1d(np.arange(data.n_items), data.items)
        z[unrated], u[unrated] = 0, 0  # the first variables are the items themselves; these are still random
        self._keep_items(*_summed(sides[1], z, u))
        self.feature_weights, self.feature_factors = w[data.n_users :], v[data.n_users :]

    def _folded(self, question: Query, ratings: Floats) -> Floats:
        Q = self.item_factors[question.items].astype(np.float64)
        start = np.zeros(Q.shape[1] - 1)
        if question.user_features is not None and len(self.feature_weights):
            V, a = _summed(_scaled(question.user_features), self.feature_weights, self.feature_factors)
            start = np.append(V[0], a[0])
        return np.append(start + self._ridge(Q[:, :-1], self.mean + Q[:, -1] + Q[:, :-1] @ start, ratings), 1)


def _variables(side: Side, n: int) -> csr_matrix:
    """(n, n + features): a one for the number itself, then its features."""
    itself = identity(n, np.float64, "csr")
    return itself if side.features is None else hstack([itself, _scaled(side.features)], "csr")


def _scaled(features: csr_matrix) -> csr_matrix:
    """The same rows with sum 1."""
    sums = np.asarray(abs(features).sum(axis=1), np.float64).ravel()
    return csr_matrix(features.multiply(1 / np.where(sums > 0, sums, 1)[:, None]))


def _summed(variables: csr_matrix, w: Floats, v: Floats) -> tuple[Floats, Floats]:
    """V (n, k) and a (n,) of all rows."""
    V = variables @ v
    own = variables.power(2) @ (v * v).sum(axis=1)
    return V, variables @ w + ((V * V).sum(axis=1) - own) / 2


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
def _add(row, side, w, v, total):  # type: ignore[no-untyped-def]
    """Add Σ x_j v_j of a row to total (k,); returns Σ w_j x_j − ½ Σ x_j² ‖v_j‖²."""
    starts, variables, values = side
    linear = 0.0
    for at in range(starts[row], starts[row + 1]):
        j, x, own = variables[at], values[at], 0.0
        for f in range(len(total)):
            total[f] += x * v[j, f]
            own += v[j, f] * v[j, f]
        linear += x * w[j] - x * x * own / 2
    return linear


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
def _move(row, side, w, v, total, error, rate, penalty):  # type: ignore[no-untyped-def]
    """One gradient step for the variables of a row: the slope of v_j is x_j (total − x_j v_j)."""
    starts, variables, values = side
    for at in range(starts[row], starts[row + 1]):
        j, x = variables[at], values[at]
        w[j] += rate * (error * x - penalty * w[j])
        for f in range(len(total)):
            v[j, f] += rate * (error * x * (total[f] - x * v[j, f]) - penalty * v[j, f])


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
def _pass(  # type: ignore[no-untyped-def]
    order, rated, mean, rate, penalty, user_side, item_side, w, v, z, u
):
    """One step for each rating, in this order; returns the mean squared error met on the way.

    A side is (starts, variables, values) of its sparse matrix; w, v belong to users and z, u to items.
    """
    users, items, ratings = rated
    squares, total = 0.0, np.empty(v.shape[1])
    for at in order:
        total[:] = 0
        predicted = mean + _add(users[at], user_side, w, v, total) + _add(items[at], item_side, z, u, total)
        for f in range(len(total)):
            predicted += total[f] * total[f] / 2
        error = ratings[at] - predicted
        squares += error * error
        _move(users[at], user_side, w, v, total, error, rate, penalty)
        _move(items[at], item_side, z, u, total, error, rate, penalty)
    return squares / len(order)
