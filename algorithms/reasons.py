"""The reasons of models whose scores are sums over the items of a history."""

from __future__ import annotations

import numpy as np

from bench.types import Floats, Ints, Reason


def strongest(history: Ints, weights: Floats, n: int) -> list[Reason]:
    """The n items with the largest positive weights (h,), largest first; of equal ones those that come first."""
    order = np.argsort(-weights, kind="stable")[:n]
    return [Reason(int(history[at]), float(weights[at])) for at in order if weights[at] > 0]
