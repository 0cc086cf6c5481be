"""Hybrid factorization of interactions and metadata of items and users, trained by the library LightFM."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, Literal, TypeVar

import numpy as np
from lightfm import LightFM
from scipy.sparse import csr_matrix, diags, hstack, identity

from algorithms.factors.factor_product import FactorProduct
from algorithms.finite import require_finite
from algorithms.item_text import DescribedByText, ItemTextParams
from algorithms.principal_axes import on_principal_axes
from bench.algorithm import Can, Needs
from bench.errors import Diverged, Unsupported
from bench.params import choice, number
from bench.types import Bools, Interactions, Ints, Side, Training

_REMEDY = "lower learning_rate"  # against divergence


class DescribedParams(ItemTextParams):
    """The library's defaults, except for `loss` (logistic) and `epochs` (1), which are those of its published table."""

    loss: Literal["warp", "bpr", "logistic"] = choice("warp")
    """warp and bpr compare liked items with others; logistic tells likes from dislikes and needs both."""
    user_features: bool = choice(False, tune=False)
    """Describe users by their metadata as well as by themselves."""
    factors: int = number(10, low=1, high=2000, search=(8, 128), log=True)
    """f: length of the embedding of a feature."""
    epochs: int = number(10, low=1, high=10_000, search=(5, 100), log=True)
    """Passes over the training interactions."""
    learning_rate: float = number(0.05, low=1e-6, high=1e9, search=(5e-3, 0.2), log=True)
    """First step of the adaptive gradient descent (Adagrad)."""
    user_regularization: float = number(0.0, low=0, high=1000)
    """L2 penalty on user embeddings and biases."""
    item_regularization: float = number(0.0, low=0, high=1000)
    """L2 penalty on item feature embeddings and biases."""
    negatives: int = number(10, low=1, high=10_000)
    """At most so many items are drawn to find one that warp ranks wrongly."""
    likes_from: float = number(0.0, low=0, high=1e6)
    """An interaction rated lower is a dislike; without ratings all are likes."""
    text_dimensions: int = number(64, low=1, high=10_000)
    """With item_text: how many numbers of a vector are features, on the axes along which the vectors differ most."""


class HybridParams(DescribedParams):
    """The same, and whether items are described."""

    item_features: bool = choice(False, tune=False)
    """Describe items by their metadata as well as by themselves."""


P = TypeVar("P", bound=DescribedParams)


