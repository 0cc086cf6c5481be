"""Similarities of sparse vectors a and b, and the neighbours that follow from them.

a is what votes: the item of the history, the user who asks; b is the candidate item, the neighbour. Most similarities
are the same both ways. Those of the first kind compare who has what, with c = a·b, A = |a|² and B = |b|², which for
sets are |a ∩ b|, |a| and |b|:

    c / (A^x B^y + h)
      cosine                    x = ½, y = ½        as in Ferrari Dacrema et al. (2021)
      asymmetric-cosine         x = α, y = 1 − α    Aiolli (2013), "Efficient top-N recommendation for very large scale
                                                    binary rated datasets"
      conditional-probability   x = 1, y = α        Deshpande and Karypis (2004), as in `item_knn.py`
    c / (c + x(A − c) + y(B − c) + h)
      jaccard                   x = 1, y = 1
      dice                      x = ½, y = ½
      tversky                   x = α, y = β        Tversky (1977), "Features of similarity"

Those of the second kind compare the n columns in which both have a rating; all sums and means run over these:

    pearson            n / (n + h) · Σ(a−ā)(b−b̄) / √(Σ(a−ā)² Σ(b−b̄)²)
    euclidean          n / (n + h) · 1 / (1 + √(Σ(a−b)² / n))
    adjusted-cosine    n / (n + h) · Σa'b' / √(Σa'² Σb'²)                   Sarwar et al. (2001), as in `item_knn.py`
    pearson-baseline   (n − 1) / (n − 1 + h) · Σa'b' / √(Σa'² Σb'²)         Koren (2010), as in `bias.py`

h is the shrinkage; a' and b' are ratings less what is usual, see `centring.py`. A correlation without variance is 0.
The factor n / (n + h) is that of Bell and Koren (2007), "Improved neighborhood-based collaborative filtering". Every
similarity s becomes s^ρ by the case amplification of Breese, Heckerman and Kadie (1998), "Empirical analysis of
predictive algorithms for collaborative filtering". Only positive similarities make a neighbour.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from algorithms.neighbours import kernels
from algorithms.neighbours.params import NeighbourParams
from bench.types import Floats, Interactions, Ints, Longs, Query

_BLOCK = 256  # rows that one thread takes at a time


def form(p: NeighbourParams) -> tuple[int, float, float]:
    """The kind of the kernel, x and y of a similarity's formula; for ratings there are no such two."""
    return {
        "cosine": (kernels.PRODUCT, 0.5, 0.5),
        "asymmetric-cosine": (kernels.PRODUCT, p.alpha, 1 - p.alpha),
        "conditional-probability": (kernels.PRODUCT, 1.0, p.alpha),
        "jaccard": (kernels.SUM, 1.0, 1.0),
        "dice": (kernels.SUM, 0.5, 0.5),
        "tversky": (kernels.SUM, p.alpha, p.beta),
        "pearson": (kernels.PEARSON, 0.0, 0.0),
        "euclidean": (kernels.EUCLIDEAN, 0.0, 0.0),
        "adjusted-cosine": (kernels.CENTRED, 0.0, 0.0),
        "pearson-baseline": (kernels.BASELINE, 0.0, 0.0),
    }[p.similarity]


@dataclass(frozen=True)
class Vectors:
    """Sparse vectors, row by row, with what their weights are made of; for ratings all factors are ones."""

    matrix: csr_matrix  # (n, columns) ones, or ratings
    rows: Floats  # (n,) factor of each row
    columns: Floats  # (columns,) factor of each column

    @property
    def squares(self) -> Floats:
        """(n,) squared Euclidean lengths of the weighted rows of ones."""
        squares = self.columns[self.matrix.indices] ** 2
        numbers = np.repeat(np.arange(len(self.rows)), np.diff(self.matrix.indptr))
        return np.asarray(self.rows**2 * np.bincount(numbers, weights=squares, minlength=len(self.rows)))

    def take(self, rows: Ints) -> Vectors:
        """The vectors of some rows."""
        return Vectors(self.matrix[rows], self.rows[rows], self.columns)


