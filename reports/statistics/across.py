"""Whether algorithms differ across data sets: mean ranks, and how far apart they have to be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy  # of which `scipy.stats` is loaded, in a second, where it is used

from bench.types import Floats

ENOUGH = 5  # data sets for a test of mean ranks to say anything (Demšar 2006, section 3.2.2)
LEVEL = 0.05
RESAMPLES = 10_000


@dataclass(frozen=True)
class Across:
    """Mean ranks of k algorithms, or the reason why no test applies to them."""

    mean_ranks: Floats  # (k,) 1 is best
    low: Floats | None = None  # (k,) 95 % intervals over data sets
    high: Floats | None = None
    friedman: float | None = None  # p: do any differ?
    critical: float | None = None  # mean ranks that are further apart differ
    p: Floats | None = None  # (k, k) of each pair
    reason: str = ""


def ranks_of(values: Floats) -> Floats:
    """(n, k) ranks in each row, 1 for the highest; equal values share their mean rank."""
    return np.asarray(scipy.stats.rankdata(-values, axis=1)) if values.size else np.zeros(values.shape)


def across(values: Floats) -> Across:
    """Ranks of `values` (n data sets, k algorithms), higher is better; equal values share their mean rank.

    Friedman's χ² asks whether any differ; Nemenyi's test, which pairs do: with q of the studentized range of k groups
    and infinite degrees of freedom, mean ranks further apart than CD = (q_α / √2) √(k(k + 1) / 6n) do. Demšar (2006),
    "Statistical comparisons of classifiers over multiple data sets", section 3.2.2. Intervals of the mean ranks are
    percentiles of `RESAMPLES` draws of n data sets.
    """
    n, k = values.shape
    ranks = ranks_of(values)
    mean = ranks.mean(axis=0) if n else np.zeros(k)
    if n < ENOUGH:
        return Across(mean, reason=f"no test: {_count(n, 'data set')}, and ranks need at least {ENOUGH}")
    if k < 2:
        return Across(mean, reason="no test: there is nothing to compare")
    drawn = np.random.default_rng(0).integers(n, size=(RESAMPLES, n))
    low, high = np.quantile(ranks[drawn].mean(axis=1), [LEVEL / 2, 1 - LEVEL / 2], axis=0)
    if (ranks == ranks[:, :1]).all():
        return Across(mean, low, high, reason="no test: all algorithms are tied on every data set")
    error = np.sqrt(k * (k + 1) / (6 * n))
    critical = float(scipy.stats.studentized_range.ppf(1 - LEVEL, k, np.inf) / np.sqrt(2) * error)
    apart = np.abs(mean[:, None] - mean) / error * np.sqrt(2)
    p = np.asarray(scipy.stats.studentized_range.sf(apart, k, np.inf))
    friedman = float(scipy.stats.friedmanchisquare(*ranks.T).pvalue) if k > 2 else float(p[0, 1])
    return Across(mean, low, high, friedman, critical, p)


def _count(n: int, thing: str) -> str:
    return f"{n} {thing}" if n == 1 else f"{n} {thing}s"
