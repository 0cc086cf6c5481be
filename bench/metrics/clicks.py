"""Clicks that nobody counted: what offline data can say in place of a click-through rate."""

from __future__ import annotations

import numpy as np

from bench.metrics.evidence import Evidence
from bench.metrics.measured import Measured, quotient


def ctr_proxy(evidence: Evidence, k: int) -> Measured:
    """Σ hits / Σ items shown over the questions with a held-out item; min(k, candidates with a score) are shown.

    It takes a held-out item in the list for a click and any other for a look without one. Nobody saw this list: users
    might have clicked on items that they never met, and a click-through rate depends on position, layout and time of
    day. It equals precision@k where every list is full.
    """
    ranking = evidence.ranking
    shown = np.where(ranking.held > 0, np.minimum(ranking.listable, k), 0)
    return quotient(ranking.hits(k), shown, "no question has both a held-out item and an item to show")
