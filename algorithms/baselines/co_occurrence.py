"""Raw co-occurrence: item k-NN without any normalization, to see what the normalization is worth."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

from algorithms.neighbours.similarity import binary_matrix, product
from algorithms.reasons import strongest
from bench import memory
from bench.algorithm import Algorithm, Can
from bench.params import Params
from bench.types import Floats, Query, Reason, Training

_BYTES = 24  # of an entry: a float64 and an index, and the same again while the diagonal is taken out


class CoOccurrence(Algorithm[Params]):
    """s(q, j) = Σ_{i ∈ history, i ≠ j} |U_i ∩ U_j|,

    where U_i are the training users who have item i. Popular items come first wherever nothing forbids it: this is a
    level to be beaten by every similarity. An item without common users scores 0.
    """

    name = "co-occurrence"
    family = "baseline"
    compiles = True
    can = Can.RANK | Can.PERSONALISE | Can.EXPLAIN | Can.SERVE_NEW_USERS

    def fit(self, train: Training) -> None:
        """Count. Raises Unsupported when the counts might not fit into the free memory."""
        owned = binary_matrix(train.interactions)
        n_items, lengths = owned.shape[1], np.diff(owned.indptr).astype(np.float64)
        most = min(float(n_items) ** 2, float(lengths @ lengths))
        memory.require(_BYTES * most, f"co-occurrence of {n_items} items")
        self.counts = csr_matrix(owned.T @ owned)
        self.counts.setdiag(0)
        self.counts.eliminate_zeros()

    def score(self, query: Query) -> Floats:
        """(b, n_items) float32 sums of counts."""
        return product(binary_matrix(query), self.counts, self.threads)

    def explain(self, query: Query, item: int, n: int = 5) -> list[Reason]:
        """The n items of the history that have most users in common with `item`."""
        history = np.unique(query.items[query.offsets[0] : query.offsets[1]])
        weights = self.counts[history, item].toarray().ravel()
        return strongest(history, weights, n)
