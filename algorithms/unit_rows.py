"""Rows at length 1."""

from __future__ import annotations

import numpy as np

from bench.types import Floats


def unit(vectors: Floats) -> Floats:
    """(n, d) the rows divided by their lengths; a row of zeros stays."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1))
