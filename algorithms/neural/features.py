"""What is known of users and items besides interactions, as vectors that are learnt."""

from __future__ import annotations

import numpy as np
import torch
from scipy.sparse import csr_matrix, diags
from torch import Tensor, nn

from bench.errors import Unsupported
from bench.types import Floats, Side


def averages(side: Side, n: int, wanted: bool, what: str) -> csr_matrix:
    """(n, n_features) the features of each of n users or items, divided by their sum; (n, 0) where not wanted.

    Raises Unsupported where they are wanted and the data set has none.
    """
    if not wanted:
        return csr_matrix((n, 0), dtype=np.float32)
    if side.features is None:
        raise Unsupported(f"{what}: the data set has none")
    sums = np.asarray(np.abs(side.features).sum(axis=1)).ravel()
    return csr_matrix(diags(1 / np.where(sums > 0, sums, 1)) @ side.features, dtype=np.float32)


class TextVectors(nn.Module):
    """W v, the vectors v (n, d) of texts being given and W (d, factors) learnt; nothing at all before it is."""

    given: Tensor

    def __init__(self, given: Floats, factors: int) -> None:
        super().__init__()
        self.register_buffer("given", torch.from_numpy(given), persistent=False)
        self.weights = nn.Parameter(torch.zeros(given.shape[1], factors))

    def forward(self, rows: Tensor) -> Tensor:
        """(r, factors) for the users or items `rows` (r,)."""
        return self.given[rows] @ self.weights


class FeatureVectors(nn.Module):
    """The mean of the vectors of a user's or an item's features, weighted as the matrix (n, n_features) says."""

    weights: Tensor

    def __init__(self, features: csr_matrix, factors: int) -> None:
        super().__init__()
        entries = features.tocoo()
        places = torch.from_numpy(np.stack([entries.row, entries.col]).astype(np.int64))
        weights = torch.sparse_coo_tensor(places, entries.data, entries.shape, check_invariants=True)
        self.register_buffer("weights", weights.coalesce(), persistent=False)
        self.vectors = nn.Parameter(torch.zeros(features.shape[1], factors))

    def forward(self, rows: Tensor) -> Tensor:
        """(r, factors) for the users or items `rows` (r,); zeros where nothing is known of anybody."""
        if not len(self.vectors):
            return self.vectors.new_zeros(len(rows), self.vectors.shape[1])
        everything: Tensor = torch.sparse.mm(self.weights, self.vectors)  # (n, factors)
        return everything[rows]
