"""Tests of whether two algorithms differ, on what the same users saw of both.

Every function takes differences d (U, m): one row for each user, one column for each comparison, whose mean over users
is the difference of the metric; see `per_user`.
"""

from __future__ import annotations

import numpy as np
import scipy  # of which `scipy.stats` is loaded, in a second, where it is used

from bench.types import Floats, Ints
from reports.statistics.bootstrap import Parts, sums_of

FLIPS = 10_000
POWER = 0.8
SIGNIFICANT = 0.05
_BLOCK = 8_000_000  # entries of one block of signs: 64 MB


def per_user(users: Ints, one: Parts, other: Parts) -> Floats | None:
    """(U,) d_u = U (num_u − num'_u) / Σ_v den_v over the users who have the metric, whose mean is its difference.

    `users` (q,) says who asked each question; num_u and den_u are sums over the questions of user u. For a metric that
    is a root it is the difference of the squares. None where the metrics are not defined for the same questions.
    """
    if not np.array_equal(one.denominator, other.denominator):
        return None
    sums = sums_of(users, [one, other])  # (U, 4)
    known = sums[:, 1] > 0
    scale = float(known.sum()) / max(float(sums[known, 1].sum()), 1e-300)
    return np.asarray((sums[known, 0] - sums[known, 2]) * scale)


def randomization(differences: Floats, *, flips: int = FLIPS, seed: int = 0) -> Floats:
    """(m,) two-sided p = (1 + #{|Σ_u ε_u d_u| ≥ |Σ_u d_u|}) / (1 + flips), ε_u = ±1 with equal chance.

    If the two algorithms were the same but for chance, each d_u could as well have had the other sign. Fisher's test;
    Smucker, Allan and Carterette (2007), "A comparison of statistical significance tests for information retrieval
    evaluation", section 3.1; the added 1 keeps the level (Phipson and Smyth 2010, "Permutation p-values should never be
    zero", section 4). All columns share their signs.
    """
    n_users = len(differences)
    observed = np.abs(differences.sum(axis=0)) * (1 - 1e-12)  # a sum in another order may differ in its last digits
    rng, block, count = np.random.default_rng(seed), max(1, _BLOCK // max(1, n_users)), np.zeros(differences.shape[1])
    for start in range(0, flips, block):
        rows = min(block, flips - start)
        bits = np.unpackbits(np.frombuffer(rng.bytes(rows * (-(-n_users // 8))), np.uint8).reshape(rows, -1), axis=1)
        flipped = bits[:, :n_users].astype(np.float64) @ differences  # (rows, m) the sum of those that keep their sign
        count += (np.abs(2 * flipped - differences.sum(axis=0)) >= observed).sum(axis=0)
    return np.asarray((1 + count) / (1 + flips))


def t_test(differences: Floats) -> Floats:
    """(m,) two-sided p of Student's t for a mean of 0; NaN for columns without variance."""
    n_users, found = len(differences), effect(differences)
    return np.asarray(2 * scipy.stats.t.sf(np.abs(found) * np.sqrt(n_users), n_users - 1))


def wilcoxon(differences: Floats) -> Floats:
    """(m,) two-sided p of Wilcoxon's signed ranks, zeros left out; NaN for columns of zeros."""
    columns = [column[column != 0] for column in differences.T]
    return np.array([scipy.stats.wilcoxon(column).pvalue if len(column) else np.nan for column in columns])


def effect(differences: Floats) -> Floats:
    """(m,) Cohen's d for paired data, mean / standard deviation of the differences; NaN without variance.

    Cohen (1988), "Statistical power analysis for the behavioral sciences", equation 2.3.5.
    """
    means, deviations = differences.mean(axis=0), spread(differences)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(deviations > 0, means / deviations, np.nan)


def spread(differences: Floats) -> Floats:
    """(m,) standard deviations; exactly 0 where the differences are equal but for rounding."""
    found = differences.std(axis=0, ddof=1)
    return np.asarray(np.where(found > 1e-12 * np.abs(differences).max(axis=0, initial=0.0), found, 0.0))


def shares(differences: Floats) -> Floats:
    """(3, m) shares of users who are better off with the first, the same with both, better off with the second."""
    return np.stack([(differences > 0).mean(axis=0), (differences == 0).mean(axis=0), (differences < 0).mean(axis=0)])


def detectable(differences: Floats, *, level: float = SIGNIFICANT, power: float = POWER) -> Floats:
    """(m,) the smallest true difference that a test at `level` finds with probability `power` on as many users.

    (t_{1−level/2} + t_{power}) s / √U, s the standard deviation of the differences, t with U − 1 degrees of freedom.
    Sakai (2018), "Laboratory experiments in information retrieval", section 6.1.
    """
    n_users = len(differences)
    quantiles = scipy.stats.t.ppf([1 - level / 2, power], n_users - 1).sum()
    return np.asarray(quantiles * spread(differences) / np.sqrt(n_users))
