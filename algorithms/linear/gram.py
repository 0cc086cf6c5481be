"""XᵀX of a binary matrix as a dense array, and EASE's weights from its inverse; the loops are compiled."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from scipy.sparse import csr_matrix

from algorithms.neighbours.similarity import in_blocks
from bench.types import Floats

_TILE = 64  # rows and columns of a corner that fits into the cache together with its mirror image


def gram(matrix: csr_matrix, kind: type[np.floating[Any]], threads: int) -> Floats:
    """(n, n) XᵀX of a matrix (m, n) of ones; float32 is exact below 2²⁴ rows.

    Only the lower triangle (in Fortran's order) is filled, the rest is 0: what LAPACK reads with lower = 1.
    """
    rows = matrix if matrix.has_sorted_indices else matrix.sorted_indices()
    columns = matrix.tocsc()
    n = matrix.shape[1]
    upper = np.zeros((n, n), kind)
    parts = [array.astype(np.int32, copy=False) for array in (columns.indices, rows.indices)]
    starts = [array.astype(np.int64) for array in (columns.indptr, rows.indptr)]
    in_blocks(_count, n, threads, (starts[0], parts[0]), (starts[1], parts[1]), upper)
    return upper.T


def mirror(lower: Floats) -> None:
    """Copy the lower triangle of a square matrix to the upper one, in place."""
    _mirror(lower)


def weights_from_inverse(inverse: Floats, out: Floats) -> None:
    """Fill out (n, n) with B_ij = −P_ij / P_jj, B_ii = 0; of P (n, n) the lower triangle is read.

    out may be P or its transpose.
    """
    _divide(inverse, np.diag(inverse).copy(), out)


@njit(cache=True, nogil=True)
def _count(start: int, stop: int, columns: Any, rows: Any, upper: Any) -> None:
    """Rows start … stop − 1 of the upper triangle: how often column j ≥ i of X stands in a row with column i."""
    column_starts, owners = columns
    row_starts, members = rows
    place = np.empty(len(row_starts) - 1, np.int64)  # where in row u the columns from i on begin
    for u in range(len(place)):
        place[u] = row_starts[u] + np.searchsorted(members[row_starts[u] : row_starts[u + 1]], start)
    for i in range(start, stop):
        counts = upper[i]
        for u in owners[column_starts[i] : column_starts[i + 1]]:
            for j in members[place[u] : row_starts[u + 1]]:
                counts[np.uint32(j)] += 1
            place[u] += 1


@njit(cache=True, nogil=True)
def _mirror(lower: Any) -> None:
    n = len(lower)
    for top in range(0, n, _TILE):
        for left in range(0, top + 1, _TILE):
            for j in range(left, min(left + _TILE, n)):
                for i in range(max(top, j + 1), min(top + _TILE, n)):
                    lower[j, i] = lower[i, j]


@njit(cache=True, nogil=True)
def _divide(lower: Any, diagonal: Any, out: Any) -> None:
    n = len(lower)
    for top in range(0, n, _TILE):
        for left in range(0, top + 1, _TILE):
            for j in range(left, min(left + _TILE, n)):
                for i in range(max(top, j + 1), min(top + _TILE, n)):
                    value = -lower[i, j]
                    out[i, j] = value / diagonal[j]
                    out[j, i] = value / diagonal[i]
    for i in range(n):
        out[i, i] = 0
