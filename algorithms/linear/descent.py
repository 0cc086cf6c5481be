"""Coordinate descent for the non-negative elastic net on XᵀX, compiled; `slim.py` calls it on blocks of items."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def _descend(target: int, gram: Any, l1: float, l2: float, epochs: int, tolerance: float, w: Any, slope: Any) -> None:
    """Fill w (n,) with the minimum over w ≥ 0, w[target] = 0; slope (n,) is Xᵀ(x_target − Xw) throughout.

    Ends when no weight has changed by more than `tolerance` times the largest weight in a round, or after `epochs`.
    """
    n = len(w)
    w[:] = 0
    slope[:] = gram[target]
    for _ in range(epochs):
        largest, step = 0.0, 0.0
        for i in range(n):
            new = max(0.0, (slope[i] + gram[i, i] * w[i] - l1) / (gram[i, i] + l2))
            if i == target or new == w[i]:
                largest = max(largest, w[i])
                continue
            change = new - w[i]
            w[i] = new
            column = gram[i]
            for j in range(n):
                slope[j] -= change * column[j]
            largest, step = max(largest, new), max(step, abs(change))
        if step <= tolerance * largest:
            break


@njit(cache=True, nogil=True)
def elastic_nets(  # type: ignore[no-untyped-def]
    start, stop, gram, l1, l2, epochs, tolerance, whose, weights, sizes
):
    """Fill whose, weights (n, k) and sizes (n,) for items start … stop − 1: the k largest weights, numbers ascending.

    gram (n, n) is XᵀX with a positive diagonal. Among equal weights at the last place lower numbers come first.
    """
    n, k = len(gram), weights.shape[1]
    w, slope = np.empty(n), np.empty(n)
    for target in range(start, stop):
        _descend(target, gram, l1, l2, epochs, tolerance, w, slope)
        least = np.sort(w)[n - k]
        ties = k - np.sum(w > least)
        size = 0
        for i in range(n):
            if w[i] <= 0 or w[i] < least or (w[i] == least and ties == 0):
                continue
            ties -= w[i] == least
            whose[target, size], weights[target, size] = i, w[i]
            size += 1
        sizes[target] = size
