"""GF-CF: histories as signals on the item graph, through a linear and an ideal low-pass filter."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix, diags
from scipy.sparse.linalg import svds
from threadpoolctl import threadpool_limits

from algorithms.reasons import strongest
from bench import memory
from bench.algorithm import Algorithm, Can
from bench.params import Params, number
from bench.types import Floats, Query, Reason, Training


class GFCFParams(Params):
    """The defaults of the authors' program."""

    factors: int = number(256, low=1, high=5000, search=(16, 1024), log=True)
    """k: number of singular vectors that the ideal low-pass filter lets through; all where there are fewer."""
    alpha: float = number(0.3, low=0, high=100, search=(0.01, 3), log=True)
    """α: weight of the ideal low-pass filter beside the linear one."""


class GFCF(Algorithm[GFCFParams]):
    """s = x (R̃ᵀR̃ + α D^(−1/2) V Vᵀ D^(1/2)) for a binary history x (n_items,),

    with R̃ = D_U^(−1/2) R D^(−1/2), the degrees D_U and D of users and items, and V (n_items, k) the right singular
    vectors of R̃ for its k largest singular values. Shen, Wu, Zhang, Shan, Zhang, Letaief and Li (2021), "How powerful
    is graph convolution for recommendation?". R̃ᵀR̃ is not computed: memory grows with the interactions and k.

    Without a history all scores are 0, as are those of items without training interactions.
    """

    name = "gf-cf"
    family = "graph"
    paper = "shen2021"
    Params = GFCFParams
    can = Can.RANK | Can.PERSONALISE | Can.EXPLAIN | Can.SERVE_NEW_USERS

    def fit(self, train: Training) -> None:
        """Find the singular vectors. Raises Unsupported when they do not fit into the free memory."""
        matrix = train.interactions.matrix().astype(np.float64)
        users = np.diff(matrix.indptr).astype(np.float64)  # D_U
        self.degrees = np.bincount(matrix.indices, minlength=matrix.shape[1]).astype(np.float64)  # D
        self.normal = csr_matrix(diags(_powers(users, -0.5)) @ matrix @ diags(_powers(self.degrees, -0.5)))  # R̃
        with threadpool_limits(self.threads):
            self.vectors = _right_vectors(self.normal, self.params.factors, self.seed)  # V

    def score(self, query: Query) -> Floats:
        """(b, n_items) float64."""
        histories = query.matrix().astype(np.float64)
        with threadpool_limits(self.threads):
            linear = (self.normal.T @ (histories @ self.normal.T).toarray().T).T  # (b, users) in between
            ideal = (histories @ (_powers(self.degrees, -0.5)[:, None] * self.vectors)) @ self.vectors.T
        return np.asarray(linear + self.params.alpha * ideal * np.sqrt(self.degrees))

    def explain(self, query: Query, item: int, n: int = 5) -> list[Reason]:
        """The n items of the history that add most to the score of `item`."""
        history = np.unique(query.items[query.offsets[0] : query.offsets[1]])
        linear = (self.normal[:, history].T @ self.normal[:, [item]]).toarray().ravel()
        ideal = self.vectors[history] @ self.vectors[item] * np.sqrt(self.degrees[item])
        weights = linear + self.params.alpha * ideal * _powers(self.degrees[history], -0.5)
        return strongest(history, weights, n)


def _powers(degrees: Floats, power: float) -> Floats:
    """(n,) degrees to a negative power, 0 where the degree is 0."""
    return np.asarray(np.where(degrees > 0, np.maximum(degrees, 1.0) ** power, 0))


def _right_vectors(matrix: csr_matrix, k: int, seed: int) -> Floats:
    """(columns, at most k) right singular vectors of the largest singular values that are not zero."""
    small = min(matrix.shape)
    if k >= small:  # the iterative solver finds fewer than all
        return _all_right_vectors(matrix)[:, :k]
    memory.require(8 * 3 * k * sum(matrix.shape), f"the singular vectors of GF-CF, {k} for {matrix.shape[1]} items,")
    start = np.random.default_rng(seed).standard_normal(small)
    _, values, vectors = svds(matrix, k, v0=start, return_singular_vectors="vh")
    return np.asarray(vectors[values > 1e-9].T)


def _all_right_vectors(matrix: csr_matrix) -> Floats:
    """The same for all singular values, largest first, from the eigenvectors of the smaller side."""
    rows, columns = matrix.shape
    small = matrix if rows < columns else matrix.T
    memory.require(8 * 4 * small.shape[0] ** 2, f"the eigenvectors of GF-CF, {small.shape[0]} × {small.shape[0]},")
    squares, vectors = np.linalg.eigh((small @ small.T).toarray())
    kept = np.flatnonzero(squares > 1e-9)[::-1]
    found = vectors[:, kept]
    return np.asarray(found if rows >= columns else (matrix.T @ found) / np.sqrt(squares[kept]))
