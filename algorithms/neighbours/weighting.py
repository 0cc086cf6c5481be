"""Weights of the entries of binary vectors: a row is a document, a column is a term, an entry says "occurs".

    tf-idf   w_dt = idf_t
    bm25     w_dt = idf_t · (K1 + 1) / (K1 · (1 − B + B·|d| / mean |d|) + 1)

with idf_t = ln((1 + N) / (1 + n_t)) for N documents of which n_t hold the term, K1 = 1.2 and B = .75: BM25 as in
Robertson and Zaragoza (2009), "The Probabilistic Relevance Framework: BM25 and Beyond", for term frequencies of one,
but with this idf, whose ones keep it from falling below zero. All three kinds are a factor of the document times a
factor of the term.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

from algorithms.neighbours.params import Weighting
from bench.types import Floats

K1 = 1.2
B = 0.75


def term_factors(documents: csr_matrix, kind: Weighting) -> Floats:
    """(n_terms,) idf of each column of a binary matrix (N, n_terms); ones when nothing is weighted."""
    if kind == "none":
        return np.ones(documents.shape[1])
    counts = np.bincount(documents.indices, minlength=documents.shape[1])
    return np.asarray(np.log((1 + documents.shape[0]) / (1 + counts)))


def mean_length(documents: csr_matrix) -> float:
    """Mean number of terms of the documents of a binary matrix."""
    return float(documents.nnz / max(1, documents.shape[0]))


def document_factors(documents: csr_matrix, kind: Weighting, mean: float) -> Floats:
    """(rows,) the BM25 factor for documents of their length, where `mean` is usual; ones for the other kinds."""
    if kind != "bm25":
        return np.ones(documents.shape[0])
    relative = np.diff(documents.indptr) / max(mean, 1e-12)
    return np.asarray((K1 + 1) / (K1 * (1 - B + B * relative) + 1))
