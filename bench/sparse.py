"""Histories as a sparse matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Values = Literal["binary", "ratings"]


def csr(
    values: Values, ratings: NDArray[Any] | None, items: NDArray[Any], offsets: NDArray[Any], n_items: int
) -> csr_matrix:
    """A (rows, n_items) float32 matrix; repeated pairs add up with "ratings" and count once with "binary"."""
    from scipy.sparse import csr_matrix  # slow to import: not for those who only read records

    data = np.ones(len(items), np.float32) if values == "binary" or ratings is None else ratings.astype(np.float32)
    matrix = csr_matrix((data, items.copy(), offsets.copy()), shape=(len(offsets) - 1, n_items))
    matrix.sum_duplicates()
    if values == "binary":
        matrix.data[:] = 1
    return matrix
