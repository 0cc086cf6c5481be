"""Walks of three steps over the graph of users and items, as weights between items."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from scipy.sparse import csr_matrix, diags

from algorithms.neighbours.params import NeighbourParams
from algorithms.neighbours.similarity import Comparison, Vectors, binary_matrix
from bench.params import Params, choice, number
from bench.types import Floats, Interactions


class WalkParams(Params):
    """Neighbours and the power of the steps; the defaults are among the best on the validation part of ml-100k."""

    neighbours: int = number(200, low=1, high=100_000, search=(10, 1000), log=True)
    """How many items a walk may reach from one item: those with the largest weights."""
    alpha: float = number(0.4, low=0, high=3, search=(0.1, 2))
    """α: power of the probability of every step; above 1 the usual ways count more, below 1 the unusual ones."""
    normalized: bool = choice(False)
    """Whether the weights of each item are divided by their sum, and then cut to the `neighbours` largest of those that
    lead to each item, as Ferrari Dacrema et al. (2021) do."""


def walks(train: Interactions, p: WalkParams, beta: float, threads: int) -> csr_matrix:
    """W (n_items, n_items) float32 with the `neighbours` largest weights of each row; the diagonal is 0.

    W_ij = d_j^−β Σ_u p_iu^α p_uj^α over the users u of both items, with p_iu = 1 / d_i and p_uj = 1 / d_u, d being
    numbers of interactions. One row at a time is held in full. Where they are to be normalized, W becomes
    W_ij / Σ_k W_ik, less all but the `neighbours` largest of each column.
    """
    matrix = binary_matrix(train)  # (n_users, n_items)
    items = matrix.T.tocsr()
    user_degrees, item_degrees = _degrees(matrix), _degrees(items)
    n = len(item_degrees)
    vectors = Vectors(items, np.ones(n), user_degrees ** (-p.alpha / 2))  # a·b is Σ_u d_u^−α
    everything = np.arange(n, dtype=np.int32)
    params = NeighbourParams(neighbours=p.neighbours)
    cosines = Comparison(vectors, matrix, np.ones(n), item_degrees**-beta, everything, params, threads).neighbours()
    lengths = np.sqrt(_sums(items, user_degrees**-p.alpha))  # by which the cosines have been divided
    cosines.data *= np.repeat(lengths * item_degrees**-p.alpha, np.diff(cosines.indptr)).astype(np.float32)
    return _normalized(cosines, p.neighbours) if p.normalized else cosines


def _normalized(weights: csr_matrix, neighbours: int) -> csr_matrix:
    """Each row divided by its sum; of each column then the `neighbours` largest entries and those tied with them."""
    sums = np.asarray(weights.sum(axis=1)).ravel()
    columns = (diags(1 / np.where(sums > 0, sums, 1)) @ weights).tocsc()
    for start, stop in pairwise(columns.indptr):
        if stop - start > neighbours:
            values = columns.data[start:stop]  # a view
            values[values < np.partition(values, -neighbours)[-neighbours]] = 0
    columns.eliminate_zeros()
    return columns.tocsr().astype(np.float32)


def _degrees(matrix: csr_matrix) -> Floats:
    """(rows,) numbers of entries, 1 where there is none."""
    return np.asarray(np.maximum(np.diff(matrix.indptr), 1), np.float64)


def _sums(matrix: csr_matrix, values: Floats) -> Floats:
    """(rows,) sums of the values of a row's columns."""
    return np.asarray(matrix @ values)
