"""Logistic matrix factorization, trained by the library implicit."""

from __future__ import annotations

from implicit.cpu.lmf import LogisticMatrixFactorization

from algorithms.factors.factor_product import FactorProduct
from algorithms.factors.feedback_training import train_model
from bench.params import Params, number
from bench.types import Training


class LogisticMFParams(Params):
    """The library's defaults."""

    factors: int = number(30, low=1, high=2000, search=(8, 128), log=True)
    """f: length of x_u and y_i."""
    epochs: int = number(30, low=1, high=10_000, search=(10, 100), log=True)
    """Rounds of gradient steps, users and items in turn."""
    learning_rate: float = number(1.0, low=1e-6, high=1e6, search=(0.1, 2), log=True)
    """Step of the adaptive gradient descent (Adagrad)."""
    regularization: float = number(0.6, low=0, high=1000, search=(0.01, 10), log=True)
    """λ: weight of the squared norms of the factors."""
    negatives: int = number(30, low=1, high=1000, search=(5, 60), log=True)
    """Absent items sampled for each interaction."""


class LogisticMF(FactorProduct[LogisticMFParams]):
    """s(u, i) = x_uᵀ y_i + b_u + b_i, the log-odds that u chooses i, maximizing

    Σ_ui [r_ui s(u, i) − (1 + r_ui) ln(1 + exp s(u, i))] − λ/2 (Σ_u ‖x_u‖² + Σ_i ‖y_i‖²),

    with r_ui = 1 for an interaction and absent items sampled. Johnson (2014), "Logistic matrix factorization for
    implicit feedback data", equation (4). Deterministic on one thread only, which is the default. Raises Diverged when
    the learned numbers are not finite.
    """

    name = "implicit-lmf"
    paper = "johnson2014"
    Params = LogisticMFParams

    def fit(self, train: Training) -> None:
        """Learn x and y (f + 2 columns, two of them for the biases)."""
        p = self.params
        model = LogisticMatrixFactorization(
            factors=p.factors,
            iterations=p.epochs,
            learning_rate=p.learning_rate,
            regularization=p.regularization,
            neg_prop=p.negatives,
            num_threads=self.threads,
            random_state=self.seed,
        )
        train_model(self.name, model, train.interactions.matrix(), "lower learning_rate")
        self._keep(model.user_factors, model.item_factors, train.interactions)
