"""TF-IDF profiles: recommends items whose texts use the words of the texts in the history."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix, diags

from algorithms.content.text_profile import TextParams, TextProfile
from algorithms.content.vectors import unit_rows
from algorithms.neighbours.weighting import term_factors
from bench.types import Query


class ContentTFIDF(TextProfile[TextParams]):
    """s(u, j) = cos(p_u, d_j) with p_u = Σ_{i ∈ history of u} d_i and d_it = (1 + ln tf_it)·idf_t / |…|,

    the vector of an item's text, of length 1; Pazzani and Billsus (2007), "Content-based recommendation systems".
    tf_it counts the term in the text, idf_t = ln((1 + N) / (1 + n_t)) for N items of which n_t have it. An item without
    any term that another item has is "cannot score" (NaN); somebody without history gets 0 for all others.
    """

    name = "content-tfidf"
    paper = "pazzani2007"

    def weights(self, counts: csr_matrix) -> tuple[csr_matrix, csr_matrix]:
        """d (n_items, n_terms), twice."""
        self.idf = term_factors(counts, "tf-idf")
        unit = self.asked(counts)
        return unit, unit

    def asked(self, counts: csr_matrix) -> csr_matrix:
        """d (n, n_terms) of n texts."""
        vectors = counts.copy()
        vectors.data = 1 + np.log(vectors.data)
        return unit_rows(csr_matrix(vectors @ diags(self.idf)))

    def profiles(self, query: Query) -> csr_matrix:
        """p (b, n_terms), each of length 1."""
        return unit_rows(super().profiles(query))
