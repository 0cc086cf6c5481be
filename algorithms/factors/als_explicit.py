"""Matrix factorization of ratings by alternating least squares."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits

from algorithms.factors.least_squares import regressions
from algorithms.factors.rating_product import RatingProduct, mean_rating
from bench import memory
from bench.errors import Unsupported
from bench.params import Params, number
from bench.types import Floats, Interactions, Query, Training


class ExplicitALSParams(Params):
    """Best of 5, 20, 50 factors and λ = .05, .1, .2 in RMSE on a validation part of MovieLens 100K; .2 is close."""

    factors: int = number(50, low=1, high=2000, search=(5, 100), log=True)
    """f: length of p_u and q_i."""
    epochs: int = number(20, low=1, high=1000, search=(5, 40))
    """Rounds: all users, then all items."""
    regularization: float = number(0.1, low=1e-6, high=1e4, search=(0.02, 0.5), log=True)
    """λ: weight of the squared norms for each rating."""
    init_std: float = number(0.1, low=1e-6, high=100)
    """Standard deviation of the first item factors."""


class ExplicitALS(RatingProduct[ExplicitALSParams]):
    """r̂_ui = μ + b_u + b_i + p_uᵀ q_i, minimizing

    Σ_{(u,i) rated} (r_ui − r̂_ui)² + λ (Σ_u |I_u| (‖p_u‖² + b_u²) + Σ_i |U_i| (‖q_i‖² + b_i²)).

    Zhou, Wilkinson, Schreiber and Pan (2008), "Large-scale parallel collaborative filtering for the Netflix prize":
    their weighted-λ-regularization, with biases around the training mean μ that they do not have. A half-step solves
    (p_u, b_u) of all users, or (q_i, b_i) of all items, exactly.

    Known and new users alike are solved from the ratings of the question's history: what a user rated after training
    counts. Without a history p_u and b_u are 0, and so are q_i and b_i of an item without training ratings. Constant
    ratings leave nothing but μ. More factors than items are allowed: the regularization keeps the solution unique.
    Raises Diverged when the learned numbers are not finite.
    """

    name = "als-explicit"
    paper = "zhou2008"
    Params = ExplicitALSParams

    def fit(self, train: Training) -> None:
        """Learn q (n_items, f) and b (n_items,). Raises Unsupported without ratings, or memory for the factors."""
        p, data = self.params, train.interactions
        memory.require(16 * (data.n_users + data.n_items) * p.factors, f"{self.name} with {p.factors} factors")
        self.mean = mean_rating(data.known_ratings)
        by_user = self._deviations(data)
        by_item = by_user.T.tocsr()
        items = np.random.default_rng(self.seed).normal(0, p.init_std, (data.n_items, p.factors + 1)).astype(np.float32)
        items[np.diff(by_item.indptr) == 0] = 0
        items[:, -1] = 0  # biases
        users = np.zeros((data.n_users, p.factors + 1), np.float32)
        with threadpool_limits(self.threads, "blas"):
            for _ in range(p.epochs):
                users = self._half_step(by_user, items, users)
                items = self._half_step(by_item, users, items)
        self._keep_items(items[:, :-1], items[:, -1])

    def _deviations(self, rated: Interactions | Query) -> csr_matrix:
        """(rows, n_items) r − μ; a pair that was rated twice stands there twice."""
        if rated.ratings is None:
            raise Unsupported(f"{self.name} needs ratings, and there are none")
        deviations = rated.ratings.astype(np.float32) - np.float32(self.mean)
        shape = len(rated.offsets) - 1, rated.n_items
        return csr_matrix((deviations, rated.items.copy(), rated.offsets.copy()), shape)

    def _half_step(self, rows: csr_matrix, others: Floats, start: Floats | None = None) -> Floats:
        """(rows, f + 1) factors and bias of one side from those of the other; rows hold r − μ."""
        V, bias = others.copy(), others[:, -1]
        V[:, -1] = 1
        left = csr_matrix((rows.data - bias[rows.indices], rows.indices, rows.indptr), rows.shape)
        ridge = self.params.regularization * np.diff(rows.indptr)
        return regressions(left, V, np.zeros(V.shape[1]), ridge, self.threads, start)

    def _people(self, query: Query) -> Floats:
        """(b, f + 2) p_u, b_u and 1, all from the histories."""
        items = self.item_factors[:, np.r_[: self.params.factors, -1]]
        people = self._half_step(self._deviations(query), items)
        return np.pad(people, ((0, 0), (0, 1)), constant_values=1)
