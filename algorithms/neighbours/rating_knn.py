"""Neighbourhood rating prediction: similarities by the library Surprise, predictions by one compiled loop."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, Literal, TypeVar

import numpy as np
import surprise
from numba import njit

from algorithms.baselines.baseline_only import baseline_options
from algorithms.rating_library import Numbering, RatingLibrary
from bench.params import Params, choice, number
from bench.types import Floats

# Dense (n, n) arrays of 8 bytes that the library holds at once while it computes a similarity.
MATRICES = {"msd": 3, "cosine": 5, "pearson": 7, "pearson-baseline": 5}


class RatingKNNParams(Params):
    """Whose similarity, which one and how many neighbours; the library's defaults."""

    neighbours: int = number(40, low=1, high=10_000, search=(10, 200), log=True)
    """k: at most so many neighbours speak for one rating; only those with a positive similarity do."""
    min_neighbours: int = number(1, low=1, high=10_000)
    """With fewer of them the neighbours are not asked."""
    similarity: Literal["msd", "cosine", "pearson", "pearson-baseline"] = choice("msd")
    """msd is 1 / (1 + mean squared difference); all are taken over common ratings only."""
    based_on: Literal["users", "items"] = choice("users")
    """Neighbours of the user who rated the item, or neighbours of the item that the user rated."""
    min_support: int = number(1, low=1, high=10_000)
    """Pairs with fewer common ratings have similarity 0."""
    shrinkage: float = number(100.0, low=0, high=10_000)
    """β of pearson-baseline: ρ is multiplied by (c − 1) / (c − 1 + β) with c common ratings."""


class KNNBaselineParams(RatingKNNParams):
    """The same, and how the baselines are estimated."""

    epochs: int = number(10, low=1, high=1000)
    """Rounds of alternating least squares for the baselines."""
    user_regularization: float = number(15.0, low=0, high=10_000)
    """λ_u: damping of the user biases."""
    item_regularization: float = number(10.0, low=0, high=10_000)
    """λ_i: damping of the item biases."""


K = TypeVar("K", bound=RatingKNNParams)


class RatingKNN(RatingLibrary[K]):
    """r̂_ui = base_ui + Σ_{v ∈ N_i(u)} s(u, v) (r_vi − base_vi) / Σ_{v ∈ N_i(u)} s(u, v),

    N_i(u) being the k users most similar to u among those who rated i, or with items and users changed round.
    Below, x are the users (or items) compared and y the items (or users) whose ratings are averaged.
    Time of `score`: O(ratings · k) at worst per user. Raises Unsupported when the (x, x) matrices exceed the memory.
    """

    family = "neighbours"
    compiles = True

    @abstractmethod
    def _base(self, model: Any, x: Any, y: Any) -> Floats:
        """base of the training ratings (n,) of x and y, both in the library's numbering."""

    def _bytes(self, n_users: int, n_items: int) -> int:
        n = n_users if self.params.based_on == "users" else n_items
        return MATRICES[self.params.similarity] * 8 * n * n

    def _options(self) -> dict[str, Any]:
        p = self.params
        similarity = {
            "name": p.similarity.replace("-", "_"),
            "user_based": p.based_on == "users",
            "min_support": p.min_support,
            "shrinkage": p.shrinkage,
        }
        return {"k": p.neighbours, "min_k": p.min_neighbours, "sim_options": similarity, "verbose": False}

    def _keep(self, model: Any, numbering: Numbering) -> None:
        """Similarities (x, x) and, for each y in a row, the x that rated it with r − base."""
        self.similarities = model.sim
        self.inner_user = numbering.by_user(np.arange(len(numbering.users)), fill=-1)
        self.inner_item = numbering.by_item(np.arange(len(numbering.items)), fill=-1)
        lists = [model.yr[y] for y in range(model.n_y)]
        y = np.repeat(np.arange(model.n_y), [len(ratings) for ratings in lists])
        self.neighbours = np.array([x for ratings in lists for x, _ in ratings], np.int64)
        ratings = np.array([rating for ratings in lists for _, rating in ratings])
        self.residuals = ratings - self._base(model, self.neighbours, y)
        self.offsets = np.concatenate([[0], np.cumsum(np.bincount(y))])

    def _deviation(self, users: Any, items: Any) -> Floats:
        """The weighted mean of r − base over the neighbours; NaN with too few of them or an unknown user or item."""
        x, y = self.inner_user[users], self.inner_item[items]
        if self.params.based_on == "items":
            x, y = y, x
        out = np.empty(np.broadcast_shapes(x.shape, y.shape))
        pairs = tuple(np.atleast_2d(np.broadcast_to(numbers, out.shape)) for numbers in (x, y))
        rated = (self.offsets, self.neighbours, self.residuals)
        limits = (self.params.neighbours, self.params.min_neighbours)
        _average(self.similarities, rated, limits, pairs, np.atleast_2d(out))
        return out


