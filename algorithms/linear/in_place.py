"""What is done to a large dense matrix in its own place: mirrored, turned into EASE's weights, narrowed to float32."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from bench.types import Floats

_PART = 1 << 16  # values that are copied at a time
_TILE = 64  # rows and columns of a corner that fits into the cache together with its mirror image


def mirror(lower: Floats) -> None:
    """Copy the lower triangle of a square matrix to the upper one, in place."""
    _mirror(lower)


def weights_from_inverse(inverse: Floats) -> Floats:
    """(n, n) float32 B_ij = −P_ij / P_jj, B_ii = 0, in the place of P (n, n, Fortran's order).

    Only the lower triangle of P is read.
    """
    weights = inverse.T  # in C's order
    _divide(inverse, np.diag(inverse).copy(), weights)
    return narrowed(weights)


def narrowed(values: Floats) -> Floats:
    """The same values in float32, in the first half of the place of contiguous float64."""
    wide = values.reshape(-1, order="A")
    narrow = wide.view(np.float32)[: len(wide)]
    if values.dtype != np.float32:
        for start in range(0, len(wide), _PART):
            narrow[start : start + _PART] = wide[start : start + _PART]  # never beyond what was read
    return narrow.reshape(values.shape, order="C" if values.flags.c_contiguous else "F")


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
