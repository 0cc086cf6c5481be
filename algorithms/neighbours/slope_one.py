"""Slope One: how much better is one item usually rated than another? Counts by the library Surprise."""

from __future__ import annotations

from typing import Any

import numpy as np
import surprise
from numba import njit

from algorithms.rating_library import Numbering, RatingLibrary
from bench.params import Params
from bench.types import Floats, Query


class SlopeOne(RatingLibrary[Params]):
    """r̂_ui = μ_u + (1 / |R_i(u)|) Σ_{j ∈ R_i(u)} dev(i, j),   dev(i, j) = mean over common raters v of r_vi − r_vj,

    where R_i(u) are the items that u rated and that share a rater with i. Lemire and Maclachlan (2005), "Slope One
    predictors for online rating-based collaborative filtering", section 4. An unknown user or item gets the training
    mean. The library truncates ratings to integers here, so ratings in half stars are doubled before training and the
    result is halved. Raises Unsupported when the (n_items, n_items) matrices exceed the memory.
    """

    name = "surprise-slope-one"
    family = "neighbours"
    compiles = True
    paper = "lemire2005"
    whole_numbers = True

    def _bytes(self, n_users: int, n_items: int) -> int:
        return (8 + 8 + 1) * n_items**2  # counts, deviations, and whether there are any

    def _model(self) -> Any:
        return surprise.SlopeOne()

    def _keep(self, model: Any, numbering: Numbering) -> None:
        """Deviations (n, n) with 0 where there are no common raters, and the items of each user in a row."""
        self.common = model.freq > 0
        self.deviations = model.dev
        self.deviations[~self.common] = 0
        self.deviations /= self.factor
        self.user_mean = np.append(np.array(model.user_mean) / self.factor, self.mean)
        self.inner_user = numbering.by_user(np.arange(len(numbering.users)), fill=-1)
        self.inner_item = numbering.by_item(np.arange(len(numbering.items)), fill=-1)
        rated = [[item for item, _ in model.trainset.ur[user]] for user in range(len(numbering.users))]
        self.rated = np.array([item for items in rated for item in items], np.int64)
        self.offsets = np.concatenate([[0], np.cumsum([len(items) for items in rated])])

    def score(self, query: Query) -> Floats:
        """(b, n_items) predicted ratings."""
        users = self.inner_user[query.users]
        sums = np.empty((len(query), len(self.common)))
        _sums(self.deviations, self.common, self.rated, self.offsets, users, sums)
        scores = np.where(self.inner_item >= 0, self.user_mean[users][:, None], self.mean)
        scores[:, self.inner_item >= 0] += sums[:, self.inner_item[self.inner_item >= 0]]
        return scores

    def _estimate(self, users: Any, items: Any) -> Floats:
        user, item = self.inner_user[users], self.inner_item[items]
        mean = np.where(item >= 0, self.user_mean[user], self.mean)
        return np.asarray(mean + _pairs(self.deviations, self.common, self.rated, self.offsets, user, item))


@njit(cache=True, nogil=True)
def _sums(deviations, common, rated, offsets, users, out):  # type: ignore[no-untyped-def]
    """Fill out (b, n) with the mean deviation of every item from what each user rated; 0 for the unknown user −1.

    dev(i, j) = −dev(j, i) is read along the rows of j, which lie in one piece.
    """
    counts = np.empty(out.shape[1])
    for row in range(len(users)):
        out[row], counts[:] = 0, 0
        for place in range(offsets[users[row]], offsets[users[row] + 1]) if users[row] >= 0 else range(0):
            out[row] -= deviations[rated[place]]
            counts += common[rated[place]]
        out[row] /= np.maximum(counts, 1)


@njit(cache=True, nogil=True)
def _pairs(deviations, common, rated, offsets, users, items):  # type: ignore[no-untyped-def]
    """(n,) the mean deviation of items[p] from what users[p] rated; 0 where either is −1, unknown."""
    out = np.zeros(len(users))
    for pair in range(len(users)):
        user, item = users[pair], items[pair]
        if user >= 0 and item >= 0:
            others = rated[offsets[user] : offsets[user + 1]]
            for other in others:
                out[pair] += deviations[item, other]  # 0 without common raters
            out[pair] /= max(common[item][others].sum(), 1)
    return out
