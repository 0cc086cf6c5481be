"""Matrix factorization for rating prediction, trained by the library Surprise: SVD, SVD++ and NMF.

All three predict r̂_ui = μ + b_u + b_i + q_iᵀ p_u, two of them also without the first three terms.
"""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
import surprise

from algorithms.finite import require_finite
from algorithms.rating_library import Numbering, RatingLibrary
from bench.params import Params, choice, number
from bench.types import Floats

P = TypeVar("P", bound=Params)
_REMEDY = "lower learning_rate"  # against divergence


class SVDParams(Params):
    """The library's defaults."""

    factors: int = number(100, low=1, high=2000, search=(10, 200), log=True)
    """Length of p_u and q_i."""
    epochs: int = number(20, low=1, high=1000, search=(5, 60))
    """Passes over the training ratings."""
    learning_rate: float = number(0.005, low=1e-6, high=100, search=(1e-3, 2e-2), log=True)
    """γ: step of stochastic gradient descent."""
    regularization: float = number(0.02, low=0, high=100, search=(5e-3, 0.2), log=True)
    """λ: weight of the squared norms of all parameters."""
    biased: bool = choice(True)
    """With μ + b_u + b_i; without it this is probabilistic matrix factorization."""


class SVDppParams(Params):
    """The library's defaults."""

    factors: int = number(20, low=1, high=2000, search=(5, 100), log=True)
    """Length of p_u, q_i and y_j."""
    epochs: int = number(20, low=1, high=1000, search=(5, 60))
    """Passes over the training ratings."""
    learning_rate: float = number(0.007, low=1e-6, high=100, search=(1e-3, 2e-2), log=True)
    """γ: step of stochastic gradient descent."""
    regularization: float = number(0.02, low=0, high=100, search=(5e-3, 0.2), log=True)
    """λ: weight of the squared norms of all parameters."""


class NMFParams(Params):
    """The library's defaults."""

    factors: int = number(15, low=1, high=2000, search=(5, 100), log=True)
    """Length of p_u and q_i."""
    epochs: int = number(50, low=1, high=1000, search=(10, 100))
    """Passes over the training ratings."""
    regularization: float = number(0.06, low=0, high=100, search=(1e-2, 0.3), log=True)
    """λ_u = λ_i: regularization of the factors."""
    biased: bool = choice(False)
    """With μ + b_u + b_i; the factors stay positive."""
    learning_rate: float = number(0.005, low=1e-6, high=100)
    """Step for the biases; the factors need none."""
    bias_regularization: float = number(0.02, low=0, high=100)
    """Regularization of the biases."""


class RatingFactors(RatingLibrary[P]):
    """The prediction that the three models share. An unknown user or item has bias 0 and factors 0."""

    family = "factors"

    def _keep(self, model: Any, numbering: Numbering) -> None:
        """Arrays p (n_users + 1, f), q (n_items, f), b_u (n_users + 1,), b_i (n_items,)."""
        self.user_factors = numbering.by_user(model.pu)
        self.item_factors = numbering.by_item(model.qi)
        self.user_bias = numbering.by_user(model.bu)
        self.item_bias = numbering.by_item(model.bi)
        require_finite(self.name, _REMEDY, user_factors=self.user_factors, item_factors=self.item_factors)
        require_finite(self.name, _REMEDY, user_bias=self.user_bias, item_bias=self.item_bias)

    def _estimate(self, users: Any, items: Any) -> Floats:
        p, q = self.user_factors[users], self.item_factors[items]
        products = (p * q).sum(axis=1) if users.ndim == 1 else p[:, 0] @ q[0].T  # (n,), or (b, 1, f) and (1, n, f)
        return np.asarray(self._offset(users, items) + products)

    def _offset(self, users: Any, items: Any) -> Floats:
        return np.asarray(self.mean + self.user_bias[users] + self.item_bias[items])


class MaybeBiased(RatingFactors[P]):
    """A model whose plain form r̂_ui = q_iᵀ p_u answers μ for an unknown user or item."""

    def _keep(self, model: Any, numbering: Numbering) -> None:
        super()._keep(model, numbering)
        self.biased = bool(model.biased)
        self.known_user = numbering.by_user(np.ones(len(numbering.users), np.bool_))
        self.known_item = numbering.by_item(np.ones(len(numbering.items), np.bool_))

    def _offset(self, users: Any, items: Any) -> Floats:
        if self.biased:
            return super()._offset(users, items)
        return np.where(self.known_user[users] & self.known_item[items], 0.0, self.mean)


class SVD(MaybeBiased[SVDParams]):
    """r̂_ui = μ + b_u + b_i + q_iᵀ p_u, by stochastic gradient descent on

    Σ_ui (r_ui − r̂_ui)² + λ (b_u² + b_i² + ‖p_u‖² + ‖q_i‖²).

    Koren, Bell and Volinsky (2009), "Matrix factorization techniques for recommender systems", equation (5). With
    `biased=False`: r̂_ui = q_iᵀ p_u. Raises Diverged when the learned numbers are not finite.
    """

    name = "surprise-svd"
    paper = "koren2009"
    Params = SVDParams

    def _model(self) -> Any:
        p = self.params
        return surprise.SVD(
            n_factors=p.factors,
            n_epochs=p.epochs,
            biased=p.biased,
            lr_all=p.learning_rate,
            reg_all=p.regularization,
            random_state=self.seed,
        )


class SVDpp(RatingFactors[SVDppParams]):
    """r̂_ui = μ + b_u + b_i + q_iᵀ (p_u + |I_u|^(−1/2) Σ_{j ∈ I_u} y_j),

    where y_j are item factors that speak for the fact of a rating, whatever its value, and I_u are the items that u
    rated in training. Koren (2008), "Factorization meets the neighborhood", equation (15). The bracket is computed
    once, after training. Raises Diverged when the learned numbers are not finite.
    """

    name = "surprise-svdpp"
    paper = "koren2008"
    Params = SVDppParams

    def _model(self) -> Any:
        p = self.params
        return surprise.SVDpp(
            n_factors=p.factors,
            n_epochs=p.epochs,
            lr_all=p.learning_rate,
            reg_all=p.regularization,
            random_state=self.seed,
            cache_ratings=True,
        )

    def _keep(self, model: Any, numbering: Numbering) -> None:
        for user, rated in model.trainset.ur.items():
            model.pu[user] += model.yj[[item for item, _ in rated]].sum(axis=0) / np.sqrt(len(rated))
        super()._keep(model, numbering)


class NMF(MaybeBiased[NMFParams]):
    """r̂_ui = q_iᵀ p_u with non-negative factors, by the multiplicative updates

    p_uf ← p_uf Σ_i q_if r_ui / (Σ_i q_if r̂_ui + λ |I_u| p_uf),   q_if alike.

    Luo, Zhou, Xia and Zhu (2014), "An efficient non-negative matrix-factorization-based approach to collaborative
    filtering for recommender systems", equation (11). An unknown user or item gets the training mean μ.
    Raises Diverged when the learned numbers are not finite.
    """

    name = "surprise-nmf"
    paper = "luo2014"
    Params = NMFParams

    def _model(self) -> Any:
        p = self.params
        return surprise.NMF(
            n_factors=p.factors,
            n_epochs=p.epochs,
            biased=p.biased,
            reg_pu=p.regularization,
            reg_qi=p.regularization,
            reg_bu=p.bias_regularization,
            reg_bi=p.bias_regularization,
            lr_bu=p.learning_rate,
            lr_bi=p.learning_rate,
            random_state=self.seed,
        )
