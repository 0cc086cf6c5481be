"""Non-negative matrix factorization of histories, absent items taken for zeros."""

from __future__ import annotations

from typing import Literal

import numpy as np
from threadpoolctl import threadpool_limits

from algorithms.factors.nonnegative import descend
from bench import memory
from bench.algorithm import Algorithm, Can
from bench.params import Params, choice, number
from bench.types import Floats, Query, Training

_FOLD_IN = 200  # sweeps at most


class NMFParams(Params):
    """The best of 10, 20, 50 factors and λ = 0, 1, 5 in NDCG@10 on validation parts of two MovieLens data sets."""

    factors: int = number(50, low=1, high=2000, search=(5, 100), log=True)
    """f: length of w_u and h_i."""
    epochs: int = number(50, low=1, high=1000, search=(10, 100))
    """Rounds: one sweep over the factors of all users, then of all items."""
    regularization: float = number(5.0, low=0, high=1e6, search=(0.01, 100), log=True)
    """λ: weight of the squared norms."""
    values: Literal["binary", "ratings"] = choice("binary")
    """The value of an interaction: 1, or its rating."""


class NMF(Algorithm[NMFParams]):
    """s(u, i) = w_uᵀ h_i, minimizing Σ_u Σ_i (x_ui − w_uᵀ h_i)² + λ (Σ_u ‖w_u‖² + Σ_i ‖h_i‖²) over w ≥ 0 and h ≥ 0,

    with x_ui = 0 for what a user does not have. The model and its objective are those of Lee and Seung (2001),
    "Algorithms for non-negative matrix factorization"; instead of their multiplicative updates one factor after the
    other is set to its best value (hierarchical alternating least squares), which gets there in fewer rounds.

    Scoring solves w_u from the history of the question, for known and new users alike: what a user did after training
    counts. An empty history scores 0 everywhere; an item without training interactions cannot be scored (NaN) and
    counts nothing in a history. More factors than items are allowed; those that nothing needs become 0. No
    step raises the sum of squares, so training cannot diverge.
    """

    name = "nmf"
    family = "factors"
    compiles = True
    paper = "lee2001"
    Params = NMFParams
    can = Can.RANK | Can.PERSONALISE | Can.SERVE_NEW_USERS

    def fit(self, train: Training) -> None:
        """Learn h (n_items, f). Raises Unsupported without memory for the factors."""
        p, X = self.params, train.interactions.matrix(self.params.values)
        memory.require(16 * sum(X.shape) * p.factors, f"{self.name} with {p.factors} factors")  # float64, and a copy
        by_item = X.T.tocsr()
        seen = np.diff(by_item.indptr) > 0
        self.unseen = np.flatnonzero(~seen)
        rng = np.random.default_rng(self.seed)
        level = np.sqrt(abs(X).sum(dtype=np.float64) / max(np.prod(X.shape), 1) / p.factors)
        W, H = (level * np.abs(rng.normal(size=(n, p.factors))) for n in X.shape)  # w·h about as large as x
        H[self.unseen] = 0
        with threadpool_limits(self.threads, "blas"):
            for _ in range(p.epochs):
                W = descend(X, H, p.regularization, 1, self.threads, W)
                H = descend(by_item, W, p.regularization, 1, self.threads, H)
        self.item_factors = H

    def score(self, query: Query) -> Floats:
        """(b, n_items) float32."""
        p, histories = self.params, query.matrix(self.params.values)
        with threadpool_limits(self.threads, "blas"):
            W = descend(histories, self.item_factors, p.regularization, _FOLD_IN, self.threads)
            scores = W.astype(np.float32) @ self.item_factors.T.astype(np.float32)
        scores[:, self.unseen] = np.nan
        return np.asarray(scores)
