"""PureSVD: a truncated singular value decomposition of the histories, absent items taken for zeros."""

from __future__ import annotations

from scipy.sparse import csr_matrix

from algorithms.factors.item_projection import ItemProjection, ProjectionParams


class PureSVDParams(ProjectionParams):
    """50 factors as in the paper; ones were about as good as ratings on validation parts of two MovieLens data sets."""


class PureSVD(ItemProjection[PureSVDParams]):
    """s(u, ·) = r_u Q Qᵀ with R ≈ U Σ Qᵀ, the best approximation of rank f of the matrix of histories R.

    Cremonesi, Koren and Turrin (2010), "Performance of recommender algorithms on top-N recommendation tasks"; there R
    holds ratings (`values = "ratings"`). With as many factors as R has rank, the histories of training are reproduced.
    """

    name = "pure-svd"
    paper = "cremonesi2010"
    Params = PureSVDParams

    def _weighted(self, matrix: csr_matrix) -> csr_matrix:
        return matrix
