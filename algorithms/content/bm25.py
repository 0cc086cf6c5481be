"""BM25: the texts of the history are the query, the text of an item is the document."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

from algorithms.content.text_profile import TextParams, TextProfile
from algorithms.neighbours.weighting import term_factors
from bench.params import number


class BM25Params(TextParams):
    """k1 and b are the usual values in the range that the paper recommends."""

    k1: float = number(1.2, low=0, high=100, search=(0.2, 4))
    """How much a second and third occurrence of a term in a text add; 0: nothing."""
    b: float = number(0.75, low=0, high=1, search=(0, 1))
    """How much a text longer than the mean has its occurrences discounted; 0: not at all."""


class ContentBM25(TextProfile[BM25Params]):
    """s(u, j) = Σ_t q_ut·idf_t·tf_jt·(k1 + 1) / (tf_jt + k1·(1 − b + b·|j| / mean |j|)),

    Robertson and Zaragoza (2009), "The Probabilistic Relevance Framework: BM25 and Beyond". q_ut counts the term in all
    texts of the history, tf_jt in the text of item j, whose length |j| is the number of its terms. idf_t =
    ln((1 + N) / (1 + n_t)) for N items of which n_t have the term: its ones keep it from falling below zero. An item
    without any term that another item has is "cannot score" (NaN); somebody without history gets 0 for all others.
    """

    name = "content-bm25"
    paper = "robertson2009"
    Params = BM25Params

    def weights(self, counts: csr_matrix) -> tuple[csr_matrix, csr_matrix]:
        """tf, and what q is multiplied with (n_items, n_terms each)."""
        k1, b = self.params.k1, self.params.b
        lengths = np.asarray(counts.sum(axis=1)).ravel()
        relative = lengths / max(lengths.sum() / max(len(lengths), 1), 1e-12)
        discount = np.repeat(k1 * (1 - b + b * relative), np.diff(counts.indptr))
        weights = counts.copy()
        weights.data = weights.data * (k1 + 1) / (weights.data + discount)
        weights.data *= term_factors(counts, "tf-idf")[weights.indices]
        return counts, weights
