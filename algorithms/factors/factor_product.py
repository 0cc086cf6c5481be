"""Scores that are products of a user's and an item's learned factors, for models that know users by number."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np

from bench.algorithm import Algorithm
from bench.params import Params
from bench.types import Bools, Floats, Interactions, Query

P = TypeVar("P", bound=Params)


class FactorProduct(Algorithm[P]):
    """s(u, i) = p_uᵀ q_i with learned p (n_users + 1, f) and q (n_items, f), biases included as further columns.

    Users and items without training interactions have only their random start, so their factors are NaN: such a user
    is "cannot score" for all items, and such an item for all users. A question's history is not looked at; what a user
    did after training changes nothing.
    """

    family = "factors"

    def _keep(self, user_factors: Any, item_factors: Any, train: Interactions, described: Bools | None = None) -> None:
        """Keep p (n_users, f) of users and q (n_items, f) of items seen in training, or `described` (n_items,)."""
        seen_users = np.bincount(train.users, minlength=train.n_users) > 0
        seen_items = np.bincount(train.items, minlength=train.n_items) > 0
        if described is not None:
            seen_items |= described
        kept = np.where(seen_users[:, None], user_factors, np.nan)
        self.user_factors = np.pad(kept, ((0, 1), (0, 0)), constant_values=np.nan).astype(np.float32)  # last: user −1
        self.item_factors = np.where(seen_items[:, None], item_factors, np.nan).astype(np.float32)

    def score(self, query: Query) -> Floats:
        """(b, n_items) products, float32."""
        return np.asarray(self.user_factors[query.users] @ self.item_factors.T)