@dataclass(frozen=True)
class Comparison:
    """m vectors compared with n others, which are given by their transpose, squared lengths and row factors."""

    left: Vectors  # m
    inverted: csr_matrix  # (columns, n)
    squares: Floats  # (n,)
    factors: Floats  # (n,)
    own: Ints  # (m,) which of the others is the row itself, -1 for none
    params: NeighbourParams
    threads: int
    turned: bool = False  # a are the others, b the m vectors

    def neighbours(self) -> csr_matrix:
        """(rows, n) float32: the similarities of each row's nearest vectors, columns ascending."""
        rows, n = len(self.own), len(self.squares)
        k = max(1, min(self.params.neighbours, n))
        whose, similarities = np.zeros((rows, k), np.int32), np.zeros((rows, k), np.float32)
        sizes = np.zeros(rows, np.int64)
        in_blocks(kernels.nearest, rows, self.threads, *self._arguments(), whose, similarities, sizes)
        kept = np.arange(k) < sizes[:, None]
        starts = np.concatenate([[0], np.cumsum(sizes)])
        found = csr_matrix((similarities[kept], whose[kept], starts), shape=(rows, n))
        found.sort_indices()
        return found

    def deviations(self, rows: Longs, profiles: csr_matrix, chosen: Longs, votes: Floats | None = None) -> Floats:
        """(p,) for each pair of a row and a profile the similarity-weighted mean of the profile's values.

        `profiles` (m, n) holds values of the n vectors; of profile `chosen[p]` the `neighbours` vectors that are most
        similar to row `rows[p]` count, each as often as the number beside its value in `votes` says (default: once).
        0 where none is similar.
        """
        order = np.argsort(rows, kind="stable")
        starts = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=len(self.own)))]).astype(np.int64)
        means = np.zeros(len(rows))
        k = max(1, min(self.params.neighbours, len(self.squares)))
        beside = np.empty(0) if votes is None else votes
        pairs = (k, starts, chosen[order].astype(np.int64), parts(profiles), beside, means)
        in_blocks(kernels.deviations, len(self.own), self.threads, *self._arguments(), *pairs)
        return means[np.argsort(order)]

    def _arguments(self) -> tuple[Any, ...]:
        starts, columns, values = parts(self.left.matrix)
        if not self.params.of_ratings:
            values = self.left.columns[columns] ** 2 * np.repeat(self.left.rows, np.diff(starts))
        kind, x, y = form(self.params)
        rest = 1 - x - y
        if self.turned:
            x, y = y, x
        if kind == kernels.SUM:
            norms = (x * self.left.squares, y * self.squares, self.factors)
        else:
            norms = (self.left.squares**x, self.squares**y, self.factors)
        measure = (kind, rest, float(self.params.shrinkage), float(self.params.amplification))
        return (starts, columns, values), parts(self.inverted), norms, self.own, measure


def product(left: csr_matrix, right: csr_matrix, threads: int) -> Floats:
    """The dense float32 product (rows, n) of two sparse matrices."""
    out = np.empty((left.shape[0], right.shape[1]), np.float32)
    in_blocks(kernels.product, left.shape[0], threads, parts(left), parts(right), out)
    return out


def in_blocks(kernel: Callable[..., None], rows: int, threads: int, *arguments: Any) -> None:
    """Call kernel(start, stop, *arguments) on blocks of rows; a row's result does not depend on the division."""
    starts = range(0, rows, _BLOCK)
    if threads == 1 or len(starts) < 2:
        kernel(0, rows, *arguments)
        return
    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(kernel, start, min(start + _BLOCK, rows), *arguments) for start in starts]:
            done.result()


def parts(matrix: csr_matrix) -> tuple[Longs, Ints, Floats]:
    """indptr, indices and data of a matrix, always of the same types, so that a kernel is compiled once."""
    indptr, indices = matrix.indptr.astype(np.int64), matrix.indices.astype(np.int32, copy=False)
    return indptr, indices, matrix.data.astype(np.float64, copy=False)


def binary_matrix(source: Interactions | Query) -> csr_matrix:
    """(rows, n_items) float64 ones."""
    return csr_matrix(source.matrix(), dtype=np.float64)


def rating_matrix(source: Interactions | Query) -> csr_matrix:
    """(rows, n_items) float64 ratings; a pair that was rated several times has its mean rating."""
    ratings = source.matrix("ratings").astype(np.float64)
    if ratings.nnz < len(source.items):
        counts = csr_matrix((np.ones(len(source.items)), source.items.copy(), source.offsets.copy()), ratings.shape)
        counts.sum_duplicates()
        ratings.data /= counts.data
    return ratings


def row_means(matrix: csr_matrix) -> Floats:
    """(rows,) mean of the stored values of each row, NaN for an empty row."""
    counts = np.diff(matrix.indptr)
    sums = np.bincount(np.repeat(np.arange(len(counts)), counts), weights=matrix.data, minlength=len(counts))
    return np.asarray(np.divide(sums, counts, out=np.full(len(counts), np.nan), where=counts > 0))
