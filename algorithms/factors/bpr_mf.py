"""Bayesian personalized ranking of a factorization, with a sampler of our own."""

from __future__ import annotations

import numpy as np
from numba import njit

from algorithms.factors.fold_in import fold_in, log_loss
from algorithms.factors.folded_product import FoldedProduct
from algorithms.factors.gradient_epochs import random_factors, run_epochs
from bench.params import Params, number
from bench.types import Floats, Ints, Training

_PAIRS = 5000  # for folding in one user; with a longer history each item meets another part of the panel


class BPRMFParams(Params):
    """Found on the validation part of MovieLens data."""

    factors: int = number(64, low=1, high=2000, search=(16, 256), log=True)
    """f: length of x_u and y_i."""
    epochs: int = number(100, low=1, high=10_000, search=(20, 300), log=True)
    """One epoch draws as many triples as there are training interactions."""
    learning_rate: float = number(0.02, low=1e-6, high=1e6, search=(1e-3, 0.2), log=True)
    """Step of stochastic gradient descent."""
    regularization: float = number(0.02, low=0, high=1000, search=(1e-4, 0.1), log=True)
    """λ: weight of the squared norms of x_u, y_i, y_j, b_i and b_j, for each triple."""
    start: float = number(0.1, low=1e-6, high=10)
    """Standard deviation of the normal distribution from which factors begin."""


class BPRMF(FoldedProduct[BPRMFParams]):
    """s(u, i) = b_i + x_uᵀ y_i, maximizing Σ_(u,i,j) ln σ(s(u, i) − s(u, j)) − λ/2 ‖Θ‖²,

    where (u, i) is a training interaction, drawn with replacement, and j is drawn uniformly from the items that u does
    not have: Rendle, Freudenthaler, Gantner and Schmidt-Thieme (2009), "BPR: Bayesian personalized ranking from
    implicit feedback", section 4.1 (BPR-OPT) and 4.2 (LearnBPR). `implicit-bpr` draws j by popularity instead.

    For a new user x_u maximizes the same sum over pairs of items of the history with items of the panel (at most 5,000
    pairs), each item of the history counting once; with an empty history s = b_i. A user who has every item is not
    trained. Raises Diverged when training leaves the finite numbers.
    """

    name = "bpr-mf"
    paper = "rendle2009"
    Params = BPRMFParams

    def fit(self, train: Training) -> None:
        """Learn x (n_users, f), y (n_items, f) and b (n_items,)."""
        data, options, rng = train.interactions, self.params, np.random.default_rng(self.seed)
        known = data.matrix()
        known.sort_indices()
        x, y = (random_factors(rng, n, options.factors, options.start).astype(np.float32) for n in known.shape)
        bias = np.zeros(data.n_items, np.float32)
        owners = np.repeat(np.arange(data.n_users), np.diff(known.indptr))
        steps = (np.float32(options.learning_rate), np.float32(options.regularization))

        def one_pass() -> float:
            return float(_pass(rng, owners, known.indptr, known.indices, *steps, x, y, bias))

        if len(data):
            run_epochs(self.name, options.epochs, one_pass, [x, y, bias], train.report)
        self._keep(np.column_stack([x, np.ones(data.n_users)]), np.column_stack([y, bias]), data)
        self._draw_panel(data, rng)

    def _folded(self, liked: Ints, others: Ints) -> Floats:
        each = min(len(others), max(1, _PAIRS // max(len(liked), 1)))  # pairs of one item of the history
        turn = (np.arange(len(liked))[:, None] * each + np.arange(each)) % max(len(others), 1)
        pairs = (self.item_factors[liked, None] - self.item_factors[others[turn]]).reshape(-1, self.params.factors + 1)
        weights = np.full(len(pairs), 1 / max(each, 1))
        penalty = self.params.regularization * len(liked)
        return np.append(fold_in(log_loss, pairs[:, :-1], pairs[:, -1], np.ones(len(pairs)), weights, penalty), 1)


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
def _pass(rng, owners, starts, items, rate, penalty, x, y, bias):  # type: ignore[no-untyped-def]
    """As many steps as there are interactions; returns the mean of −ln σ(s(u, i) − s(u, j)) met on the way."""
    one, loss = np.float32(1), 0.0
    for _ in range(len(items)):
        at = rng.integers(0, len(items))
        u, i = owners[at], items[at]
        mine = items[starts[u] : starts[u + 1]]  # ascending
        if len(mine) == len(y):
            continue
        while True:
            j = rng.integers(0, len(y))
            place = np.searchsorted(mine, j)
            if place == len(mine) or mine[place] != j:
                break
        lead = bias[i] - bias[j]
        for f in range(x.shape[1]):
            lead += x[u, f] * (y[i, f] - y[j, f])
        loss += np.log1p(np.exp(-lead)) if lead > -30 else -lead
        slope = one / (one + np.exp(lead))
        bias[i] += rate * (slope - penalty * bias[i])
        bias[j] -= rate * (slope + penalty * bias[j])
        for f in range(x.shape[1]):
            own, good, bad = x[u, f], y[i, f], y[j, f]
            x[u, f] += rate * (slope * (good - bad) - penalty * own)
            y[i, f] += rate * (slope * own - penalty * good)
            y[j, f] -= rate * (slope * own + penalty * bad)
    return loss / len(items)