@njit(cache=True, nogil=True)
def _average(similarities, rated, limits, pairs, out):  # type: ignore[no-untyped-def]
    """Fill out (b, n) for pairs of x and y (b, n): the k largest positive similarities, the earlier rating on ties."""
    (offsets, neighbours, residuals), (k, min_k), (xs, ys) = rated, limits, pairs
    best, left = np.empty(k), np.empty(k)
    for row in range(out.shape[0]):
        for column in range(out.shape[1]):
            x, y = xs[row, column], ys[row, column]
            size = 0
            if x >= 0 and y >= 0:
                for place in range(offsets[y], offsets[y + 1]):
                    value = similarities[x, neighbours[place]]
                    if not value > 0 or (size == k and value <= best[k - 1]):
                        continue
                    size = min(size + 1, k)
                    at = size - 1
                    while at > 0 and best[at - 1] < value:
                        best[at], left[at] = best[at - 1], left[at - 1]
                        at -= 1
                    best[at], left[at] = value, residuals[place]
            enough = size >= min_k
            out[row, column] = (best[:size] * left[:size]).sum() / best[:size].sum() if enough else np.nan


class KNNBasic(RatingKNN[RatingKNNParams]):
    """base_ui = 0: the similarity-weighted mean of the neighbours' ratings; without neighbours the training mean μ.

    Shardanand and Maes (1995), "Social information filtering: algorithms for automating word of mouth", with the
    weights 1 / (1 + msd) by default.
    """

    name = "surprise-knn-basic"
    paper = "shardanand1995"
    Params = RatingKNNParams

    def _model(self) -> Any:
        return surprise.KNNBasic(**self._options())

    def _base(self, model: Any, x: Any, y: Any) -> Floats:
        return np.zeros(len(x))

    def _estimate(self, users: Any, items: Any) -> Floats:
        deviation = self._deviation(users, items)
        return np.where(np.isnan(deviation), self.mean, deviation)


class KNNWithMeans(RatingKNN[RatingKNNParams]):
    """base_ui = μ_u, the user's mean rating (or μ_i, the item's); an unknown user or item gets the training mean μ.

    Resnick, Iacovou, Suchak, Bergstrom and Riedl (1994), "GroupLens", section "Correlation and prediction", with the
    similarity 1 / (1 + msd) by default.
    """

    name = "surprise-knn-means"
    paper = "resnick1994"
    Params = RatingKNNParams

    def _model(self) -> Any:
        return surprise.KNNWithMeans(**self._options())

    def _base(self, model: Any, x: Any, y: Any) -> Floats:
        return np.asarray(model.means[x])

    def _keep(self, model: Any, numbering: Numbering) -> None:
        super()._keep(model, numbering)
        self.means = np.append(model.means, self.mean)  # (x + 1,), the last for whom training does not know

    def _estimate(self, users: Any, items: Any) -> Floats:
        x, y = self.inner_user[users], self.inner_item[items]
        base = self.means[x if self.params.based_on == "users" else y]
        known = (x >= 0) & (y >= 0)
        return np.where(known, base + np.nan_to_num(self._deviation(users, items)), self.mean)


class KNNBaseline(RatingKNN[KNNBaselineParams]):
    """base_ui = μ + b_u + b_i, estimated as in `surprise-baseline`; an unknown user or item has bias 0.

    Koren (2010), "Factor in the neighbors", equation (3) in section 2.2; with similarity = "pearson-baseline" also its
    similarity.
    """

    name = "surprise-knn-baseline"
    paper = "koren2010"
    Params = KNNBaselineParams

    def _model(self) -> Any:
        return surprise.KNNBaseline(**self._options(), bsl_options=baseline_options(self.params))

    def _base(self, model: Any, x: Any, y: Any) -> Floats:
        return np.asarray(self.mean + model.bx[x] + model.by[y])

    def _keep(self, model: Any, numbering: Numbering) -> None:
        super()._keep(model, numbering)
        self.user_bias = numbering.by_user(model.bu)
        self.item_bias = numbering.by_item(model.bi)

    def _estimate(self, users: Any, items: Any) -> Floats:
        base = self.mean + self.user_bias[users] + self.item_bias[items]
        return np.asarray(base + np.nan_to_num(self._deviation(users, items)))
