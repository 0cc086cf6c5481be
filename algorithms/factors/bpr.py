"""Bayesian personalized ranking, trained by the library implicit."""

from __future__ import annotations

from implicit.cpu.bpr import BayesianPersonalizedRanking

from algorithms.factors.factor_product import FactorProduct
from algorithms.factors.feedback_training import train_model
from bench.params import Params, number
from bench.types import Training


class BPRParams(Params):
    """The library's defaults."""

    factors: int = number(100, low=1, high=2000, search=(16, 256), log=True)
    """f: length of x_u and y_i."""
    epochs: int = number(100, low=1, high=10_000, search=(20, 300), log=True)
    """Passes over the training interactions."""
    learning_rate: float = number(0.01, low=1e-6, high=1e6, search=(1e-3, 0.1), log=True)
    """Step of stochastic gradient descent."""
    regularization: float = number(0.01, low=0, high=1000, search=(1e-4, 0.1), log=True)
    """λ: weight of the squared norms of all parameters."""


class BPR(FactorProduct[BPRParams]):
    """s(u, i) = b_i + x_uᵀ y_i, maximizing Σ_(u,i,j) ln σ(s(u, i) − s(u, j)) − λ ‖Θ‖²,

    where i is an item of u and j is drawn from the items that u does not have, in proportion to their popularity.
    Rendle, Freudenthaler, Gantner and Schmidt-Thieme (2009), "BPR: Bayesian personalized ranking from implicit
    feedback", section 4.1 (BPR-OPT) and 4.3.1. Deterministic on one thread only, which is the default. Raises Diverged
    when the learned numbers are not finite.
    """

    name = "implicit-bpr"
    paper = "rendle2009"
    Params = BPRParams

    def fit(self, train: Training) -> None:
        """Learn x and y (f + 1 columns: the last holds 1 and b_i)."""
        p = self.params
        model = BayesianPersonalizedRanking(
            factors=p.factors,
            iterations=p.epochs,
            learning_rate=p.learning_rate,
            regularization=p.regularization,
            num_threads=self.threads,
            random_state=self.seed,
        )
        train_model(self.name, model, train.interactions.matrix(), "lower learning_rate")
        self._keep(model.user_factors, model.item_factors, train.interactions)
