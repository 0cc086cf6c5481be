"""EASE: an item-item regression in closed form."""

from __future__ import annotations

import numpy as np
from scipy.linalg import lapack
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits

from algorithms.linear.gram import gram
from algorithms.linear.in_place import mirror, narrowed, weights_from_inverse
from algorithms.reasons import strongest
from bench import memory
from bench.algorithm import Algorithm, Can
from bench.errors import Diverged
from bench.params import Params, number
from bench.types import Floats, Query, Reason, Training

_BLOCK = 512  # rows that are copied at a time
_DOUBLE, _SINGLE = 8, 4  # bytes of an entry of the inverse, which becomes what is kept
_PRECISION = 6e-8  # of float32
_ROUNDING = 0.01  # largest relative error of the inverse that is accepted


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

    Where the chosen side is still too large (8 bytes an entry), its inverse is computed in place in single precision
    (4 bytes an entry): 27,000 items then take 2.9 GB.
    """

    name = "ease"
    family = "linear"
    compiles = True
    paper = "steck2019"
    Params = EASEParams
    can = Can.RANK | Can.PERSONALISE | Can.EXPLAIN | Can.SERVE_NEW_USERS

    def fit(self, train: Training) -> None:
        """Invert the smaller side.

        Raises Unsupported when its matrix does not fit into the free memory, and Diverged when l2 is too small.
        """
        matrix = train.interactions.matrix()
        self.known = np.flatnonzero(np.bincount(matrix.indices, minlength=matrix.shape[1]))  # items with interactions
        matrix = matrix[np.diff(matrix.indptr) > 0][:, self.known]
        users, items = matrix.shape
        too_large = _DOUBLE * items * items > memory.available()
        self.by_users = 2 * users < items or (too_large and users < items)
        with threadpool_limits(self.threads):
            if self.by_users:
                inner = self._inverse(matrix.T.tocsr())  # M
                mirror(inner)
                self.own = _own(matrix, inner)  # q
                self.matrix, self.inner = matrix, narrowed(inner)
                self.weights = np.empty((0, 0), np.float32)
            else:
                inverse = self._inverse(matrix)  # P
                self.weights = weights_from_inverse(inverse)  # B
                self.own, self.matrix, self.inner = np.empty(0), matrix[:0], np.empty((0, 0), np.float32)

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
        return strongest(history, self._column(j)[i], n)

    def _inverse(self, matrix: csr_matrix) -> Floats:
        """(XᵀX + λI)⁻¹ (n, n) of X (m, n) through the Cholesky factor: its lower triangle."""
        n, l2 = matrix.shape[1], self.params.l2
        single = n * n * _DOUBLE > memory.available()
        if single:
            memory.require(n * n * _SINGLE, f"the inverse of EASE, {n} × {n},")
            largest = (matrix.T @ (matrix @ np.ones(n))).max()  # no eigenvalue of XᵀX is larger
            if largest * _PRECISION > l2 * _ROUNDING:
                raise Diverged(f"l2 = {l2:g} is too small for single precision, and double does not fit into memory")
        dense = gram(matrix, np.float32 if single else np.float64, self.threads)
        if n == 0:
            return dense
        dense[np.diag_indices(n)] += l2
        factorize, invert = (lapack.spotrf, lapack.spotri) if single else (lapack.dpotrf, lapack.dpotri)
        factor, failed = factorize(dense, lower=1, overwrite_a=1, clean=0)
        inverse, singular = invert(factor, lower=1, overwrite_c=1)
        if failed or singular:
            raise Diverged(f"l2 = {l2:g} is too small for this data: XᵀX + l2·I has no Cholesky factor")
        return np.asarray(inverse)

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


def _own(rows: csr_matrix, inner: Floats) -> Floats:
    """(n,) diagonal of rowsᵀ·inner·rows, a block of columns at a time: never rows × columns at once."""
    columns, own = rows.tocsc(), np.empty(rows.shape[1])
    for start in range(0, len(own), _BLOCK):
        block = columns[:, start : start + _BLOCK]
        own[start : start + _BLOCK] = np.asarray(block.multiply(inner @ block).sum(axis=0)).ravel()
    return own
