"""The ends of histories, and the steps from one item to the next, for all models of sequences."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

from bench.types import Interactions, Ints, Longs, Query


def steps_back(source: Interactions | Query) -> tuple[Longs, Longs]:
    """Of every interaction its row (n,) and how many steps it is back from the end of its history (n,), 0 the last."""
    lengths = np.diff(source.offsets)
    rows = np.repeat(np.arange(len(lengths)), lengths)
    return rows, np.repeat(source.offsets[1:], lengths) - 1 - np.arange(len(rows))


def last(query: Query, length: int) -> tuple[Longs, Ints, Longs]:
    """The last `length` items of each history: rows (m,), items (m,) and steps (m,) back from the end.

    Rows ascend, the items of a row are oldest first.
    """
    rows, steps = steps_back(query)
    kept = steps < length
    return rows[kept], query.items[kept], steps[kept]


def last_items(query: Query) -> Ints:
    """(b,) the last item of each history, −1 for an empty one."""
    ends = np.full(len(query), -1, np.int32)
    filled = np.flatnonzero(np.diff(query.offsets))
    ends[filled] = query.items[query.offsets[filled + 1] - 1]
    return ends


def followers(data: Interactions, steps: int) -> csr_matrix:
    """(n_items, n_items) float64: entry i, j is the sum of 1 / d over all places where j comes d ≤ `steps` items after
    i in a history.
    """
    found = csr_matrix((data.n_items, data.n_items))
    longest = int(np.diff(data.offsets).max(initial=0))
    for distance in range(1, min(steps, longest - 1) + 1):
        same = data.users[distance:] == data.users[:-distance]
        first, second = data.items[:-distance][same], data.items[distance:][same]
        weights = np.full(len(first), 1 / distance)
        found = found + csr_matrix((weights, (first, second)), shape=found.shape)
    return csr_matrix(found)
