"""Many small ridge regressions that share their regressors: the half-steps of alternating least squares.

Row r of a sparse matrix lists the regressors v_i (rows of V (m, f)) and the targets y_i of one regression:

    w_r = argmin_w Σ_i (w·v_i − y_i)² + wᵀ diag(b) w + ρ_r ‖w‖².

With K = V_r · diag(b + ρ_r)^(−1/2), (n, f), this is w_r = diag(b + ρ_r)^(−1/2) z with (I + KᵀK) z = Kᵀy, or, in the
dual form, z = Kᵀx with (I + KKᵀ) x = y. Few rows (n ≤ 24) are solved by Cholesky of the smaller form. Otherwise
conjugate gradients run until the residual is TOLERANCE of |Kᵀy|, which is as exact as float32 is: the matrix has no
eigenvalue below 1, and 5 to 12 passes over K are usual. What does not get there in as many steps as the smaller form
has unknowns is solved by its Cholesky factor too, in float64.

Everything compiled is in this one file: Numba's cache does not notice changes in other files.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numba import njit
from scipy.sparse import csr_matrix

from bench.errors import Diverged
from bench.types import Floats

TOLERANCE = 1e-6  # of the residual, relative to the right-hand side
_SHORT = 24  # histories up to this length are solved directly: about what conjugate gradients cost
_BLOCK = 256  # rows that one thread takes at a time
_FAST = {"reassoc", "contract", "nsz"}  # sums in any order, fused multiply-add; NaN and infinity still spread


def rotation(factors: Floats, weight: float) -> tuple[Floats, Floats]:
    """Q (f, f) orthogonal and b (f,) such that weight·(VQ)ᵀ(VQ) = diag(b); in that basis b may go to `regressions`."""
    wide = factors.astype(np.float64)
    with np.errstate(invalid="ignore"):
        gram = wide.T @ wide
    if not np.isfinite(gram).all():
        raise Diverged("the squares of the factors are not finite: lower init_std, or raise regularization")
    values, basis = np.linalg.eigh(gram)
    return basis.astype(np.float32), np.maximum(weight * values, 0)


def regressions(
    rows: csr_matrix, factors: Floats, base: Floats, ridge: Floats, threads: int, start: Floats | None = None
) -> Floats:
    """w (rows, f) float32 from targets (rows, m), V (m, f), b (f,) ≥ 0 and ρ (rows,) > 0; `start` is a guess of w.

    A row without targets gets 0. A row's result does not depend on the other rows, nor on `threads`. Raises Diverged
    where the numbers leave the range of float32.
    """
    out = np.zeros((rows.shape[0], factors.shape[1]), np.float32) if start is None else start.astype(np.float32)
    parts = (rows.indptr.astype(np.int64), rows.indices.astype(np.int32, copy=False), rows.data.astype(np.float32))
    V = np.ascontiguousarray(factors, np.float32)
    arguments = (*parts, V, base.astype(np.float64), ridge.astype(np.float64), out)
    starts = range(0, rows.shape[0], _BLOCK)
    with ThreadPoolExecutor(threads) as pool:
        tasks = [pool.submit(_solve, low, min(low + _BLOCK, rows.shape[0]), *arguments) for low in starts]
    failed = sum(task.result() for task in tasks)
    if failed:
        raise Diverged(
            f"{failed} of {rows.shape[0]} least squares problems have no finite solution: raise regularization"
        )
    return out


@njit(cache=True, nogil=True, fastmath=_FAST)
def _dot(a: Any, b: Any) -> Any:
    total = a[0] * b[0]
    for j in range(1, len(a)):
        total += a[j] * b[j]
    return total


@njit(cache=True, nogil=True, fastmath=_FAST)
def _times(K: Any, p: Any, q: Any) -> None:
    """q = (I + KᵀK) p in one pass over K, four rows at a time."""
    n, f = K.shape
    q[:] = p
    whole = n - n % 4
    for i in range(0, whole, 4):
        a, b, c, d = K[i], K[i + 1], K[i + 2], K[i + 3]
        s = t = u = v = np.float32(0)
        for j in range(f):
            s += a[j] * p[j]
            t += b[j] * p[j]
            u += c[j] * p[j]
            v += d[j] * p[j]
        for j in range(f):
            q[j] += s * a[j] + t * b[j] + u * c[j] + v * d[j]
    for i in range(whole, n):
        a = K[i]
        s = _dot(a, p)
        for j in range(f):
            q[j] += s * a[j]


@njit(cache=True, nogil=True, fastmath=_FAST)
def _conjugate_gradients(K: Any, right: Any, z: Any, work: Any) -> bool:
    """Improve z until |right − (I + KᵀK) z| ≤ TOLERANCE·|right|; whether that was reached."""
    r, p, q = work[0], work[1], work[2]
    goal = np.float32(TOLERANCE**2) * _dot(right, right)
    if not goal < np.inf:  # np.isfinite is not to be trusted under these flags
        return False
    _times(K, z, q)
    r[:] = right - q
    p[:] = r
    norm = _dot(r, r)
    for _ in range(min(K.shape)):
        if norm <= goal:
            return True
        _times(K, p, q)
        step = norm / _dot(p, q)
        for j in range(len(z)):
            z[j] += step * p[j]
            r[j] -= step * q[j]
        before, norm = norm, _dot(r, r)
        ratio = norm / before
        for j in range(len(z)):
            p[j] = r[j] + ratio * p[j]
    return bool(norm <= goal)


@njit(cache=True, nogil=True, fastmath=_FAST)
def _cholesky(A: Any, x: Any) -> None:
    """x = A⁻¹x for a symmetric positive definite A, whose lower half is overwritten."""
    n = len(x)
    for j in range(n):
        A[j, j] = np.sqrt(A[j, j] - np.sum(A[j, :j] ** 2))
        for i in range(j + 1, n):
            total = A[i, j]
            for k in range(j):
                total -= A[i, k] * A[j, k]
            A[i, j] = total / A[j, j]
    for i in range(n):
        for k in range(i):
            x[i] -= A[i, k] * x[k]
        x[i] /= A[i, i]
    for i in range(n - 1, -1, -1):
        x[i] /= A[i, i]
        for k in range(i):
            x[k] -= A[i, k] * x[i]


@njit(cache=True, nogil=True, fastmath=_FAST)
def _direct(K: Any, y: Any, right: Any, z: Any) -> None:
    """Set z by Cholesky in float64: (I + KKᵀ) x = y and z = Kᵀx where K has fewer rows than columns."""
    dual = K.shape[0] < K.shape[1]
    rows = (K if dual else np.ascontiguousarray(K.T)).astype(np.float64)
    n = len(rows)
    A = np.eye(n)
    for i in range(n):
        for j in range(i + 1):
            A[i, j] += _dot(rows[i], rows[j])
    x = (y if dual else right).astype(np.float64)
    _cholesky(A, x)
    if not dual:
        z[:] = x
        return
    z[:] = 0
    for i in range(n):
        for j in range(len(z)):
            z[j] += x[i] * K[i, j]


@njit(cache=True, nogil=True)
def _solve(  # type: ignore[no-untyped-def]
    start, stop, offsets, regressors, targets, V, base, ridge, out
):
    """Solve rows start … stop − 1 into `out`, which holds the guesses; how many have no finite solution."""
    f = V.shape[1]
    longest = 0
    for row in range(start, stop):
        longest = max(longest, offsets[row + 1] - offsets[row])
    block, work = np.empty((longest, f), np.float32), np.empty((3, f), np.float32)
    scale, right, z = np.empty(f, np.float32), np.empty(f, np.float32), np.empty(f, np.float32)
    failed = 0
    for row in range(start, stop):
        n = offsets[row + 1] - offsets[row]
        if n == 0:
            out[row] = 0
            continue
        for j in range(f):
            scale[j] = 1 / np.sqrt(base[j] + ridge[row])
            z[j] = out[row, j] / scale[j]
        K, y = block[:n], targets[offsets[row] : offsets[row + 1]]
        right[:] = 0
        for i in range(n):
            k, v = K[i], V[regressors[offsets[row] + i]]
            for j in range(f):
                k[j] = v[j] * scale[j]
                right[j] += y[i] * k[j]
        if n <= _SHORT or not _conjugate_gradients(K, right, z, work):
            _direct(K, y, right, z)
        for j in range(f):
            out[row, j] = z[j] * scale[j]
        failed += not np.isfinite(out[row]).all()
    return failed
