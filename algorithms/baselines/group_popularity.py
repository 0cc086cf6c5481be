"""Popularity among people of the same kind."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix, diags

from algorithms.neighbours.similarity import product
from bench.algorithm import Algorithm, Can, Needs
from bench.errors import Unsupported
from bench.params import Params, number
from bench.types import Floats, Query, Training


class GroupPopularityParams(Params):
    """One number; its default is from validation on MovieLens 100K."""

    shrinkage: float = number(3000, low=0, high=1e7, search=(10, 100_000), log=True)
    """λ: a group's shares count as if it had λ interactions more, spread as those of everybody."""


class GroupPopularity(Algorithm[GroupPopularityParams]):
    """s(q, j) = 1/|G_u| Σ_{g ∈ G_u} p(j | g)   with   p(j | g) = (n_gj + λ·p_j) / (n_g + λ),

    where G_u are the groups of the user who asks, n_gj counts the users of group g who have item j in training,
    n_g = Σ_j n_gj, and p_j is the share of item j over all users. Every user feature is a group, of all users who have
    it; one may be in several, such as an age, a gender and an occupation.

    The history is not looked at. A new user is placed by the features that come with the question. Who has no feature,
    or none is known of, gets p_j. Raises Unsupported for data without user features.
    """

    name = "group-popularity"
    family = "baseline"
    compiles = True
    Params = GroupPopularityParams
    needs = Needs.USER_FEATURES
    can = Can.RANK | Can.SERVE_NEW_USERS

    def fit(self, train: Training) -> None:
        """Count the users of each group who have an item."""
        if train.users.features is None:
            raise Unsupported("group-popularity needs user features, and the data set has none")
        self.members = _members(train.users.features)  # (n_users, groups)
        owned = train.interactions.matrix()
        counts = csr_matrix(self.members.T @ owned, dtype=np.float64)  # n_gj
        totals = np.asarray(counts.sum(axis=1)).ravel()
        evidence = np.divide(1, totals + self.params.shrinkage, out=np.zeros(len(totals)), where=totals > 0)
        self.shares = csr_matrix(diags(evidence) @ counts)  # n_gj / (n_g + λ)
        self.doubt = 1 - totals * evidence  # λ / (n_g + λ), 1 where n_g = 0
        overall = np.asarray(owned.sum(axis=0)).ravel()
        self.popularity = (overall / max(1, overall.sum())).astype(np.float32)  # p_j

    def score(self, query: Query) -> Floats:
        """(b, n_items) float32 shares."""
        groups = self._groups(query)
        sizes = np.diff(groups.indptr)
        groups.data /= np.repeat(sizes, sizes)
        scores = product(groups, self.shares, self.threads)
        doubt = np.where(sizes > 0, groups @ self.doubt, 1)
        scores += np.outer(doubt.astype(np.float32), self.popularity)
        return scores

    def _groups(self, query: Query) -> csr_matrix:
        """(b, groups) ones."""
        if query.user_features is not None:
            return _members(query.user_features)
        known = (query.users >= 0).astype(np.float64)
        return _members(csr_matrix(diags(known) @ self.members[np.maximum(query.users, 0)]))


def _members(features: csr_matrix) -> csr_matrix:
    """(n, groups) float64 ones where a feature is not 0."""
    found = csr_matrix(features, dtype=np.float64, copy=True)
    found.eliminate_zeros()
    found.data[:] = 1
    return found
