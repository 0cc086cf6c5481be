"""How different the items of one list are: 1 − the mean cosine over all pairs of its items.

Intra-list diversity of Smyth and McClave (2001), "Similarity vs. diversity", with the cosine for similarity. Items of
which nothing is known (no feature, no training interaction) have no cosine and are left out, and so are questions with
fewer than two known items in their list.
"""

from __future__ import annotations

import numpy as np

from bench.metrics.cooccurrence import cosines
from bench.metrics.evidence import Evidence
from bench.metrics.measured import Doubles, Measured, mean, undefined
from bench.types import Longs


def diversity(evidence: Evidence, k: int) -> Measured:
    """1 − mean cosine of the feature vectors of the best k, for instance of their genres.

    With unit vectors x of m items, the mean over pairs is (‖Σ x‖² − m) / (m (m − 1)).
    """
    if reason := evidence.why_no_features(k):
        return undefined(reason)
    features = evidence.features.astype(np.float64)
    norms = np.sqrt(features.multiply(features).sum(axis=1).A1)
    known = norms > 0
    listed = evidence.incidence(k, known)
    sums = listed.multiply(1 / np.where(known, norms, 1)).tocsr() @ features
    lengths = listed.getnnz(axis=1)
    return _diversity(sums.multiply(sums).sum(axis=1).A1 - lengths, lengths, "features")


def diversity_cooccurrence(evidence: Evidence, k: int) -> Measured:
    """The same with the cosine of who had the items in training: common users / √(users of one · users of other)."""
    if reason := evidence.why_no_background(k):
        return undefined(reason)
    known = evidence.context.popularity > 0
    lists = np.where(known[evidence.best(k)], evidence.best(k), -1)
    return _diversity(2 * cosines(lists, evidence.training), (lists >= 0).sum(axis=1), "training interactions")


def _diversity(similar: Doubles, lengths: Longs, what: str) -> Measured:
    """From (q,) sums of the cosines over ordered pairs, and numbers of items."""
    pairs = lengths * (lengths - 1)
    values = np.clip(1 - similar / np.maximum(pairs, 1), 0, 2)
    return mean(values, pairs > 0, f"no list has two items with {what}")
