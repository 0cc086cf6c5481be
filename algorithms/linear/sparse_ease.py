"""EASE with a sparse approximate inverse, for large catalogues."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits

from algorithms.linear.gram import gram
from algorithms.linear.sparse_inverse import factor_rows
from algorithms.neighbours.similarity import in_blocks
from algorithms.reasons import strongest
from bench import memory
from bench.algorithm import Algorithm, Can
from bench.params import Params, number
from bench.types import Floats, Query, Reason, Training

_HEAD = 12_000  # items whose products are held: 576 MB
_BYTES = 2 * (4 + 4)  # of an entry of K: number and value, when they are found and as they are kept


class SparseEASEParams(Params):
    """EASE's number, and how sparse its inverse is; both defaults trade little quality on ml-100k's validation part."""

    l2: float = number(500, low=1e-3, high=1e7, search=(10, 10_000), log=True)
    """λ: how strongly the item-item weights are pulled towards zero."""
    neighbours: int = number(100, low=1, high=10_000, search=(20, 500), log=True)
    """How many more popular items each item is compared with directly; the more, the nearer to EASE."""


class SparseEASE(Algorithm[SparseEASEParams]):
    """S = X·B with B = I − P·diag(1 / diag P) and P = KᵀK ≈ A⁻¹, A = XᵀX + λI, with a sparse triangular K.

    The form is that of SANSA: Spišák, Bartyzal, Hoskovec, Peška and Tůma (2023), "Scalable approximate nonsymmetric
    autoencoder for collaborative filtering", who factorize A incompletely and then invert the factor approximately.
    Here K is found directly, as in Kolotilina and Yeremin (1993), "Factorized sparse approximate inverse
    preconditionings I: theory": row i of K may be nonzero for i and for `neighbours` items S before i, and is the last
    row of the inverse of the Cholesky factor of A restricted to S and i. Items are ordered by popularity, the most
    popular one first; S are those with the largest A_ij / √A_jj among the items that share users with i. X is binary.

    Of A only the part of the 12,000 most popular items is held, of P and B nothing: memory grows with the interactions
    and n_items × `neighbours`. Without a history all scores are 0, as are those of items without training interactions.
    """

    name = "sparse-ease"
    family = "linear"
    compiles = True
    paper = "spisak2023"
    Params = SparseEASEParams
    can = Can.RANK | Can.PERSONALISE | Can.EXPLAIN | Can.SERVE_NEW_USERS

    def fit(self, train: Training) -> None:
        """Find K. Raises Unsupported when it does not fit into the free memory."""
        matrix = train.interactions.matrix()
        n = matrix.shape[1]
        counts = np.bincount(matrix.indices, minlength=n)
        self.order = np.argsort(-counts, kind="stable")  # row and column p of K belong to item order[p]
        width = min(self.params.neighbours, n - 1) + 1
        head = min(n, _HEAD)
        memory.require(_BYTES * n * width + 4 * head * head, f"the factor of sparse-ease, {n} × {width},")
        whose, weights = np.zeros((n, width), np.int32), np.zeros((n, width), np.float32)
        sizes = np.zeros(n, np.int64)
        matrix = matrix[:, self.order]
        sides = (_lists(matrix.T.tocsr()), _lists(matrix), gram(matrix[:, :head], np.float32, self.threads).T)
        lengths = np.sqrt(counts[self.order] + self.params.l2)
        with threadpool_limits(1, "blas"):
            in_blocks(factor_rows, n, self.threads, *sides, lengths, float(self.params.l2), whose, weights, sizes)
        kept = np.arange(width) < sizes[:, None]
        starts = np.concatenate([[0], np.cumsum(sizes)])
        self.factor = csr_matrix((weights[kept], whose[kept], starts), shape=(n, n))  # K
        self.diagonal = np.bincount(self.factor.indices, self.factor.data.astype(np.float64) ** 2, minlength=n)  # of P

    def score(self, query: Query) -> Floats:
        """(b, n_items) float32."""
        histories = query.matrix()[:, self.order]
        steps = (histories @ self.factor.T).toarray()  # (b, n_items)
        found = self.factor.T @ steps.T  # (n_items, b): K is read once for all questions
        found /= -self.diagonal.astype(np.float32)[:, None]
        found.T[histories.nonzero()] += 1
        scores = np.empty((len(query), query.n_items), np.float32)
        scores[:, self.order] = found.T
        return scores

    def explain(self, query: Query, item: int, n: int = 5) -> list[Reason]:
        """The n items i of the history with the largest B_ij, j being `item`."""
        history = np.unique(query.items[query.offsets[0] : query.offsets[1]])
        places = np.argsort(self.order)  # of items in K
        products = self.factor[:, places[history]].T @ self.factor[:, [places[item]]]
        weights = -products.toarray().ravel() / self.diagonal[places[item]]
        return strongest(history, np.where(history == item, 0, weights), n)


def _lists(matrix: csr_matrix) -> tuple[np.ndarray, np.ndarray]:
    """indptr and ascending indices, of the types that the loops are compiled for."""
    matrix.sort_indices()
    return matrix.indptr.astype(np.int64), matrix.indices.astype(np.int32, copy=False)
