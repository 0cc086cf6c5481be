"""A truncated singular value decomposition of histories in which popular items and busy users count less, or more."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix, diags

from algorithms.factors.item_projection import ItemProjection, ProjectionParams
from bench.params import number
from bench.types import Floats


class ScaledSVDParams(ProjectionParams):
    """The best of d = 0, .4, .7 and c = .5, 1 in NDCG@10 on validation parts of two MovieLens data sets."""

    item_exponent: float = number(0.7, low=-2, high=2, search=(-0.5, 1))
    """d: 1 leaves items as they are, 0 makes them equally long, more prefers popular items."""
    user_exponent: float = number(0.5, low=-2, high=2, search=(0, 1))
    """c: the same for users."""


class ScaledSVD(ItemProjection[ScaledSVDParams]):
    """s(u, ·) = r_u Q Qᵀ with diag(|r_u|^(c−1)) R diag(|r_i|^(d−1)) ≈ U Σ Qᵀ,

    where |r_u| and |r_i| are the lengths of a user's row and an item's column of R. Nikolakopoulos, Kalantzis,
    Gallopoulos and Garofalakis (2019), "EigenRec: generalizing PureSVD for effective and efficient top-N
    recommendations", with cosine similarities; the exponent c of the users is not in the paper. With c = d = 1 this is
    PureSVD.
    """

    name = "scaled-svd"
    paper = "nikolakopoulos2019"
    Params = ScaledSVDParams

    def _weighted(self, matrix: csr_matrix) -> csr_matrix:
        squares = matrix.power(2)
        users, items = (np.sqrt(np.asarray(squares.sum(axis=axis)).ravel()) for axis in (1, 0))
        p = self.params
        left, right = _powers(users, p.user_exponent - 1), _powers(items, p.item_exponent - 1)
        weighted = csr_matrix(diags(left) @ matrix @ diags(right))
        weighted.eliminate_zeros()
        return weighted


def _powers(lengths: Floats, power: float) -> Floats:
    """(n,) lengths to a power, 0 where the length is 0: all ratings of the row or column are."""
    positive = lengths > 0
    return np.asarray(np.where(positive, np.where(positive, lengths, 1) ** power, 0))
