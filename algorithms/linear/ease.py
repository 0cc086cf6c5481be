"""EASE: an item-item regression in closed form."""

from __future__ import annotations

import numpy as np
from scipy.linalg import lapack
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits

from bench import memory
from bench.algorithm import Algorithm, Can
from bench.errors import Diverged
from bench.params import Params, number
from bench.types import Floats, Query, Reason, Training

_BLOCK = 512  # rows that are copied at a time
_BYTES = 12  # of an entry: the inverse in float64, and what is kept of it in float32


class EASEParams(Params):
    """One number."""

    l2: float = number(500, low=1e-3, high=1e7, search=(10, 10_000), log=True)
    """λ: how strongly the item-item weights are pulled towards zero."""


class EASE(Algorithm[EASEParams]):
    """S = X·B with B = I − P·diag(1 / diag P) and P = (XᵀX + λI)⁻¹,

    Steck (2019), "Embarrassingly shallow autoencoders for sparse data", equation 8. X is binary; the diagonal of B is
    zero. Items without training interactions score 0.

    With many more items than users, or where a matrix of all items does not fit into the free memory and one of all
    users is smaller, the same B is kept in another form, by the Woodbury identity:
    P = (I − XᵀMX) / λ with M = (XXᵀ + λI)⁻¹, hence B_ij = (XᵀMX)_ij / (1 − q_j) for i ≠ j, q = diag(XᵀMX).
    """

    name = "ease"
    family = "linear"
    paper = "steck2019"
    Params = EASEParams
    can = Can.RANK | Can.PERSONALISE | Can.EXPLAIN | Can.SERVE_NEW_USERS

    def fit(self, train: Training) -> None:
        """Invert the smaller side. Raises Unsupported when its matrices do not fit into the free memory."""
        matrix = train.interactions.matrix().astype(np.float64)
        self.known = np.flatnonzero(np.bincount(matrix.indices, minlength=matrix.shape[1]))  # items with interactions
        matrix = matrix[np.diff(matrix.indptr) > 0][:, self.known]
        users, items = matrix.shape
        too_large = _BYTES * items * items > memory.available()
        self.by_users = 2 * users < items or (too_large and users < items)
        small, large = (matrix, matrix[:, :0]) if self.by_users else (matrix[:0], matrix)
        with threadpool_limits(self.threads):
            inner = _inverse(small, self.params.l2)  # M
            self.own = _own(small, inner)  # q
            self.matrix, self.inner = small, inner.astype(np.float32)
            self.weights = _weights(_inverse(large.T.tocsr(), self.params.l2))  # B

    def score(self, query: Query) -> Floats:
        """(b, n_items) float32."""
        scores = np.zeros((len(query), query.n_items), np.float32)
        with threadpool_limits(self.threads):
            scores[:, self.known] = self._known_scores(query.matrix()[:, self.known])
        return scores

    def explain(self, query: Query, item: int, n: int = 5) -> list[Reason]:
        """The n items i of the history with the largest B_ij, j being `item`."""
        history = np.intersect1d(query.items[query.offsets[0] : query.offsets[1]], self.known)
        if item not in self.known:
            return []
        i, j = np.searchsorted(self.known, history), int(np.searchsorted(self.known, item))
        contributions = self._column(j)[i]
        order = np.argsort(-contributions, kind="stable")[:n]
        return [Reason(int(history[at]), float(contributions[at])) for at in order if contributions[at] > 0]

    def _known_scores(self, histories: csr_matrix) -> Floats:
        """(b, known items) from histories of known items."""
        if not self.by_users:
            return np.asarray(histories @ self.weights)
        similar = (histories @ self.matrix.T).toarray() @ self.inner  # (b, users)
        scores = (self.matrix.T @ similar.T).T  # (b, items)
        scores -= histories.multiply(self.own[None, :]).toarray()
        return np.asarray(scores / (1 - self.own))

    def _column(self, j: int) -> Floats:
        """(known items,) B_·j."""
        if not self.by_users:
            return np.asarray(self.weights[:, j])
        column = self.matrix.T @ (self.inner @ self.matrix[:, [j]].toarray().ravel()) / (1 - self.own[j])
        column[j] = 0
        return np.asarray(column)


def _inverse(rows: csr_matrix, l2: float) -> Floats:
    """(rows·rowsᵀ + λI)⁻¹ (n, n) through the Cholesky factor, in float64."""
    n = rows.shape[0]
    if n == 0:
        return np.empty((0, 0))
    memory.require(_BYTES * n * n, f"the inverse of EASE, {n} × {n},")
    dense = np.empty((n, n), order="F")
    for start in range(0, n, _BLOCK):  # the sparse product as a whole would be larger than the dense one
        dense[:, start : start + _BLOCK] = (rows @ rows[start : start + _BLOCK].T).toarray()
    dense[np.diag_indices(n)] += l2
    factor, failed = lapack.dpotrf(dense, lower=1, overwrite_a=1)
    inverse, singular = lapack.dpotri(factor, lower=1, overwrite_c=1)
    if failed or singular:
        raise Diverged(f"l2 = {l2:g} is too small for this data: XᵀX + l2·I has no Cholesky factor")
    for start in range(0, n, _BLOCK):  # dpotri fills only the lower triangle
        stop = min(start + _BLOCK, n)
        inverse[start:stop, stop:] = inverse[stop:, start:stop].T
        corner = inverse[start:stop, start:stop]
        corner[:] = np.tril(corner) + np.tril(corner, -1).T
    return np.asarray(inverse)


def _own(rows: csr_matrix, inner: Floats) -> Floats:
    """(n,) diagonal of rowsᵀ·inner·rows, a block of columns at a time: never rows × columns at once."""
    columns, own = rows.tocsc(), np.empty(rows.shape[1])
    for start in range(0, len(own), _BLOCK):
        block = columns[:, start : start + _BLOCK]
        own[start : start + _BLOCK] = np.asarray(block.multiply(inner @ block).sum(axis=0)).ravel()
    return own


def _weights(inverse: Floats) -> Floats:
    """B (n, n) float32 from P; overwrites P."""
    diagonal = np.diag(inverse).copy()
    np.divide(inverse, -diagonal, out=inverse)
    np.fill_diagonal(inverse, 0)
    return np.ascontiguousarray(inverse, np.float32)
