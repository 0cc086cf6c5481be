"""Are two sets of scores the same? Lists are compared exactly, scores up to rounding."""

from __future__ import annotations

import numpy as np

from bench.conformance.check import require
from bench.topk import top_k
from bench.types import Floats, Query

RTOL = 1e-5  # float32 rounding, with room for sums in another order


def close(first: Floats, second: Floats) -> bool:
    """Equal up to RTOL of the largest score; NaN only where the other has NaN."""
    if first.shape != second.shape or not np.array_equal(np.isnan(first), np.isnan(second)):
        return False
    size = float(np.nanmax(np.abs(first), initial=0))
    return bool(np.allclose(first, second, rtol=RTOL, atol=RTOL * size, equal_nan=True))


def require_same_lists(first: Floats, second: Floats, query: Query, what: str) -> None:
    """Raise ConformanceFailure unless both score arrays give the same lists of ten, and close scores."""
    lists = [top_k(np.asarray(scores), query, 10).items for scores in (first, second)]
    wrong = np.flatnonzero((lists[0] != lists[1]).any(axis=1))
    first_wrong = f", first question {query.keys[wrong[0]]}" if len(wrong) else ""
    require(not len(wrong), f"{what}: {len(wrong)} of {len(query)} lists differ{first_wrong}")
    require(close(np.asarray(first), np.asarray(second)), f"{what}: the lists are the same and the scores are not")
