"""SLIM: a sparse non-negative item-item regression."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

from algorithms.linear.descent import elastic_nets
from algorithms.linear.gram import gram
from algorithms.linear.in_place import mirror
from algorithms.linear.item_weights import ItemWeights
from algorithms.neighbours.similarity import in_blocks
from bench import memory
from bench.params import Params, number
from bench.types import Training

_BYTES = 4  # of an entry of XᵀX in float32


class SLIMParams(Params):
    """The penalties of scikit-learn's ElasticNet; both defaults are the best of nine on ml-100k's validation part."""

    alpha: float = number(0.05, low=1e-6, high=1000, search=(1e-3, 1), log=True)
    """α: how strongly the weights are pulled towards zero."""
    l1_ratio: float = number(0.05, low=0, high=1, search=(1e-5, 1), log=True)
    """ρ: share of the absolute values in the penalty, which makes weights exactly zero; the squares have the rest."""
    neighbours: int = number(500, low=1, high=100_000, search=(10, 1000), log=True)
    """How many weights an item keeps: its largest ones."""
    epochs: int = number(100, low=1, high=10_000)
    """Most rounds of coordinate descent for one item."""
    tolerance: float = number(1e-4, low=1e-12, high=1)
    """Ends the rounds when no weight has changed by more than this share of the largest weight."""


class SLIM(ItemWeights[SLIMParams]):
    """S = X·W; column j of W minimizes, with w ≥ 0 and w_j = 0,

        1 / 2m ‖x_j − Xw‖² + αρ‖w‖₁ + α(1 − ρ) / 2 ‖w‖²

    for m users. Ning and Karypis (2011), "SLIM: sparse linear methods for top-N recommender systems", in the units of
    Ferrari Dacrema et al. (2021), "A troubling analysis of reproducibility and progress in recommender systems
    research", who let every item keep only its largest weights. X is binary. Solved item by item by coordinate descent
    on XᵀX (Friedman, Hastie and Tibshirani 2010, "Regularization paths for generalized linear models via coordinate
    descent"), which is held as a dense matrix of 4 bytes an entry.
    """

    name = "slim"
    family = "linear"
    paper = "ning2011"
    Params = SLIMParams

    def fit(self, train: Training) -> None:
        """Solve every item. Raises Unsupported when XᵀX and the kept weights do not fit into the free memory."""
        matrix, p = train.interactions.matrix(), self.params
        known = np.flatnonzero(np.bincount(matrix.indices, minlength=matrix.shape[1]))  # items with interactions
        m, n = len(known) and matrix.shape[0], len(known)
        k = min(p.neighbours, n)
        memory.require(_BYTES * n * n + 3 * 8 * n * k, f"XᵀX of SLIM, {n} × {n},")
        products = gram(matrix[:, known], np.float32, self.threads)
        mirror(products)
        whose, weights = np.zeros((n, k), np.int32), np.zeros((n, k), np.float32)
        sizes = np.zeros(n, np.int64)
        penalties = (m * p.alpha * p.l1_ratio, m * p.alpha * (1 - p.l1_ratio))
        in_blocks(elastic_nets, n, self.threads, products.T, *penalties, p.epochs, p.tolerance, whose, weights, sizes)
        kept = np.arange(k) < sizes[:, None]
        rows, columns = known[whose[kept]], np.repeat(known, sizes)
        self.weights = csr_matrix((weights[kept], (rows, columns)), shape=(matrix.shape[1],) * 2)
