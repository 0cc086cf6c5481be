"""Accuracy as it might be if popular items had not had a better chance to be observed.

Popular items are over-represented among held-out interactions, so plain metrics reward whoever ranks them high. Here a
held-out item counts with the weight w = 1 / p, p the chance that a liked item is observed at all. Yang et al. (2018),
"Unbiased offline recommender evaluation for missing-not-at-random implicit feedback", estimate p from popularity alone,
p ∝ c^((γ + 1) / 2) for c training interactions; γ = 0, that users come across items whatever their popularity, gives
the square root that Saito et al. (2020) use as well. Assumed, not known: that p depends on nothing but the item, that
it has this form, and that every liked item has some chance. An item that nobody had in training counts as if one user
had it.

p is known only up to a factor. It is chosen so that the weights of all held-out items of the answers have the mean 1.
"""

from __future__ import annotations

import numpy as np

from bench.metrics.evidence import Evidence
from bench.metrics.measured import Doubles, Measured, undefined
from bench.metrics.ranking import NOTHING_HELD_OUT

POWER = 0.5  # (γ + 1) / 2 with γ = 0


def recall_ips(evidence: Evidence, k: int) -> Measured:
    """Σ w of the hits / n: inverse propensity scoring. It can exceed 1 where a question's items are rare ones."""
    weights, reason = _weights(evidence)
    held = evidence.held
    return undefined(reason) if reason else held.mean(_found(evidence, weights, k) / np.maximum(held.counts, 1))


def recall_snips(evidence: Evidence, k: int) -> Measured:
    """Σ w of the hits / Σ w of all held-out items of a question: self-normalised, so from 0 to 1 and less noisy."""
    weights, reason = _weights(evidence)
    return undefined(reason) if reason else _share(evidence, _found(evidence, weights, k), evidence.held.total(weights))


def ndcg_ips(evidence: Evidence, k: int) -> Measured:
    """Σ_{r ≤ k} w / log2(r + 1), divided by Σ 1 / log2(r + 1) over r = 1 … min(k, n). It can exceed 1."""
    weights, reason = _weights(evidence)
    if reason:
        return undefined(reason)
    return _share(evidence, evidence.held.gained(weights, k), evidence.held.ideal(np.ones_like(weights), k))


def ndcg_snips(evidence: Evidence, k: int) -> Measured:
    """Σ_{r ≤ k} w / log2(r + 1), divided by its largest value over all orders of the held-out items: from 0 to 1."""
    weights, reason = _weights(evidence)
    if reason:
        return undefined(reason)
    return _share(evidence, evidence.held.gained(weights, k), evidence.held.ideal(weights, k))


def _weights(evidence: Evidence) -> tuple[Doubles, str]:
    """(m,) weights of the held-out items, and why there are none, or the empty string."""
    held, popularity = evidence.held, evidence.context.popularity
    if len(held.items) == 0:
        return np.empty(0), "there are no questions" if len(held.counts) == 0 else NOTHING_HELD_OUT
    if evidence.context.train_users == 0 or len(popularity) == 0:
        return np.empty(0), "training has no users" if len(popularity) else "the catalogue is empty"
    weights = np.maximum(popularity[held.items], 1) ** -POWER
    return weights / weights.mean(), ""


def _found(evidence: Evidence, weights: Doubles, k: int) -> Doubles:
    return evidence.held.total(np.where(evidence.held.hit(k), weights, 0))


def _share(evidence: Evidence, part: Doubles, whole: Doubles) -> Measured:
    return evidence.held.mean(part / np.where(whole > 0, whole, 1))
