"""Logistic matrix factorization with sampled absent items, a training of our own."""

from __future__ import annotations

import numpy as np
from numba import njit

from algorithms.factors.fold_in import fold_in, log_loss
from algorithms.factors.folded_product import FoldedProduct
from algorithms.factors.gradient_epochs import random_factors, run_epochs
from bench.params import Params, number
from bench.types import Floats, Ints, Training


class SampledLogisticParams(Params):
    """Found on the validation part of MovieLens data."""

    factors: int = number(32, low=1, high=2000, search=(8, 128), log=True)
    """f: length of x_u and y_i."""
    epochs: int = number(30, low=1, high=10_000, search=(10, 100), log=True)
    """Passes over the training interactions."""
    learning_rate: float = number(0.1, low=1e-6, high=1e6, search=(0.02, 1), log=True)
    """γ: step of the adaptive gradient descent (Adagrad)."""
    regularization: float = number(0.01, low=0, high=1000, search=(1e-3, 0.1), log=True)
    """λ: weight of ‖x_u‖², ‖y_i‖², b_u² and b_i², for each interaction and each sampled absent item."""
    alpha: float = number(1.0, low=1e-3, high=10_000, search=(0.5, 10), log=True)
    """α: weight of an interaction; a sampled absent item has weight 1."""
    negatives: int = number(5, low=1, high=1000, search=(2, 30), log=True)
    """Absent items sampled for each interaction."""
    start: float = number(0.1, low=1e-6, high=10)
    """Standard deviation of the normal distribution from which factors begin."""


class SampledLogisticMF(FoldedProduct[SampledLogisticParams]):
    """s(u, i) = x_uᵀ y_i + b_u + b_i, the log-odds that u chooses i, maximizing

    Σ_ui [α r_ui s(u, i) − (1 + α r_ui) ln(1 + exp s(u, i))] − λ/2 (‖x_u‖² + ‖y_i‖² + b_u² + b_i²),

    Johnson (2014), "Logistic matrix factorization for implicit feedback data", equation (4), with r_ui = 1 for an
    interaction; unlike there λ penalizes the biases too. Johnson's sampling is done item by item: stochastic gradient
    descent (Adagrad) goes through the interactions in another random order in each epoch, with weight α (not 1 + α) and
    `negatives` absent items of the same user after each.

    For a new user x_u and b_u maximize the same sum over the history and the panel, which stands for the absent items;
    with an empty history s = b_i. A user who has every item gets no absent ones. Raises Diverged when training leaves
    the finite numbers.
    """

    name = "logistic-mf"
    paper = "johnson2014"
    Params = SampledLogisticParams

    def fit(self, train: Training) -> None:
        """Learn x (n_users, f), y (n_items, f), b_u (n_users,) and b_i (n_items,), the biases as further columns."""
        data, options, rng = train.interactions, self.params, np.random.default_rng(self.seed)
        known = data.matrix()
        known.sort_indices()
        columns = options.factors + 2
        x, y = (random_factors(rng, n, columns, options.start).astype(np.float32) for n in known.shape)
        x[:, -2:], y[:, -2:] = (0, 1), (1, 0)  # columns: b_u with 1, 1 with b_i
        sums = np.zeros_like(x), np.zeros_like(y)  # of squared slopes
        owners = np.repeat(np.arange(data.n_users), np.diff(known.indptr))
        rate, penalty, alpha = map(np.float32, (options.learning_rate, options.regularization, options.alpha))
        known_items = (owners, known.indptr, known.indices)

        def one_pass() -> float:
            order = rng.permutation(known.nnz)
            return float(_pass(rng, order, known_items, rate, penalty, alpha, options.negatives, x, y, sums))

        if len(data):
            run_epochs(self.name, options.epochs, one_pass, [x, y], train.report)
        self._keep(x, y, data)
        self._draw_panel(data, rng)

    def _folded(self, liked: Ints, others: Ints) -> Floats:
        options, Q = self.params, self.item_factors[np.concatenate([liked, others])]
        labels = np.repeat([1.0, 0.0], [len(liked), len(others)])
        share = options.negatives * len(liked) / max(len(others), 1)  # sampled absent items for each of the panel
        weights = np.where(labels > 0, options.alpha, share)
        penalty = options.regularization * len(liked) * (1 + options.negatives)
        if len(liked) == 0:
            return np.append(np.zeros(options.factors + 1), 1)
        return np.append(fold_in(log_loss, Q[:, :-1], Q[:, -1], labels, weights, penalty), 1)


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
def _step(x, y, x_sums, y_sums, label, weight, rate, penalty):  # type: ignore[no-untyped-def]
    """One Adagrad step for one pair; returns its loss. The columns of ones are put back by their slopes being 0."""
    product, one, tiny = np.float32(0), np.float32(1), np.float32(1e-8)
    for f in range(len(x)):
        product += x[f] * y[f]
    chance = one / (one + np.exp(-product))
    slope = weight * (label - chance)
    last = len(x) - 1
    for f in range(len(x)):
        own, its = x[f], y[f]
        if f != last:
            change = slope * its - penalty * own
            x_sums[f] += change * change
            x[f] += rate * change / np.sqrt(x_sums[f] + tiny)
        if f != last - 1:
            change = slope * own - penalty * its
            y_sums[f] += change * change
            y[f] += rate * change / np.sqrt(y_sums[f] + tiny)
    return -weight * np.log(max(chance if label > 0 else one - chance, np.float32(1e-30)))


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
def _pass(  # type: ignore[no-untyped-def]
    rng, order, known_items, rate, penalty, alpha, negatives, x, y, sums
):
    """For each interaction, in this order, one step and `negatives` more; returns the mean loss of an interaction."""
    (owners, starts, items), (x_sums, y_sums) = known_items, sums
    zero, one, loss = np.float32(0), np.float32(1), 0.0
    for at in order:
        u, i = owners[at], items[at]
        mine = items[starts[u] : starts[u + 1]]  # ascending
        loss += _step(x[u], y[i], x_sums[u], y_sums[i], one, alpha, rate, penalty)
        for _ in range(negatives if len(mine) < len(y) else 0):
            while True:
                j = rng.integers(0, len(y))
                place = np.searchsorted(mine, j)
                if place == len(mine) or mine[place] != j:
                    break
            loss += _step(x[u], y[j], x_sums[u], y_sums[j], zero, one, rate, penalty)
    return loss / len(order)
