"""Scores that are sums of learned weights between items."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from scipy.sparse import csr_matrix

from algorithms.neighbours.similarity import binary_matrix, product
from algorithms.reasons import strongest
from bench.algorithm import Algorithm, Can
from bench.params import Params
from bench.types import Floats, Query, Reason

P = TypeVar("P", bound=Params)


class ItemWeights(Algorithm[P]):
    """s(u, j) = Σ_{i ∈ history of u} W_ij with a learned sparse W (n_items, n_items) and binary histories.

    Who has no history scores 0 everywhere, as does an item without training interactions for everybody.
    """

    compiles = True
    can = Can.RANK | Can.PERSONALISE | Can.EXPLAIN | Can.SERVE_NEW_USERS
    weights: csr_matrix  # W float32, to be set by `fit`

    def score(self, query: Query) -> Floats:
        """(b, n_items) float32."""
        return product(binary_matrix(query), self.weights, self.threads)

    def explain(self, query: Query, item: int, n: int = 5) -> list[Reason]:
        """The n items i of the history with the largest positive W_ij, j being `item`."""
        history = np.unique(query.items[query.offsets[0] : query.offsets[1]])
        weights = self.weights[history, item].toarray().ravel()
        return strongest(history, weights, n)
