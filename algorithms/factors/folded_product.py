"""Products of learned factors for models of implicit feedback, with new users folded in from their history."""

from __future__ import annotations

from abc import abstractmethod
from typing import TypeVar

import numpy as np
from threadpoolctl import threadpool_limits

from algorithms.factors.factor_product import FactorProduct
from bench.algorithm import Can
from bench.params import Params
from bench.types import Floats, Interactions, Ints, Query

P = TypeVar("P", bound=Params)

_PANEL = 300  # items


class FoldedProduct(FactorProduct[P]):
    """s(u, i) = P_uᵀ Q_i, where the P_u of a user without training interactions comes from the history in the question.

    Absent items are represented by a panel of at most 300 items, drawn once from those with training interactions.
    Known users are answered with the factors learned in training. An item without training interactions cannot be
    scored (NaN), and is passed over in a history.
    """

    compiles = True
    can = Can.RANK | Can.PERSONALISE | Can.SERVE_NEW_USERS

    @abstractmethod
    def _folded(self, liked: Ints, others: Ints) -> Floats:
        """P_u of a user who has the items `liked` and, of the panel, not the items `others`."""

    def _draw_panel(self, train: Interactions, rng: np.random.Generator) -> None:
        seen = np.unique(train.items)
        self.panel = rng.permutation(seen)[:_PANEL]

    def score(self, query: Query) -> Floats:
        """(b, n_items) float32."""
        with threadpool_limits(self.threads):
            people = self.user_factors[query.users]
            histories = query.matrix()
            for row in np.flatnonzero(np.isnan(people[:, 0])).tolist():
                liked = histories.indices[histories.indptr[row] : histories.indptr[row + 1]]
                liked = liked[~np.isnan(self.item_factors[liked, 0])]
                people[row] = self._folded(liked, np.setdiff1d(self.panel, liked))
            return np.asarray(people @ self.item_factors.T)
