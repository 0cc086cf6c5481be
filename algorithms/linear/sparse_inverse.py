"""A sparse factor of the inverse of XᵀX + λI, compiled; `sparse_ease.py` calls it on blocks of items.

Columns of X are items, the most popular one first. XᵀX is held for the most popular items only; what rarer ones need
is counted anew from X, which is quick because they are rare.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def _chosen(i: int, columns: Any, rows: Any, lengths: Any, k: int, found: Any, met: Any) -> Any:
    """(≤ k + 1,) the items j < i with the largest (XᵀX)_ij / lengths[j], ascending, and last i itself.

    found (n,) is zero before and after; met (n,) is space.
    """
    column_starts, owners = columns
    row_starts, members = rows
    count = 0
    for u in owners[column_starts[i] : column_starts[i + 1]]:
        for j in members[row_starts[u] : row_starts[u + 1]]:
            if j >= i:
                break
            if found[j] == 0:
                met[count] = j
                count += 1
            found[j] += 1
    others = np.sort(met[:count])
    scores = found[others] / lengths[others]
    found[others] = 0
    if count > k:
        least = np.partition(scores, count - k)[count - k]
        places = np.concatenate((np.flatnonzero(scores > least), np.flatnonzero(scores == least)))[:k]
        others = np.sort(others[places])
    return np.append(others, met.dtype.type(i))


@njit(cache=True, nogil=True)
def _products(chosen: Any, columns: Any, rows: Any, head: Any, place: Any) -> Any:
    """(s, s) lower triangle of XᵀX of the chosen columns, ascending. place (n,) is −1 before and after."""
    column_starts, owners = columns
    row_starts, members = rows
    s, known = len(chosen), np.searchsorted(chosen, len(head))
    found = np.zeros((s, s))
    for a in range(known):
        counts = head[chosen[a]]
        for b in range(a, known):
            found[b, a] = counts[chosen[b]]
    if known == s:
        return found
    for a in range(s):
        place[chosen[a]] = a
    for b in range(known, s):
        j = chosen[b]
        for u in owners[column_starts[j] : column_starts[j + 1]]:
            for other in members[row_starts[u] : row_starts[u + 1]]:
                if other > j:
                    break
                if place[other] >= 0:
                    found[b, place[other]] += 1
    for j in chosen:
        place[j] = -1
    return found


@njit(cache=True, nogil=True)
def _last_row(products: Any, l2: float) -> Any:
    """(s,) last row of L⁻¹ for the Cholesky factor L of products + l2·I, of which the lower triangle is read."""
    s = len(products)
    for a in range(s):
        products[a, a] += l2
        for b in range(a):
            products[b, a] = products[a, b]
    factor = np.linalg.cholesky(products)
    row = np.zeros(s)
    row[s - 1] = 1
    for a in range(s - 1, -1, -1):
        row[a] /= factor[a, a]
        row[:a] -= row[a] * factor[a, :a]
    return row


@njit(cache=True, nogil=True)
def factor_rows(  # type: ignore[no-untyped-def]
    start, stop, columns, rows, head, lengths, l2, whose, weights, sizes
):
    """Fill whose, weights (n, k + 1) and sizes (n,) for items start … stop − 1: the rows of K, columns ascending.

    head (h, h) holds the upper triangle of XᵀX of the first h items; what lies beyond is counted in X where needed.
    """
    n, k = len(lengths), whose.shape[1] - 1
    found, met, place = np.zeros(n), np.empty(n, np.int32), np.full(n, -1, np.int32)
    for i in range(start, stop):
        chosen = _chosen(i, columns, rows, lengths, k, found, met)
        size = len(chosen)
        whose[i, :size] = chosen
        weights[i, :size] = _last_row(_products(chosen, columns, rows, head, place), l2)
        sizes[i] = size
