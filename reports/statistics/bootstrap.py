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
    counts = _users_with(users, metrics)
    if not metrics or counts.max() < MIN_USERS:
        return [refusal(int(count)) for count in counts]
    values = _values(users, metrics, resamples, seed)
    return [refusal(n) if n < MIN_USERS else _interval(v) for n, v in zip(counts.tolist(), values.T, strict=True)]


def differences(
    users: Ints, pairs: Sequence[tuple[Parts, Parts]], *, resamples: int = RESAMPLES, seed: int = SEED
) -> list[Interval]:
    """One interval for each first metric minus the second, each pair measured on the same questions."""
    each = list({id(parts): parts for pair in pairs for parts in pair}.values())
    counts = _users_with(users, each)
    if not pairs or counts.max() < MIN_USERS:
        return [refusal(int(counts[0])) for _ in pairs]
    values = dict(zip(map(id, each), _values(users, each, resamples, seed).T, strict=True))
    return [_interval(values[id(one)] - values[id(other)]) for one, other in pairs]


def _users_with(users: Ints, metrics: Sequence[Parts]) -> NDArray[np.int64]:
    """(m,) how many users have each metric."""
    return (sums_of(users, metrics)[:, 1::2] > 0).sum(axis=0) if metrics else np.zeros(0, np.int64)


def _values(users: Ints, metrics: Sequence[Parts], resamples: int, seed: int) -> NDArray[np.float64]:
    """(resamples, m) the metrics in each resample, NaN where nobody who has one was drawn."""
    sums = sums_of(users, metrics)  # (U, 2m)
    weights = draws(len(sums), resamples, np.random.default_rng(seed))
    totals = np.concatenate([counts @ sums for counts in weights])  # (resamples, 2m)
    with np.errstate(divide="ignore", invalid="ignore"):
        values: NDArray[np.float64] = totals[:, 0::2] / totals[:, 1::2]
    roots = [place for place, parts in enumerate(metrics) if parts.root]
    values[:, roots] = np.sqrt(values[:, roots])
    return values


def sums_of(users: Ints, metrics: Sequence[Parts]) -> Floats:
    """(U, 2m) numerator and denominator of each of m metrics, summed over the questions of each user."""
    _, user = np.unique(users, return_inverse=True)  # (q,) 0 … U−1
    n_users = int(user.max(initial=-1)) + 1
    return np.stack([np.bincount(user, weights=w, minlength=n_users) for p in metrics for w in _weights(p)], axis=1)


def _weights(parts: Parts) -> tuple[Floats, Floats]:
    """Numerator and denominator, with nothing where the metric is undefined."""
    return np.where(parts.denominator > 0, parts.numerator, 0.0), parts.denominator


def draws(n_users: int, resamples: int, rng: np.random.Generator) -> Iterator[NDArray[np.float64]]:
    """Blocks (·, n_users) of how often each user was drawn, `resamples` rows in all."""
    block = max(1, _BLOCK // n_users)
    for start in range(0, resamples, block):
        rows = min(block, resamples - start)
        drawn = (np.bincount(rng.integers(n_users, size=n_users), minlength=n_users) for _ in range(rows))
        yield np.stack(list(drawn)).astype(np.float64)


def _interval(values: NDArray[np.float64]) -> Interval:
    low, high = np.quantile(values[~np.isnan(values)], [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    if high - low <= 1e-12 * max(1.0, abs(high)):
        return Interval(reason="no interval: every resample gives the same value")
    return Interval(float(low), float(high))


def refusal(n_users: int) -> Interval:
    """Why so few users have no interval."""
    users = "1 user" if n_users == 1 else f"{n_users} users"
    return Interval(reason=f"no interval: {users}, and a bootstrap needs at least {MIN_USERS}")


def _ratio(numerator: Any, denominator: Any, root: bool) -> Any:
    ratio = numerator / denominator
    return np.sqrt(ratio) if root else ratio
