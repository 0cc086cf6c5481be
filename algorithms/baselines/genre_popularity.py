"""Popularity of items of the same kind: what there is to know of an item that nobody has met, without its text."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix, diags

from bench.algorithm import Algorithm, Can, Needs
from bench.errors import Unsupported
from bench.params import Params
from bench.types import Floats, Query, Training


class GenrePopularity(Algorithm[Params]):
    """s(q, j) = 1/|F_j| Σ_{f ∈ F_j} m_f   with   m_f = 1/|M_f| Σ_{i ∈ M_f} n_i,

    where F_j are the features of item j, such as genres or tags, n_i counts the users with item i in training, and M_f
    are the items with feature f that somebody has in training: the popularity that is usual for items of its kind.

    Neither the history nor an item's own popularity is looked at, so an item that nobody has met is scored as one with
    the same features that all have. A feature without any such M_f does not count; an item of which no feature counts
    has the mean of n_i over all items met. Raises Unsupported for data without item features.
    """

    name = "genre-popularity"
    family = "baseline"
    needs = Needs.ITEM_FEATURES
    can = Can.RANK | Can.SERVE_NEW_USERS | Can.SCORE_NEW_ITEMS

    def fit(self, train: Training) -> None:
        """Average the counts of each feature's items, and these for each item."""
        if train.items.features is None:
            raise Unsupported("genre-popularity needs item features, and the data set has none")
        counts = np.diff(train.interactions.matrix().tocsc().indptr).astype(np.float64)  # n_i
        met = counts > 0
        owned = csr_matrix(train.items.features != 0, dtype=np.float64)  # (n_items, features)
        having = owned.T @ met.astype(np.float64)  # |M_f|
        usual = np.divide(owned.T @ counts, having, out=np.zeros(len(having)), where=having > 0)  # m_f
        counting = csr_matrix(owned @ diags((having > 0).astype(np.float64)))
        sizes = np.asarray(counting.sum(axis=1)).ravel()
        overall = counts.sum() / max(1, met.sum())
        means = np.divide(counting @ usual, sizes, out=np.full(len(sizes), overall), where=sizes > 0)
        self.popularity = means.astype(np.float32)

    def score(self, query: Query) -> Floats:
        """(b, n_items) the same numbers, once for each question."""
        return np.repeat(self.popularity[None, :], len(query), axis=0)
