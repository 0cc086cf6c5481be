"""Flat arrays in which rows of different lengths lie one after the other."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Longs = NDArray[np.int64]


def offsets(lengths: NDArray[Any]) -> Longs:
    """(b + 1,) running totals of (b,) lengths."""
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)


def ranges(starts: Longs, lengths: Longs) -> Longs:
    """All positions start … start + length − 1, range after range."""
    ends = np.cumsum(lengths)
    return np.asarray(np.arange(ends[-1] if len(ends) else 0) + np.repeat(starts - (ends - lengths), lengths))
