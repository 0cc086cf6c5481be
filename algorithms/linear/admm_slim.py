"""ADMM-SLIM: SLIM for all items at once."""

from __future__ import annotations

import numpy as np
from scipy.linalg import lapack
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits

from algorithms.linear.gram import gram
from algorithms.linear.in_place import mirror
from algorithms.linear.item_weights import ItemWeights
from bench import memory
from bench.params import Params, choice, number
from bench.types import Floats, Training

_BYTES = 8 * 8  # of an entry: the inverse, B, C, C before, the multipliers and three in between, in float64


class ADMMSLIMParams(Params):
    """The penalties of the objective, and how it is solved; the defaults are good on ml-100k's validation part."""

    l1: float = number(5, low=0, high=1e6, search=(0.1, 50), log=True)
    """λ₁: penalty of absolute values, which makes weights exactly zero."""
    l2: float = number(500, low=1e-3, high=1e7, search=(10, 10_000), log=True)
    """λ₂: penalty of squares."""
    positive: bool = choice(True)
    """Whether weights below zero are forbidden."""
    rho: float = number(2000, low=1e-3, high=1e8)
    """ρ: how strongly the two forms of the weights are held together; changes how fast they agree.

    The rounds may end before they do, and then ρ changes the weights as well."""
    epochs: int = number(50, low=1, high=10_000)
    """Most rounds."""
    tolerance: float = number(1e-3, low=0, high=1)
    """Ends the rounds when the two forms differ, and the second has changed, by at most this share of its norm."""


class ADMMSLIM(ItemWeights[ADMMSLIMParams]):
    """S = X·C, minimizing ½ ‖X − XB‖² + λ₂ / 2 ‖B‖² + λ₁ ‖C‖₁ with B = C, diag B = 0, and C ≥ 0 if `positive`.

    Steck, Dimakopoulou, Riabov and Jebara (2020), "ADMM SLIM: sparse recommendations for many users". X is binary. With
    P = (XᵀX + (λ₂ + ρ) I)⁻¹ and multipliers Γ, all zero at first, every round is

        B' = P (XᵀX + ρC − Γ),    B = B' − P diag(diag B' / diag P)
        C = soft(B + Γ / ρ, λ₁ / ρ), its negative values set to 0 if `positive`
        Γ = Γ + ρ (B − C)

    where soft(b, t) moves b by t towards 0. Without non-negativity and with λ₁ = 0 it is EASE. A round is a product of
    two dense n_items × n_items matrices; the number of users does not matter.
    """

    name = "admm-slim"
    family = "linear"
    paper = "steck2020"
    Params = ADMMSLIMParams

    def fit(self, train: Training) -> None:
        """Solve all items. Raises Unsupported when the dense matrices do not fit into the free memory."""
        matrix = train.interactions.matrix()
        known = np.flatnonzero(np.bincount(matrix.indices, minlength=matrix.shape[1]))  # items with interactions
        n = len(known)
        memory.require(_BYTES * n * n, f"the matrices of ADMM-SLIM, {n} × {n},")
        with threadpool_limits(self.threads):
            found = csr_matrix(self._solved(gram(matrix[:, known], np.float64, self.threads))).tocoo()
        places = (known[found.row], known[found.col])
        self.weights = csr_matrix((found.data.astype(np.float32), places), shape=(matrix.shape[1],) * 2)

    def _solved(self, products: Floats) -> Floats:
        """C (n, n) from the lower triangle of XᵀX, which is overwritten."""
        p, n = self.params, len(products)
        if n == 0:
            return products
        products[np.diag_indices(n)] += p.l2 + p.rho
        factor, _ = lapack.dpotrf(products, lower=1, overwrite_a=1, clean=0)
        inverse, _ = lapack.dpotri(factor, lower=1, overwrite_c=1)
        mirror(inverse)
        diagonal = np.diag(inverse).copy()
        C: Floats = np.zeros((n, n))
        multipliers = np.zeros((n, n))  # Γ / ρ
        for _ in range(p.epochs):
            B = inverse @ (p.rho * (C - multipliers) - (p.l2 + p.rho) * np.eye(n))  # P·XᵀX = I − (λ₂ + ρ) P
            B[np.diag_indices(n)] += 1
            B -= inverse * (np.diag(B) / diagonal)
            multipliers += B
            before, C = C, self._shrunk(multipliers)
            multipliers -= C
            before -= C
            B -= C
            limit = p.tolerance * np.linalg.norm(C)
            if np.linalg.norm(B) <= limit and np.linalg.norm(before) <= limit:
                break
        return C

    def _shrunk(self, values: Floats) -> Floats:
        """C of values B + Γ / ρ."""
        step = self.params.l1 / self.params.rho
        if self.params.positive:
            return np.asarray(np.maximum(values - step, 0))
        return np.asarray(values - np.clip(values, -step, step))
