"""Histories projected on a few directions of the items, found by a truncated singular value decomposition."""

from __future__ import annotations

from abc import abstractmethod
from typing import Literal, TypeVar

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.linalg import svds
from threadpoolctl import threadpool_limits

from algorithms.reasons import strongest
from bench import memory
from bench.algorithm import Algorithm, Can
from bench.params import Params, choice, number
from bench.types import Floats, Query, Reason, Training

_RANK = 1e-6  # singular values below this share of the largest one are rounding


class ProjectionParams(Params):
    """What both models have."""

    factors: int = number(50, low=1, high=2000, search=(10, 400), log=True)
    """f: how many singular vectors are kept."""
    values: Literal["binary", "ratings"] = choice("binary")
    """The value of an interaction: 1, or its rating."""


P = TypeVar("P", bound=ProjectionParams)


class ItemProjection(Algorithm[P]):
    """s(u, ·) = r_u Q Qᵀ, where r_u is the history and the columns of Q (n_items, f) are orthonormal.

    Known and new users alike are served from the history. An empty history scores 0 everywhere; an item without
    training interactions cannot be scored (NaN) and counts nothing in a history. Where there are more factors than the
    matrix has rank, Q has as many columns as the rank.
    """

    family = "factors"
    can = Can.RANK | Can.PERSONALISE | Can.EXPLAIN | Can.SERVE_NEW_USERS

    @abstractmethod
    def _weighted(self, matrix: csr_matrix) -> csr_matrix:
        """(users, items) the matrix to decompose, from the histories of those who have any."""

    def fit(self, train: Training) -> None:
        """Learn Q. Raises Unsupported without memory for it."""
        whole = train.interactions.matrix(self.params.values).astype(np.float64)
        self.unseen = np.flatnonzero(np.bincount(whole.indices, minlength=whole.shape[1]) == 0)
        known = np.setdiff1d(np.arange(whole.shape[1]), self.unseen)
        matrix = whole[np.diff(whole.indptr) > 0][:, known]
        with threadpool_limits(self.threads, "blas"):
            Q = right_singular_vectors(self._weighted(matrix), self.params.factors, self.seed)
        self.item_factors = np.zeros((whole.shape[1], Q.shape[1]), np.float32)
        self.item_factors[known] = Q

    def score(self, query: Query) -> Floats:
        """(b, n_items) float32."""
        with threadpool_limits(self.threads, "blas"):
            scores = np.asarray((query.matrix(self.params.values) @ self.item_factors) @ self.item_factors.T)
        scores[:, self.unseen] = np.nan
        return scores

    def explain(self, query: Query, item: int, n: int = 5) -> list[Reason]:
        """The n items i of the history with the largest share r_ui q_i·q_j of the score of j = `item`."""
        history = query.matrix(self.params.values)[:1]
        shares = history.data * (self.item_factors[history.indices] @ self.item_factors[item])
        return strongest(history.indices, shares, n)


def right_singular_vectors(matrix: csr_matrix, k: int, seed: int) -> Floats:
    """(columns, ≤ k) those of the largest singular values, by ARPACK from a seeded start: deterministic.

    ARPACK cannot find all of them; then the smaller Gram matrix is decomposed as a whole.
    """
    rows, columns = matrix.shape
    least = min(rows, columns)
    memory.require(8 * 3 * sum(matrix.shape) * min(k, least), f"a singular value decomposition with {k} factors")
    if k < least:
        start = np.random.default_rng(seed).normal(size=least)
        _, values, right = svds(matrix, k, v0=start, solver="arpack")
        return np.asarray(right[values > _RANK * values.max()].T)
    memory.require(8 * 3 * least * least, f"a singular value decomposition with {k} factors")
    wide = rows < columns
    squares, vectors = np.linalg.eigh((matrix @ matrix.T if wide else matrix.T @ matrix).toarray())
    kept = squares > _RANK**2 * squares.max(initial=0)
    return np.asarray(matrix.T @ (vectors[:, kept] / np.sqrt(squares[kept])) if wide else vectors[:, kept])
