"""How alike items are by who had them in training, computed for the pairs that stand in lists and no others."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from scipy.sparse import csr_matrix

from bench.integer_sets import among
from bench.metrics.measured import Doubles
from bench.types import Ints, Longs

PAIRS = 4_000_000  # looked at together, which bounds the memory to some 200 MB
REMEMBERED = 20_000_000  # cosines, 16 bytes each


def cosines(lists: Ints, training: csr_matrix) -> Doubles:
    """(q,) the sum of |U_i ∩ U_j| / √(|U_i| |U_j|) over the pairs of items in each (q, k) list; −1 is no item.

    `training` is (n_items, n_users), U_i the users in row i, none of them twice. Complexity: for each different pair
    the length of the shorter row, for each different item the length of its row.
    """
    first, second = np.triu_indices(lists.shape[1], 1)
    step = max(1, PAIRS // max(1, len(first)))
    sums = np.zeros(len(lists))
    known, values = np.empty(0, np.int64), np.empty(0)  # ascending pairs, one number each, and their cosines
    for start in range(0, len(lists), step):
        part = lists[start : start + step]
        rows, pairs = np.nonzero((part[:, first] >= 0) & (part[:, second] >= 0))
        keys = _keys(part[rows, first[pairs]], part[rows, second[pairs]], training)
        wanted, which = np.unique(keys, return_inverse=True)
        fresh = wanted[~among(wanted, known)]
        places = np.searchsorted(known, fresh)
        known, values = np.insert(known, places, fresh), np.insert(values, places, _cosines(fresh, training))
        found = values[np.searchsorted(known, wanted)]
        sums[start : start + step] = np.bincount(rows, found[which], minlength=len(part))
        if len(known) > REMEMBERED:
            known, values = known[:0], values[:0]
    return sums


def _keys(one: Ints, other: Ints, training: csr_matrix) -> Longs:
    """A number for each pair: the item that more users had times n_items, plus the other one."""
    lengths = np.diff(training.indptr)
    longer = (lengths[one] > lengths[other]) | ((lengths[one] == lengths[other]) & (one < other))
    anchors, partners = np.where(longer, one, other), np.where(longer, other, one)
    return np.asarray(anchors.astype(np.int64) * training.shape[0] + partners)


def _cosines(keys: Longs, training: csr_matrix) -> Doubles:
    """The cosine of each pair."""
    anchors, partners = np.divmod(keys, training.shape[0])
    lengths = np.diff(training.indptr).astype(np.float64)
    common = np.zeros(len(keys), np.int64)
    _count(training.indptr, training.indices, anchors, partners, np.full(training.shape[1], -1, np.int64), common)
    return np.asarray(common / np.sqrt(np.maximum(lengths[anchors] * lengths[partners], 1)))


@njit(cache=True, nogil=True)
def _count(offsets: Any, users: Any, anchors: Any, partners: Any, marks: Any, common: Any) -> None:
    """common[p] becomes how many users had both items of pair p; equal anchors stand side by side."""
    last = -1
    for pair in range(len(anchors)):
        anchor = anchors[pair]
        if anchor != last:
            for place in range(offsets[anchor], offsets[anchor + 1]):
                marks[users[place]] = anchor
            last = anchor
        both = 0
        for place in range(offsets[partners[pair]], offsets[partners[pair] + 1]):
            both += marks[users[place]] == anchor
        common[pair] = both
