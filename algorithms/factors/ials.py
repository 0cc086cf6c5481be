"""iALS: weighted matrix factorization of implicit feedback by alternating least squares, every half-step exact."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits

from algorithms.factors.least_squares import regressions, rotation
from algorithms.reasons import strongest
from bench import memory
from bench.algorithm import Algorithm, Can
from bench.params import Params, number
from bench.types import Floats, Query, Reason, Training


class IALSParams(Params):
    """Those of the paper for MovieLens 1M with 64 factors."""

    factors: int = number(64, low=1, high=2000, search=(16, 256), log=True)
    """f: length of w_u and v_i."""
    epochs: int = number(12, low=1, high=1000, search=(5, 20))
    """Rounds: all users, then all items."""
    regularization: float = number(0.007, low=1e-6, high=1e4, search=(1e-4, 0.1), log=True)
    """λ: weight of the squared norms."""
    unobserved_weight: float = number(0.3, low=0, high=1, search=(0.01, 1), log=True)
    """α₀: weight of every pair's squared score, whether it was observed or not."""
    frequency_exponent: float = number(1.0, low=0, high=2)
    """ν: how the regularization grows with the number of interactions; 0 regularizes all alike."""
    init_std: float = number(0.1, low=1e-6, high=100)
    """Standard deviation of the norm of the first factors; each number's is this over √f."""


class IALS(Algorithm[IALSParams]):
    """s(u, i) = w_uᵀ v_i, minimizing over all w and v

    Σ_{(u,i) observed} (w_uᵀ v_i − 1)² + α₀ Σ_u Σ_i (w_uᵀ v_i)² + λ (Σ_u #u^ν ‖w_u‖² + Σ_i #i^ν ‖v_i‖²)

    with #u = |I_u| + α₀ n_items and #i = |U_i| + α₀ n_users. Rendle, Krichene, Zhang and Koren (2022), "Revisiting the
    performance of iALS on item recommendation benchmarks", after Hu, Koren and Volinsky (2008). Users and items count
    in n_users and n_items if they have training interactions.

    Scoring solves w_u from the history of the question, for known and new users alike: what a user did after training
    counts. An empty history scores 0 everywhere, an item without training interactions cannot be scored (NaN) and in a
    history only adds to |I_u|. More factors than items are allowed and add nothing but cost. A score is a sum over the
    history, Hu et al., section 5: s(u, j) = Σ_{i ∈ I_u} v_jᵀ A_u⁻¹ v_i with A_u = Σ_{i ∈ I_u} v_i v_iᵀ + α₀ VᵀV +
    λ #u^ν I, which is what `explain` shows.
    """

    name = "ials"
    family = "factors"
    compiles = True
    paper = "rendle2022"
    Params = IALSParams
    can = Can.RANK | Can.PERSONALISE | Can.EXPLAIN | Can.SERVE_NEW_USERS

    def fit(self, train: Training) -> None:
        """Learn V (n_items, f). Raises Unsupported without memory for the factors, Diverged when they overflow."""
        p, X = self.params, train.interactions.matrix()
        memory.require(16 * sum(X.shape) * p.factors, f"{self.name} with {p.factors} factors")  # float32, and a copy
        by_item = X.T.tocsr()
        self.unseen = np.flatnonzero(np.diff(by_item.indptr) == 0)
        n_users, self.n_known = (int((np.diff(side.indptr) > 0).sum()) for side in (X, by_item))
        first = np.random.default_rng(self.seed).normal(0, p.init_std / np.sqrt(p.factors), (X.shape[1], p.factors))
        first[self.unseen] = 0
        V: Floats = first.astype(np.float32)
        W: Floats = np.zeros((X.shape[0], p.factors), np.float32)
        with threadpool_limits(self.threads, "blas"):
            for _ in range(p.epochs):
                W, V = self._half_step(X, V, self.n_known, W)
                V, W = self._half_step(by_item, W, n_users, V)
            Q, self.base = rotation(V, p.unobserved_weight)
            self.item_factors = V @ Q

    def score(self, query: Query) -> Floats:
        """(b, n_items) float32."""
        histories = query.matrix()
        ridge = self._ridge(histories, self.n_known)
        with threadpool_limits(self.threads, "blas"):
            W = regressions(histories, self.item_factors, self.base, ridge, self.threads)
            scores = np.asarray(W @ self.item_factors.T)
        scores[:, self.unseen] = np.nan
        return scores

    def explain(self, query: Query, item: int, n: int = 5) -> list[Reason]:
        """The n items i of the history with the largest share of the score of j = `item`, v_jᵀ A_u⁻¹ v_i."""
        history = query.matrix()[:1]
        V = self.item_factors[history.indices].astype(np.float64)  # (h, f)
        A = V.T @ V + np.diag(self.base + self._ridge(history, self.n_known)[0])
        shares = V @ np.linalg.solve(A, self.item_factors[item].astype(np.float64)) if len(V) else np.zeros(0)
        return strongest(history.indices, shares, n)

    def _half_step(self, rows: csr_matrix, others: Floats, n_others: int, start: Floats) -> tuple[Floats, Floats]:
        """One side's factors (rows, f), solved from the other side's, and those in the basis of the first."""
        Q, base = rotation(others, self.params.unobserved_weight)
        turned = others @ Q
        return regressions(rows, turned, base, self._ridge(rows, n_others), self.threads, start @ Q), turned

    def _ridge(self, rows: csr_matrix, n_others: int) -> Floats:
        """(rows,) λ #^ν."""
        p = self.params
        counts = np.diff(rows.indptr) + p.unobserved_weight * n_others
        return np.asarray(p.regularization * counts**p.frequency_exponent)
