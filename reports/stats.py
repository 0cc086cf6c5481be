"""Percentile bootstrap intervals over users (Efron and Tibshirani 1993, section 13.3).

A metric is Σ_q num_q / Σ_q den_q over questions q (its root for RMSE). One resample draws U of the U users with
replacement; all questions of a drawn user come along, so the questions of one user stay together. Every value of one
call is computed on the same resamples.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.types import Floats, Ints

RESAMPLES = 2000
LEVEL = 0.95
MIN_USERS = 5
SEED = 0
_BLOCK = 8_000_000  # entries of one block of weights: 64 MB


@dataclass(frozen=True)
class Parts:
    """A metric as sums over questions."""

    numerator: Floats  # (q,)
    denominator: Floats  # (q,) 0 where the metric is undefined
    root: bool = False

    @property
    def value(self) -> float | None:
        """The metric; None where it is defined for no question."""
        total = float(self.denominator.sum())
        return float(_ratio(self.numerator.sum(), total, self.root)) if total > 0 else None


@dataclass(frozen=True)
class Interval:
    """A 95 % interval, or the reason why there is none."""

    low: float | None = None
    high: float | None = None
    reason: str = ""


def mean(parts: Sequence[Parts]) -> Parts:
    """Numerators and denominators averaged per question, over seeds."""
    numerators = np.mean([p.numerator for p in parts], axis=0)
    return Parts(numerators, np.mean([p.denominator for p in parts], axis=0), parts[0].root)


def intervals(users: Ints, metrics: Sequence[Parts], *, resamples: int = RESAMPLES, seed: int = SEED) -> list[Interval]:
    """One interval for each metric; `users` (q,) says who asked each question."""
    if not metrics:
        return []
    _, user = np.unique(users, return_inverse=True)  # (q,) 0 … U−1
    n_users = int(user.max(initial=-1)) + 1
    sums = np.stack([np.bincount(user, weights=w, minlength=n_users) for p in metrics for w in _weights(p)], axis=1)
    if n_users < MIN_USERS:
        return [_refusal(n_users)] * len(metrics)
    totals = np.concatenate(
        [counts @ sums for counts in _resamples(n_users, resamples, seed)]
    )  # (resamples, 2·metrics)
    found = zip(metrics, totals[:, 0::2].T, totals[:, 1::2].T, sums[:, 1::2].T, strict=True)
    return [_interval(p, numerator, denominator, int((d > 0).sum())) for p, numerator, denominator, d in found]


def _weights(parts: Parts) -> tuple[Floats, Floats]:
    """Numerator and denominator, with nothing where the metric is undefined."""
    return np.where(parts.denominator > 0, parts.numerator, 0.0), parts.denominator


def _resamples(n_users: int, resamples: int, seed: int) -> Iterator[NDArray[np.float64]]:
    """Multinomial weights (block, n_users): how often each user was drawn, `resamples` rows in all."""
    rng = np.random.default_rng(seed)
    block = max(1, _BLOCK // n_users)
    for start in range(0, resamples, block):
        rows = min(block, resamples - start)
        drawn = (np.bincount(rng.integers(n_users, size=n_users), minlength=n_users) for _ in range(rows))
        yield np.stack(list(drawn)).astype(np.float64)


def _interval(parts: Parts, numerators: Floats, denominators: Floats, n_users: int) -> Interval:
    if n_users < MIN_USERS:
        return _refusal(n_users)
    defined = denominators > 0
    values = _ratio(numerators[defined], denominators[defined], parts.root)
    low, high = np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    if high - low <= 1e-12 * max(1.0, abs(high)):
        return Interval(reason="no interval: every resample gives the same value")
    return Interval(float(low), float(high))


def _refusal(n_users: int) -> Interval:
    users = "1 user" if n_users == 1 else f"{n_users} users"
    return Interval(reason=f"no interval: {users}, and a bootstrap needs at least {MIN_USERS}")


def _ratio(numerator: Any, denominator: Any, root: bool) -> Any:
    ratio = numerator / denominator
    return np.sqrt(ratio) if root else ratio
