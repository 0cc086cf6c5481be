"""Attribute k-NN: recommends items whose features resemble those of items in the history."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from scipy.sparse import csr_matrix, diags

from algorithms.content import nearest
from algorithms.content.vectors import distinct_rows, unit_rows
from algorithms.neighbours.similarity import binary_matrix, in_blocks, parts, rating_matrix, row_means
from algorithms.neighbours.weighting import term_factors
from bench.algorithm import Algorithm, Can, Needs
from bench.errors import Unsupported
from bench.params import Params, choice, number
from bench.types import Floats, Ints, Longs, Query, Reason, Training


class AttributeKNNParams(Params):
    """How many neighbours count, and how they are compared.

    Chosen on the validation parts of MovieLens (100K and small) by NDCG@10: between 50 and 1000 neighbours it hardly
    changes, and tf-idf is better than none.
    """

    neighbours: int = number(200, low=1, high=100_000, search=(10, 1000), log=True)
    """How many items of the history count for each item; all that are as similar as the last of them count too."""
    weighting: Literal["none", "tf-idf"] = choice("tf-idf")
    """What a feature weighs: 1, or less the more items have it."""


class AttributeKNN(Algorithm[AttributeKNNParams]):
    """s(u, j) = Σ_{i ∈ N(u, j)} sim(i, j),   r̂_uj = Σ_{i ∈ N(u, j)} sim(i, j)·r_ui / Σ_{i ∈ N(u, j)} sim(i, j),

    nearest neighbours as in Pazzani and Billsus (2007), "Content-based recommendation systems". sim is the cosine of
    the items' features, N(u, j) are the `neighbours` items of the history of u that are most similar to j, and all that
    are as similar as the last of them. Nothing is learnt from interactions, so new users and new items are as good as
    others.

    An item without features (or with such only that all items have) is "cannot score" (NaN) and nobody's neighbour. A
    rating without similar items is the mean of the user's ratings, NaN for somebody without any.
    """

    name = "attribute-knn"
    family = "content"
    compiles = True
    paper = "pazzani2007"
    Params = AttributeKNNParams
    needs = Needs.ITEM_FEATURES
    can = Can.RANK | Can.PERSONALISE | Can.PREDICT_RATINGS | Can.EXPLAIN | Can.SERVE_NEW_USERS | Can.SCORE_NEW_ITEMS

    def fit(self, train: Training) -> None:
        """Weigh the features of the whole catalogue. Raises Unsupported where there are none."""
        if train.items.features is None:
            raise Unsupported(f"{self.name} needs features of the items, and the data set has none")
        features = csr_matrix(train.items.features, dtype=np.float64, copy=True)
        features.eliminate_zeros()
        if self.params.weighting == "tf-idf":
            features = csr_matrix(features @ diags(term_factors(features, "tf-idf")))
        self.vectors, self.kinds = distinct_rows(unit_rows(features))  # items of one genre share one vector
        self.names = list(train.items.feature_names)

    def score(self, query: Query) -> Floats:
        """(b, n_items) float32."""
        sums = np.empty((len(query), self.vectors.shape[0] + 1), np.float32)
        sums[:, -1] = np.nan  # where kinds is −1
        in_blocks(nearest.similarity_sums, len(query), self.threads, *self._of(binary_matrix(query)), sums[:, :-1])
        return np.asarray(sums[:, self.kinds])

    def predict(self, query: Query, rows: Longs, items: Ints) -> Floats:
        """(n,) ratings. Raises Unsupported on data without ratings."""
        if query.ratings is None:
            raise Unsupported(f"{self.name} predicts ratings only where the data set has them")
        ratings = rating_matrix(query)
        order = np.argsort(rows, kind="stable")
        starts = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=len(query)))]).astype(np.int64)
        found = np.empty(len(rows))
        pairs = (starts, self.kinds[items[order]], found)
        in_blocks(nearest.weighted_means, len(query), self.threads, *self._of(ratings), *pairs)
        predicted = np.empty(len(rows))
        predicted[order] = found
        return np.asarray(np.where(np.isnan(predicted), row_means(ratings)[rows], predicted))

    def explain(self, query: Query, item: int, n: int = 5) -> list[Reason]:
        """The n items of the history that are most similar to `item`, with the features that both have."""
        history = np.unique(query.items[query.offsets[0] : query.offsets[1]])
        history = history[self.kinds[history] >= 0]
        if self.kinds[item] < 0:
            return []
        shared = csr_matrix(self.vectors[self.kinds[history]].multiply(self.vectors[self.kinds[item]]))
        weights = np.asarray(shared.sum(axis=1)).ravel()
        order = np.argsort(-weights, kind="stable")[: min(n, self.params.neighbours)]
        return [
            Reason(int(history[at]), float(weights[at]), ", ".join(self.names[f] for f in np.sort(shared[at].indices)))
            for at in order
            if weights[at] > 0
        ]

    def _of(self, histories: csr_matrix) -> tuple[Any, ...]:
        """The first arguments of the loops, from values (b, n_items); items without features are left out."""
        kinds = self.kinds[histories.indices]
        known = kinds >= 0
        counts = np.concatenate([[0], np.cumsum(known)])
        chosen = (counts[histories.indptr].astype(np.int64), kinds[known], histories.data[known])
        return chosen, parts(self.vectors), self.vectors.shape[1], self.params.neighbours
