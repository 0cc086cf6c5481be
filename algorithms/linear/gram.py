"""XᵀX of a binary matrix as a dense array; the loops are compiled."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, types
from numba.extending import intrinsic
from scipy.sparse import csr_matrix

from algorithms.neighbours.similarity import in_blocks
from bench.types import Floats

_WORD = 64  # bits
_TILE = 64  # columns whose counts fit into the cache


def gram(matrix: csr_matrix, kind: type[np.floating[Any]], threads: int) -> Floats:
    """(n, n) XᵀX of a matrix (m, n) of ones; float32 is exact below 2²⁴ rows.

    Only the lower triangle (in Fortran's order) is filled, the rest is 0: what LAPACK reads with lower = 1.
    """
    columns = matrix.tocsc()
    m, n = matrix.shape
    upper = np.zeros((n, n), kind)
    popular = _WORD * np.diff(columns.indptr) > 2 * m  # two of them have more rows in common than words to compare
    lists = [
        (half.indptr.astype(np.int64), half.indices.astype(np.int32, copy=False)) for half in (columns, matrix)
    ]  # always of the same types, so that a kernel is compiled once
    in_blocks(_count, n, threads, popular, *lists, upper)
    among = np.flatnonzero(popular)
    bits = np.zeros((len(among), m // _WORD + 1), np.uint64)
    _set(*lists[0], among, bits)
    in_blocks(_compare, len(among), threads, among, bits, upper)
    return upper.T


@njit(cache=True, nogil=True)
def _count(start: int, stop: int, popular: Any, columns: Any, rows: Any, upper: Any) -> None:
    """For each column i from start to stop − 1 that is not popular: how often others stand in a row with it."""
    column_starts, owners = columns
    row_starts, members = rows
    counts = np.empty((_TILE, len(popular)), np.int32)
    for top in range(start, stop, _TILE):
        tile = range(top, min(top + _TILE, stop))
        for i in tile:
            mine = counts[i - top]
            mine[:] = 0
            if not popular[i]:
                for u in owners[column_starts[i] : column_starts[i + 1]]:
                    for j in members[row_starts[u] : row_starts[u + 1]]:
                        mine[np.uint32(j)] += 1
                upper[i, i:] = mine[i:]
        for j in range(tile.stop):
            if popular[j]:
                for i in range(max(j, top), tile.stop):
                    upper[j, i] = counts[i - top, j]


@njit(cache=True, nogil=True)
def _set(starts: Any, owners: Any, among: Any, bits: Any) -> None:
    """Bit u of line p of `bits` says whether row u has column among[p]."""
    for p in range(len(among)):
        for u in owners[starts[among[p]] : starts[among[p] + 1]]:
            bits[p, u >> 6] |= np.uint64(1) << np.uint64(u & 63)


def _population(_: Any, word: Any) -> Any:
    """How many bits of a word are set."""
    return types.uint64(types.uint64), lambda context, builder, signature, words: builder.ctpop(words[0])


_ones: Any = intrinsic(_population)


@njit(cache=True, nogil=True)
def _compare(start: int, stop: int, among: Any, bits: Any, upper: Any) -> None:
    """Lines start … stop − 1: how many rows two popular columns have in common."""
    for p in range(start, stop):
        counts, mine = upper[among[p]], bits[p]
        for q in range(p, len(among)):
            theirs, common = bits[q], np.uint64(0)
            for word in range(len(mine)):
                common += _ones(mine[word] & theirs[word])
            counts[among[q]] = common