class LibraryFactorization(DescribedByText[P], FactorProduct[P]):
    """s(u, i) = p_uᵀ q_i + b_u + b_i, where q_i = Σ_{f ∈ features of i} e_f, b_i = Σ_f b_f, and p_u, b_u alike.

    Kula (2015), "Metadata embeddings for user and item cold-start recommendations", equations in section 3.1; loss
    "warp" is that of Weston, Bengio and Usunier (2011), "WSABIE". With `item_text` the vector of an item's text is cut
    to `text_dimensions` numbers by `on_principal_axes`, and each number is the weight of one more feature: q_i = e_i +
    Σ_f e_f + Σ_d x_id w_d with |x_i| = 1, so that the text of an item moves q_i in a first step as far as the item
    itself does; b_i alike.

    Deterministic on one thread only, which is the default. warp and bpr learn from likes alone: who has none, and an
    item that nobody liked, counts as unseen. Raises Unsupported when metadata or dislikes are asked for and the data
    has none, or when it has no likes, Diverged when training leaves the finite numbers, and with `item_text` what
    `text-knn` raises.
    """

    paper = "kula2015"

    @abstractmethod
    def _describes_items(self, train: Training) -> bool:
        """Whether metadata of items are used."""

    def fit(self, train: Training) -> None:
        """Learn p and q (f + 2 columns: two hold the biases)."""
        data = train.interactions
        user_features = self._features("user", train.users, data.n_users, self.params.user_features)
        item_features = self._item_features(train)
        liked = self._liked(data)
        learnt = data if self.params.loss == "logistic" else data.take(liked)
        targets = self._targets(data, liked).tocoo()
        model, sides = self._model(), {"user_features": user_features, "item_features": item_features}
        try:
            model.fit(targets, **sides, epochs=self.params.epochs, num_threads=self.threads)
        except ValueError as error:  # raised by the library after an epoch that left the finite numbers
            raise Diverged(f"{self.name}: {error}; {_REMEDY}") from None
        self._keep_biased(model, user_features, item_features, learnt)

    def _model(self) -> Any:
        p = self.params
        return LightFM(
            no_components=p.factors,
            loss=p.loss,
            learning_rate=p.learning_rate,
            user_alpha=p.user_regularization,
            item_alpha=p.item_regularization,
            max_sampled=p.negatives,
            random_state=self.seed,
        )

    def _item_features(self, train: Training) -> csr_matrix:
        """(n_items, n_items + n_features + text_dimensions): each item, its metadata and its text, where described."""
        n = train.interactions.n_items
        texts = csr_matrix(on_principal_axes(self._text_vectors(train), self.params.text_dimensions))
        return hstack([self._features("item", train.items, n, self._describes_items(train)), texts], "csr", np.float32)

    def _features(self, kind: str, side: Side, n: int, described: bool) -> csr_matrix:
        """(n, n) or (n, n + n_features): which features each user or item has, itself first."""
        itself = identity(n, np.float32, "csr")
        if not described:
            return itself
        if side.features is None:
            raise Unsupported(f"{self.name} is asked for {kind} features, and the data set has none")
        return hstack([itself, side.features], "csr", np.float32)

    def _liked(self, data: Interactions) -> Bools:
        """(n_interactions,): which are likes. Raises Unsupported where there are none."""
        if data.ratings is None:
            return np.ones(len(data), np.bool_)
        liked = data.ratings >= self.params.likes_from
        if not liked.any():
            raise Unsupported(f"{self.name}: no rating reaches likes_from = {self.params.likes_from:g}; lower it")
        return liked

    def _targets(self, data: Interactions, liked: Bools) -> csr_matrix:
        """(n_users, n_items): 1 for likes and, for the logistic loss, −1 for dislikes."""
        likes = data.take(liked).matrix()
        if self.params.loss != "logistic":
            return likes
        if liked.all():
            raise Unsupported(
                f"{self.name} with the logistic loss needs dislikes: ratings, and likes_from above the lowest"
            )
        return likes - data.take(~liked).matrix()

    def _keep_biased(
        self, model: Any, user_features: csr_matrix, item_features: csr_matrix, learnt: Interactions
    ) -> None:
        """Keep p_u and q_i with the columns (b_u, 1) and (1, b_i) at their end, for users and items of `learnt`."""
        known = _trained(item_features, learnt.items)
        item_bias, item_factors = model.get_item_representations(known)
        user_bias, user_factors = model.get_user_representations(user_features)
        require_finite(self.name, _REMEDY, user_factors=user_factors, item_factors=item_factors)
        require_finite(self.name, _REMEDY, user_bias=user_bias, item_bias=item_bias)
        p = np.column_stack([user_factors, user_bias, np.ones_like(user_bias)])
        q = np.column_stack([item_factors, np.ones_like(item_bias), item_bias])
        self._keep(p, q, learnt, described=np.diff(known.indptr) > 0)


def _trained(features: csr_matrix, seen: Ints) -> csr_matrix:
    """The features without those that are an item itself which training has not seen: these are still random."""
    trained = np.ones(features.shape[1], np.float32)
    trained[: features.shape[0]] = np.bincount(seen, minlength=features.shape[0]) > 0
    known = csr_matrix(features @ diags(trained))
    known.eliminate_zeros()
    return known


class HybridFactorization(LibraryFactorization[HybridParams]):
    """s(u, i) = p_uᵀ q_i + b_u + b_i, where the features of users and items are themselves and, on request, metadata.

    Kula (2015), as `LibraryFactorization` has it. An item without training interactions is "cannot score" (NaN), but
    with `item_features` or `item_text` it is scored from its metadata or text, if it has any. Users without training
    interactions get NaN.
    """

    name = "lightfm"
    Params = HybridParams

    def _describes_items(self, train: Training) -> bool:
        return self.params.item_features


class DescribedFactorization(LibraryFactorization[DescribedParams]):
    """s(u, i) = p_uᵀ q_i + b_u + b_i, where the features of an item are itself and its metadata: it scores new items.

    Kula (2015), as `LibraryFactorization` has it. An item without training interactions is scored from its metadata
    alone, and is "cannot score" (NaN) where there is none; with `item_text` its text counts as well, and the data set
    may have no metadata. Users without training interactions get NaN.
    """

    name = "lightfm-hybrid"
    Params = DescribedParams
    needs = Needs.ITEM_FEATURES
    can = FactorProduct.can | Can.SCORE_NEW_ITEMS

    def _describes_items(self, train: Training) -> bool:
        return train.items.features is not None or not self.params.item_text
