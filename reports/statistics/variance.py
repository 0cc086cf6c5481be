"""Where the uncertainty of a number comes from: users, seeds, splits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.types import Floats
from reports.statistics.bootstrap import LEVEL, SEED, Interval, draws

RESAMPLES = 2000


@dataclass(frozen=True)
class Sources:
    """Variances of a mean over splits, seeds and users; None for what was not repeated."""

    users: float
    seeds: float | None
    splits: float | None
    interval: Interval  # over all of them

    @property
    def total(self) -> float:
        """Of all that are known."""
        return self.users + (self.seeds or 0.0) + (self.splits or 0.0)


def sources(values: Sequence[Floats]) -> list[Sources]:
    """Of m numbers; `values` has one array (m, S seeds, U users) for each of F splits, a number is the mean of its row.

    In one split, with r the mean square of the residuals of x_su − x̄_s − x̄_u + x̄, σ²_seeds = max(0, Var(x̄_s) − r / U)
    and σ²_users = max(0, Var(x̄_u) − r / S); so the mean has the variances σ²_seeds / S and (σ²_users + r / S) / U from
    its seeds and its users, which are averaged over splits and divided by F. From the splits it has what is left of
    Var(x̄_f) / F. Searle, Casella and McCulloch (1992), "Variance components", section 4.3. The interval draws splits,
    and in each of them seeds and users, all with replacement.
    """
    n_splits = len(values)
    users, seeds = np.mean([_of_split(split) for split in values], axis=0) / n_splits  # (m,) each
    limits = np.quantile(_drawn_means(values), [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)  # (2, m)
    repeated = all(split.shape[1] > 1 for split in values)
    means = np.stack([split.mean(axis=(1, 2)) for split in values])  # (F, m)
    between = means.var(axis=0, ddof=1) / n_splits if n_splits > 1 else np.zeros(len(users))
    left = np.maximum(0, between - users - seeds)
    least = (1e-12 * np.max([np.abs(split).max(axis=(1, 2), initial=0.0) for split in values], axis=0)) ** 2
    users, seeds, left = (np.where(part > least, part, 0.0) for part in (users, seeds, left))  # not by rounding
    return [
        Sources(
            float(u), float(s) if repeated else None, float(f) if n_splits > 1 else None, Interval(float(a), float(b))
        )
        for u, s, f, (a, b) in zip(users, seeds, left, limits.T, strict=True)
    ]


def _of_split(x: Floats) -> Floats:
    """(2, m) variances of the mean of x (m, S, U) that come from its users, and from its seeds."""
    m, n_seeds, n_users = x.shape
    by_user = x.mean(axis=1).var(axis=1, ddof=1)  # (m,)
    if n_seeds < 2:
        return np.stack([by_user / n_users, np.zeros(m)])
    by_seed = x.mean(axis=2).var(axis=1, ddof=1)
    overall = x.mean(axis=(1, 2), keepdims=True)
    rest = x - x.mean(axis=2, keepdims=True) - x.mean(axis=1, keepdims=True) + overall
    noise = (rest**2).sum(axis=(1, 2)) / ((n_seeds - 1) * (n_users - 1))
    of_seeds = np.maximum(0, by_seed - noise / n_users)
    of_users = np.maximum(0, by_user - noise / n_seeds)
    return np.stack([(of_users + noise / n_seeds) / n_users, of_seeds / n_seeds])


def _drawn_means(values: Sequence[Floats]) -> Floats:
    """(RESAMPLES, m) means over drawn splits of means over drawn seeds and users."""
    rng, n_splits = np.random.default_rng(SEED), len(values)
    chosen = rng.integers(n_splits, size=(n_splits, RESAMPLES))
    totals = np.zeros((RESAMPLES, len(values[0])))
    for slot in range(n_splits):
        for split, x in enumerate(values):
            m, n_seeds, n_users = x.shape
            places = np.flatnonzero(chosen[slot] == split)
            for weights in draws(n_users, len(places), rng):
                by_seed = (weights @ x.reshape(-1, n_users).T).reshape(-1, m, n_seeds) / n_users
                seeds = rng.integers(n_seeds, size=(len(by_seed), 1, n_seeds))
                now, places = places[: len(by_seed)], places[len(by_seed) :]
                totals[now] += np.take_along_axis(by_seed, seeds, axis=2).mean(axis=2)
    return totals / n_splits
