"""Many small non-negative least squares problems that share their regressors: the half-steps of NMF, and its fold-in.

    w_r = argmin_{w ≥ 0} ‖x_r − H w‖² + λ ‖w‖²

for the rows x_r (m,) of a sparse matrix and H (m, f), by coordinate descent: with G = HᵀH and c = Hᵀx_r, one number
after the other becomes w_k = max(0, (c_k − Σ_{l≠k} G_kl w_l) / (G_kk + λ)). No step can raise the sum of squares.

Everything compiled is in this one file: Numba's cache does not notice changes in other files.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numba import njit
from scipy.sparse import csr_matrix

from bench.types import Floats

_ENOUGH = 1e-6  # of the largest number: when a sweep changes none by more, it is the last
_BLOCK = 256  # rows that one thread takes at a time


def descend(
    rows: csr_matrix, H: Floats, penalty: float, sweeps: int, threads: int, start: Floats | None = None
) -> Floats:
    """w (rows, f) float64 after at most `sweeps` times over all f numbers, beginning at `start` or at zeros.

    A row's result depends neither on the other rows nor on `threads`.
    """
    out = np.zeros((rows.shape[0], H.shape[1])) if start is None else start.copy()
    parts = rows.indptr.astype(np.int64), rows.indices.astype(np.int32, copy=False), rows.data.astype(np.float64)
    gram = H.T @ H + penalty * np.eye(H.shape[1])
    blocks = [(low, min(low + _BLOCK, rows.shape[0])) for low in range(0, rows.shape[0], _BLOCK)]
    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(_descend, *block, *parts, H, gram, sweeps, out) for block in blocks]:
            done.result()
    return out


@njit(cache=True, nogil=True)
def _sweep(gram: Any, c: Any, w: Any) -> bool:
    """One pass over the numbers of w; whether one of them changed by more than _ENOUGH of the largest."""
    moved = largest = 0.0
    for k in range(len(w)):
        new = 0.0
        if gram[k, k] > 0:  # else no regressor has this number, and it does not matter
            rest = c[k] + gram[k, k] * w[k]
            for other in range(len(w)):
                rest -= gram[k, other] * w[other]
            new = max(0.0, rest / gram[k, k])
        moved = max(moved, abs(new - w[k]))
        largest = max(largest, new)
        w[k] = new
    return moved > _ENOUGH * largest


@njit(cache=True, nogil=True)
def _descend(  # type: ignore[no-untyped-def]
    start, stop, offsets, regressors, values, H, gram, sweeps, out
):
    """Improve rows start … stop − 1 of `out`; `gram` has λ on its diagonal."""
    c = np.empty(H.shape[1])
    for row in range(start, stop):
        c[:] = 0
        for at in range(offsets[row], offsets[row + 1]):
            h = H[regressors[at]]
            for k in range(len(c)):
                c[k] += values[at] * h[k]
        for _ in range(sweeps):
            if not _sweep(gram, c, out[row]):
                break
