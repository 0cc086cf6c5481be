"""Long vectors made short: where they stand on the axes along which they differ most."""

from __future__ import annotations

import numpy as np
from scipy.linalg import eigh

from algorithms.unit_rows import unit
from bench.types import Floats


def on_principal_axes(vectors: Floats, k: int) -> Floats:
    """(n, min(d, k)) float32 rows of length 1 from V (n, d): those of V A_k, each divided by its length.

    A_k (d, k) are the first k right singular vectors of V, so V A_k is the truncated singular value decomposition
    U_k Σ_k. A row of zeros stays. V itself is returned where it has no more than k columns.
    """
    d = vectors.shape[1]
    if d <= k:
        return vectors
    _, axes = eigh(vectors.T.astype(np.float64) @ vectors, subset_by_index=(d - k, d - 1))
    return np.asarray(unit(vectors @ axes), np.float32)
