"""Sparse vectors of items, brought to length 1."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix, diags

from bench.types import Longs


def unit_rows(matrix: csr_matrix) -> csr_matrix:
    """The same rows with Euclidean length 1, without stored zeros; rows of zeros stay."""
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    unit = csr_matrix(diags(1 / np.where(lengths > 0, lengths, 1)) @ matrix)
    unit.eliminate_zeros()
    unit.sort_indices()
    return unit


def distinct_rows(matrix: csr_matrix) -> tuple[csr_matrix, Longs]:
    """The different rows in the order of their first places, and which of them each row is (n,); −1: an empty row."""
    known: dict[bytes, int] = {}
    firsts: list[int] = []
    kinds = np.full(matrix.shape[0], -1, np.int64)
    for row, (start, stop) in enumerate(zip(matrix.indptr[:-1], matrix.indptr[1:], strict=True)):
        if start == stop:
            continue
        content = matrix.indices[start:stop].tobytes() + matrix.data[start:stop].tobytes()
        if content not in known:
            known[content] = len(firsts)
            firsts.append(row)
        kinds[row] = known[content]
    return matrix[firsts], kinds
