"""Ranking metrics that other programs compute under a name that is taken; see docs/metrics.md."""

from __future__ import annotations

from bench.metrics.measured import Measured
from bench.metrics.ranking import Ranking


def average_precision_full(ranking: Ranking, k: int) -> Measured:
    """1 / n · Σ_{r ≤ k} (held-out items up to r) / r: divided by all held-out items, so k < n keeps it below 1."""
    best = ranking.best(k)
    return ranking.share(best.total((best.places + 1) / best.ranks), ranking.held)
