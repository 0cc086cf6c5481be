"""Co-clustering: users in a few groups, items in a few groups, one mean rating per pair of groups."""

from __future__ import annotations

from typing import Any

import numpy as np
import surprise

from algorithms.rating_library import Numbering, RatingLibrary
from bench.params import Params, number
from bench.types import Floats


class CoClusteringParams(Params):
    """The library's defaults."""

    user_clusters: int = number(3, low=1, high=1000, search=(2, 20))
    """Groups of users."""
    item_clusters: int = number(3, low=1, high=1000, search=(2, 20))
    """Groups of items."""
    epochs: int = number(20, low=1, high=1000, search=(5, 50))
    """Rounds of assignment, users first."""


class CoClustering(RatingLibrary[CoClusteringParams]):
    """r̂_ui = C̄_ui + (μ_u − C̄_u) + (μ_i − C̄_i),

    where C̄_ui, C̄_u and C̄_i are the mean ratings of the pair of groups, of the user's group and of the item's group,
    and users and items change to the group with the smallest squared error until the rounds are over. George and
    Merugu (2005), "A scalable collaborative filtering framework based on co-clustering", equation (2). An unknown user
    or item gets the training mean. The library truncates ratings to integers here, so ratings in half stars are doubled
    before training and the result is halved.
    """

    name = "surprise-co-clustering"
    family = "neighbours"
    paper = "george2005"
    Params = CoClusteringParams
    whole_numbers = True

    def _model(self) -> Any:
        p = self.params
        clusters = {"n_cltr_u": p.user_clusters, "n_cltr_i": p.item_clusters}
        return surprise.CoClustering(**clusters, n_epochs=p.epochs, random_state=self.seed)

    def _keep(self, model: Any, numbering: Numbering) -> None:
        """Groups (n_users + 1,) and (n_items,), −1 for the unknown, and what a user or item adds to the pair's mean."""
        self.user_cluster = numbering.by_user(model.cltr_u, fill=-1)
        self.item_cluster = numbering.by_item(model.cltr_i, fill=-1)
        self.user_offset = numbering.by_user(model.user_mean - model.avg_cltr_u[model.cltr_u]) / self.factor
        self.item_offset = numbering.by_item(model.item_mean - model.avg_cltr_i[model.cltr_i]) / self.factor
        self.pair_mean = model.avg_cocltr / self.factor  # (user groups, item groups)

    def _estimate(self, users: Any, items: Any) -> Floats:
        group, column = self.user_cluster[users], self.item_cluster[items]
        estimate = self.pair_mean[group, column] + self.user_offset[users] + self.item_offset[items]
        return np.where((group >= 0) & (column >= 0), estimate, self.mean)
