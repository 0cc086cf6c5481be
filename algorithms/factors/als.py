"""Matrix factorization of implicit feedback by alternating least squares, trained by the library implicit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import numpy as np
from implicit.cpu.als import AlternatingLeastSquares
from threadpoolctl import threadpool_limits

from algorithms.factors.feedback_training import train_model
from algorithms.reasons import strongest
from bench.algorithm import Algorithm, Can
from bench.errors import Diverged
from bench.params import Params, choice, number
from bench.types import Floats, Query, Reason, Training

_REMEDY = "raise regularization, or lower alpha"  # against divergence


class ALSParams(Params):
    """The library's defaults."""

    factors: int = number(100, low=1, high=2000, search=(16, 256), log=True)
    """f: length of x_u and y_i."""
    epochs: int = number(15, low=1, high=1000, search=(5, 40))
    """Rounds of alternating least squares."""
    regularization: float = number(0.01, low=1e-6, high=10_000, search=(1e-3, 100), log=True)
    """λ: weight of the squared norms."""
    alpha: float = number(1.0, low=1e-3, high=10_000, search=(1, 100), log=True)
    """α: confidence of an interaction, times its value; an absent one has confidence 1."""
    values: Literal["binary", "ratings"] = choice("binary")
    """The value of an interaction: 1, or its rating."""


class ALS(Algorithm[ALSParams]):
    """s(u, i) = x_uᵀ y_i, minimizing Σ_ui c_ui (p_ui − x_uᵀ y_i)² + λ (Σ_u ‖x_u‖² + Σ_i ‖y_i‖²),

    with p_ui = 1 and c_ui = α r_ui for an interaction, p_ui = 0 and c_ui = 1 without. Hu, Koren and Volinsky (2008),
    "Collaborative filtering for implicit feedback datasets", equations (3) and (4), except that their confidence is
    1 + α r_ui. Trained with three conjugate gradient steps per row and round (Takács, Pilászy and Tikk 2011).

    Scoring solves x_u exactly from the history of the question, equation (4), for known and new users alike: what a
    user did after training counts. So a score is a sum over the history, Hu et al., section 5: s(u, j) = Σ_{i ∈ I_u}
    c_ui y_jᵀ A_u⁻¹ y_i with A_u = YᵀY + Σ_{i ∈ I_u} (c_ui − 1) y_i y_iᵀ + λI, which is what `explain` shows. An item
    without training interactions cannot be scored (NaN). Raises Diverged when the learned numbers are not finite or λ
    is too small for α, in `fit` or in `score`.
    """

    name = "implicit-als"
    family = "factors"
    paper = "hu2008"
    Params = ALSParams
    can = Can.RANK | Can.PERSONALISE | Can.EXPLAIN | Can.SERVE_NEW_USERS

    def fit(self, train: Training) -> None:
        """Learn y (n_items, f)."""
        data = train.interactions
        with self._solving():
            model = self._model()
            train_model(self.name, model, data.matrix(self.params.values), _REMEDY)
        self.item_factors = model.item_factors
        self.unseen = np.setdiff1d(np.arange(data.n_items), data.items)

    def score(self, query: Query) -> Floats:
        """(b, n_items) float32; an empty history scores 0 everywhere."""
        with self._solving():
            model = self._model()
            model.item_factors = self.item_factors
            x = model.recalculate_user(np.arange(len(query)), query.matrix(self.params.values))
            scores = np.asarray(x @ self.item_factors.T)
        scores[:, self.unseen] = np.nan
        return scores

    def explain(self, query: Query, item: int, n: int = 5) -> list[Reason]:
        """The n items i of the history with the largest share of the score of j = `item`, c_ui y_jᵀ A_u⁻¹ y_i."""
        history = query.matrix(self.params.values)[:1]
        confidence = self.params.alpha * history.data.astype(np.float64)  # (h,)
        Y = self.item_factors.astype(np.float64)
        mine = Y[history.indices]  # (h, f)
        with threadpool_limits(self.threads, "blas"):
            A = Y.T @ Y + self.params.regularization * np.eye(Y.shape[1])
            A += (mine.T * (np.abs(confidence) - 1)) @ mine
            shares = np.maximum(confidence, 0) * (mine @ np.linalg.solve(A, Y[item]))
        return [] if item in self.unseen else strongest(history.indices, shares, n)

    @contextmanager
    def _solving(self) -> Iterator[None]:
        """The library runs threads of its own, and BLAS in each; a matrix without a solution is its ValueError."""
        with threadpool_limits(1, "blas"):
            try:
                yield
            except ValueError as error:
                if "posv" not in str(error):  # LAPACK's solver
                    raise
                raise Diverged(f"{self.name}: {error}; {_REMEDY}") from None

    def _model(self) -> Any:
        p = self.params
        return AlternatingLeastSquares(
            factors=p.factors,
            regularization=p.regularization,
            alpha=p.alpha,
            iterations=p.epochs,
            num_threads=self.threads,
            random_state=self.seed,
        )
