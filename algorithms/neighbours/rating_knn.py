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
    Time of `score`: O(ratings) per user, with neighbours of items O(ratings · log k) at worst. Raises Unsupported when
    the (x, x) matrices exceed the memory.
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
        by_x = np.argsort(self.neighbours, kind="stable")  # the same ratings once more, sorted by x
        self.rated, self.rated_residuals = y[by_x], self.residuals[by_x]
        self.rated_offsets = np.concatenate([[0], np.cumsum(np.bincount(self.neighbours, minlength=model.n_x))])

    def _deviation(self, users: Any, items: Any) -> Floats:
        """The weighted mean of r − base over the neighbours; NaN with too few of them or an unknown user or item."""
        x, y = self.inner_user[users], self.inner_item[items]
        limits = (self.params.neighbours, self.params.min_neighbours)
        if self.params.based_on == "items":
            x, y = y, x
        elif users.ndim == 2:  # (b, 1) users and (1, n) items: whole rows
            deviations = np.empty((len(users), items.shape[1]))
            rated = (self.rated_offsets, self.rated, self.rated_residuals)
            _average_rows(self.similarities, rated, limits, (x[:, 0], y[0]), len(self.offsets) - 1, deviations)
            return deviations
        out = np.empty(np.broadcast_shapes(x.shape, y.shape))
        pairs = tuple(np.atleast_2d(np.broadcast_to(numbers, out.shape)) for numbers in (x, y))
        rated = (self.offsets, self.neighbours, self.residuals)
        _average(self.similarities, rated, limits, pairs, np.atleast_2d(out))
        return out


@njit(cache=True, nogil=True, inline="always")
def _worse(value, place, other_value, other_place):  # type: ignore[no-untyped-def]
    return value < other_value or (value == other_value and place > other_place)


@njit(cache=True, nogil=True)
def _sink(best, places, at):  # type: ignore[no-untyped-def]
    """Put the entry `at` where it belongs in a heap whose root is the worst: the smallest, on ties the later place."""
    value, place = best[at], places[at]
    child = 2 * at + 1
    while child < len(best):
        other = child + 1
        if other < len(best) and _worse(best[other], places[other], best[child], places[child]):
            child = other
        if _worse(value, place, best[child], places[child]):
            break
        best[at], places[at] = best[child], places[child]
        at, child = child, 2 * child + 1
    best[at], places[at] = value, place


@njit(cache=True, nogil=True)
def _nearest(similarities, neighbours, begin, end, best, places):  # type: ignore[no-untyped-def]
    """Put the largest positive similarities of neighbours[begin:end] and their places into best, places (k,).

    Returns how many. On ties the earlier place wins. `similarities` (x,) are those of one x.
    """
    k, size, place = len(best), 0, begin
    while place < end and size < k:
        value = similarities[np.uint32(neighbours[place])]  # unsigned: no check for negative positions
        if value > 0:
            best[size], places[size] = value, place
            size += 1
        place += 1
    if place < end:
        for at in range(k // 2 - 1, -1, -1):
            _sink(best, places, at)
    for rest in range(place, end):
        value = similarities[np.uint32(neighbours[rest])]
        if value > best[0]:
            best[0], places[0] = value, rest
            _sink(best, places, 0)
    return size


@njit(cache=True, nogil=True)
def _average(similarities, rated, limits, pairs, out):  # type: ignore[no-untyped-def]
    """Fill out (b, n) for pairs of x and y (b, n): the k largest positive similarities, the earlier rating on ties."""
    (offsets, neighbours, residuals), (k, min_k), (xs, ys) = rated, limits, pairs
    best, places = np.empty(k), np.empty(k, np.int64)
    for row in range(out.shape[0]):
        for column in range(out.shape[1]):
            x, y, size = xs[row, column], ys[row, column], 0
            if x >= 0 and y >= 0:
                size = _nearest(similarities[x], neighbours, offsets[y], offsets[y + 1], best, places)
            weights = weighted = 0.0
            for at in range(size):
                weights += best[at]
                weighted += best[at] * residuals[places[at]]
            out[row, column] = weighted / weights if size >= min_k else np.nan


@njit(cache=True, nogil=True)
def _average_rows(similarities, rated, limits, pairs, n_y, out):  # type: ignore[no-untyped-def]
    """The same for all pairs of xs (b,) and ys (n,): the neighbours of one x, the most similar first, speak in turn.

    Each y hears the first k of them that rated it, so nothing is selected for a pair. Needs lists of ratings in which
    the earlier ones are those of smaller x, as they are for users.
    """
    (offsets, whose, residuals), (k, min_k), (xs, ys) = rated, limits, pairs
    for row in range(len(xs)):
        sizes, weights, weighted = np.zeros(n_y, np.int64), np.zeros(n_y), np.zeros(n_y)
        if xs[row] >= 0:
            own = similarities[xs[row]]
            for other in np.argsort(-own, kind="mergesort"):
                if not own[other] > 0:
                    break
                for place in range(offsets[other], offsets[other + 1]):
                    y = whose[place]
                    if sizes[y] < k:
                        sizes[y] += 1
                        weights[y] += own[other]
                        weighted[y] += own[other] * residuals[place]
        for column in range(len(ys)):
            y = ys[column]
            enough = y >= 0 and sizes[y] >= min_k
            out[row, column] = weighted[y] / weights[y] if enough else np.nan


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
