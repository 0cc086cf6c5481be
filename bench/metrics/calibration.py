"""Whether a list shares out its places as its user's history does: a third comedies, a third of the list comedies."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

from bench.metrics.evidence import Evidence
from bench.metrics.measured import Measured, mean, undefined

BLEND = 0.01  # α of Steck (2018), so that a feature that the list lacks does not make the divergence infinite


def calibration(evidence: Evidence, k: int) -> Measured:
    """Σ_g p(g) ln(p(g) / ((1 − α) q(g) + α p(g))) with α = 0.01: 0 for the same shares, at most ln 100.

    Steck (2018), "Calibrated recommendations", with equal weights of the items. Each item shares out 1 among its
    features; p are the mean shares of the history, q those of the best k. Items without features are left out, and so
    are questions without a feature in their history or in their list.
    """
    if reason := evidence.why_no_features(k):
        return undefined(reason)
    if evidence.features.min() < 0:
        return undefined("a feature is negative, so features are no shares")
    features = _shares(evidence.features.astype(np.float64))
    listed = evidence.incidence(k, np.ones(features.shape[0], np.bool_))
    own = _shares(evidence.background.histories(features.shape[0]) @ features)  # p
    blended = (1 - BLEND) * _shares(listed @ features) + BLEND * own
    defined = (own.sum(axis=1).A1 > 0) & ((listed @ features).sum(axis=1).A1 > 0)
    divergence = own.multiply(_log(own)).sum(axis=1).A1 - own.multiply(_log(blended)).sum(axis=1).A1
    return mean(np.maximum(divergence, 0), defined, "no question has features in both its history and its list")


def _shares(rows: csr_matrix) -> csr_matrix:
    """Each row divided by its sum; a row of zeros stays."""
    sums = rows.sum(axis=1).A1
    return rows.multiply((1 / np.where(sums > 0, sums, 1))[:, None]).tocsr()


def _log(rows: csr_matrix) -> csr_matrix:
    """The natural logarithm of every positive entry."""
    return csr_matrix((np.log(np.where(rows.data > 0, rows.data, 1)), rows.indices, rows.indptr), shape=rows.shape)
