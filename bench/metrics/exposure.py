"""How the lists of all questions together share out the catalogue, whatever was held out.

e_i is the number of questions in whose best k item i stands; n items. These values belong to all lists together, so
they have no parts and no interval over users, and they depend on the number of questions.
"""

from __future__ import annotations

import numpy as np

from bench.metrics.evidence import NO_LISTS, Evidence
from bench.metrics.measured import Measured, undefined, whole
from bench.types import Longs


def coverage(evidence: Evidence, k: int) -> Measured:
    """The share of the catalogue's items with e > 0: catalogue coverage of Ge et al. (2010), "Beyond accuracy"."""
    if reason := evidence.why_no_lists(k):
        return undefined(reason)
    return whole(float((_exposure(evidence, k) > 0).mean()))


def gini(evidence: Evidence, k: int) -> Measured:
    """Σ_j (2j − n − 1) e_(j) / (n Σ e) with e_(1) ≤ e_(2) ≤ …: 0 where all items are shown alike, near 1 for a few.

    The Gini index of the exposure. Shani and Gunawardana (2011), "Evaluating recommendation systems", on item space
    coverage, divide by n − 1 where it has n, so that a single item has 1; theirs is this one · n / (n − 1).
    """
    if reason := evidence.why_no_lists(k):
        return undefined(reason)
    exposure = np.sort(_exposure(evidence, k))
    n, total = len(exposure), int(exposure.sum())
    if total == 0:
        return undefined(NO_LISTS)
    return whole(float(((2 * np.arange(1, n + 1) - n - 1) * exposure).sum() / (n * total)))


def entropy(evidence: Evidence, k: int) -> Measured:
    """−Σ p_i log2 p_i with p_i = e_i / Σ e, in bits: log2 n where all items are shown alike, 0 for a single one.

    Shannon entropy of the exposure, as in the same place.
    """
    if reason := evidence.why_no_lists(k):
        return undefined(reason)
    exposure = _exposure(evidence, k)
    shown = exposure[exposure > 0] / max(int(exposure.sum()), 1)
    return whole(-float((shown * np.log2(shown)).sum()) + 0.0) if len(shown) else undefined(NO_LISTS)


def _exposure(evidence: Evidence, k: int) -> Longs:
    """(n,) e"""
    best = evidence.best(k)
    return np.bincount(best[best >= 0], minlength=len(evidence.context.popularity))
