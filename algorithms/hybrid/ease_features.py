"""EASE with item features: items that nobody has met are reached through what they share with others."""

from __future__ import annotations

import numpy as np
from scipy.linalg import lapack
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits

from algorithms.item_text import DescribedByText, ItemTextParams
from algorithms.linear.gram import gram
from algorithms.linear.in_place import weights_from_inverse
from algorithms.reasons import strongest
from bench import memory
from bench.algorithm import Can, Needs
from bench.errors import Diverged, Unsupported
from bench.params import number
from bench.types import Floats, Query, Reason, Training

_BLOCK = 512  # items whose products of features are computed at a time
_BYTES = 8  # of an entry of the inverse, which becomes what is kept


class EASEFeaturesParams(ItemTextParams):
    """λ is that of EASE; α was chosen on the validation parts of MovieLens (100K and small) by NDCG@10."""

    l2: float = number(500, low=1e-3, high=1e7, search=(10, 10_000), log=True)
    """λ: how strongly the item-item weights are pulled towards zero."""
    feature_weight: float = number(100, low=1e-6, high=1e6, search=(1, 1000), log=True)
    """α: how many users one feature counts for."""


class EASEFeatures(DescribedByText[EASEFeaturesParams]):
    """S = X·B with B = I − P·diag(1 / diag P) and P = (XᵀX + α·FᵀF + λI)⁻¹:

    EASE on the users' rows X (binary, users × items) with the rows of the features F (features × items) below them, α
    being their weight; "CEASE" of Jeunen, Van Balen and Goethals (2020), "Closed-form models for collaborative
    filtering with side-information". With `item_text` the coordinates of the vectors v of `DescribedByText` are
    rows of F as well. The column of an item without interactions is learnt from F alone, which gives it a score; one
    that is lower than those of most items with interactions, so it stands above other new items rather than above what
    is well known.

    An item with interactions and without features is scored as by EASE. An item with neither is "cannot score" (NaN)
    and counts nothing in a history. Only the history of a user is looked at; without any, all items score 0.
    """

    name = "ease-features"
    family = "hybrid"
    compiles = True
    paper = "jeunen2020"
    Params = EASEFeaturesParams
    needs = Needs.ITEM_FEATURES
    can = Can.RANK | Can.PERSONALISE | Can.EXPLAIN | Can.SERVE_NEW_USERS | Can.SCORE_NEW_ITEMS

    def fit(self, train: Training) -> None:
        """Invert a matrix of all items of which something is known.

        Raises Unsupported without features or when it does not fit into the free memory, Diverged for too small an l2,
        and with `item_text` what `text-knn` raises.
        """
        matrix, (features, texts) = train.interactions.matrix(), self._described(train)
        met = np.bincount(matrix.indices, minlength=matrix.shape[1])
        self.known = np.flatnonzero(
            met + np.diff(features.indptr) + texts.any(axis=1)
        )  # items with interactions or features
        n = len(self.known)
        memory.require(_BYTES * n * n, f"the inverse of {self.name}, {n} × {n},")
        with threadpool_limits(self.threads):
            dense = gram(matrix[:, self.known], np.float64, self.threads)
            inverse = self._inverse(dense, features[self.known], texts[self.known])  # P
        self.weights = weights_from_inverse(inverse)  # B

    def score(self, query: Query) -> Floats:
        """(b, n_items) float32."""
        scores = np.full((len(query), query.n_items), np.nan, np.float32)
        with threadpool_limits(self.threads):
            scores[:, self.known] = query.matrix()[:, self.known] @ self.weights
        return scores

    def explain(self, query: Query, item: int, n: int = 5) -> list[Reason]:
        """The n items i of the history with the largest B_ij, j being `item`."""
        history = np.intersect1d(query.items[query.offsets[0] : query.offsets[1]], self.known)
        if item not in self.known:
            return []
        weights = self.weights[np.searchsorted(self.known, history), np.searchsorted(self.known, item)]
        return strongest(history, weights, n)

    def _described(self, train: Training) -> tuple[csr_matrix, Floats]:
        """Fᵀ (n_items, n_features), sparse and dense: features, and vectors of texts."""
        given, n = train.items.features, train.interactions.n_items
        if given is None and not self.params.item_text:
            raise Unsupported(f"{self.name} needs features of the items, and the data set has none")
        features = csr_matrix((n, 0) if given is None else given, dtype=np.float64)
        return features, self._text_vectors(train).astype(np.float64)

    def _inverse(self, dense: Floats, features: csr_matrix, texts: Floats) -> Floats:
        """The lower triangle of P (n, n) from that of XᵀX, which is overwritten, and both parts of Fᵀ."""
        alpha, l2 = self.params.feature_weight, self.params.l2
        for start in range(0, len(dense), _BLOCK):
            block = slice(start, start + _BLOCK)
            dense[:, block] += alpha * ((features @ features[block].T).toarray() + texts @ texts[block].T)
        dense[np.diag_indices(len(dense))] += l2
        if len(dense) == 0:
            return dense
        factor, failed = lapack.dpotrf(dense, lower=1, overwrite_a=1)
        inverse, singular = lapack.dpotri(factor, lower=1, overwrite_c=1)
        if failed or singular:
            raise Diverged(f"l2 = {l2:g} is too small for this data: XᵀX + α·FᵀF + l2·I has no Cholesky factor")
        return np.asarray(inverse)
