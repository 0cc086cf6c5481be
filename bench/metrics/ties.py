"""Ranking metrics without luck: the mean over all orders of the candidates with equal scores.

McSherry and Najork (2008), "Computing information retrieval performance measures efficiently in the presence of tied
scores". A held-out item with b better and t tied candidates stands at each of the ranks b + 1 … b + t + 1 with the same
chance 1 / (t + 1). Where no scores are equal, these are the metrics of the same name without `_ties`.
"""

from __future__ import annotations

import numpy as np

from bench.metrics.evidence import Evidence
from bench.metrics.measured import Doubles, Measured


def precision_ties(evidence: Evidence, k: int) -> Measured:
    """The expected hits / k."""
    return evidence.held.mean(_hits(evidence, k) / k)


def recall_ties(evidence: Evidence, k: int) -> Measured:
    """The expected hits / n."""
    return evidence.held.mean(_hits(evidence, k) / np.maximum(evidence.held.counts, 1))


def ndcg_ties(evidence: Evidence, k: int) -> Measured:
    """The expected Σ_{r ≤ k} 1 / log2(r + 1), divided by the same sum over r = 1 … min(k, n)."""
    held = evidence.held
    discounts = _sums(k, int(max(evidence.answers.candidates.max(initial=0), held.counts.max(initial=0))))
    ideal = discounts[np.minimum(held.counts, len(discounts) - 1)]
    return held.mean(_expected(evidence, discounts) / np.where(ideal > 0, ideal, 1))


def _hits(evidence: Evidence, k: int) -> Doubles:
    """(q,) expected held-out items among the best k."""
    longest = min(k, int(evidence.answers.candidates.max(initial=0)))
    return _expected(evidence, np.arange(longest + 1, dtype=np.float64))


def _sums(k: int, longest: int) -> Doubles:
    """Σ_{r ≤ j} 1 / log2(r + 1) for j = 0 … min(k, longest)."""
    return np.concatenate([[0.0], np.cumsum(1 / np.log2(np.arange(min(k, longest)) + 2.0))])


def _expected(evidence: Evidence, sums: Doubles) -> Doubles:
    """(q,) the expected sum of a value of each rank over the held-out items; `sums` are its running totals from 0."""
    held, last = evidence.held, len(sums) - 1
    first = np.minimum(held.better, last)  # what cannot be listed begins and ends at the last
    end = np.minimum(first + held.tied + 1, last)
    return held.total((sums[end] - sums[first]) / (held.tied + 1))
