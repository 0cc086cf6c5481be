"""Sums over the vectors of a history that are most similar to a given one; the loops are compiled.

Vectors are sparse rows of length 1, so that their product is the cosine. A history is a row of `histories`: its indices
are vectors (one may stand there twice), its data their values. Similar enough to a vector are those whose similarity is
positive and at least the k-th largest of the history; equal ones count alike, so more than k may be.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def _link(members: Any, vectors: Any, links: Any) -> None:
    """List for each feature the places of the history's vectors that have it. links = (head, next, place, weight).

    head (n_features,) is −1 before.
    """
    starts, features, weights = vectors
    head, following, place, weight = links
    count = 0
    for p in range(len(members)):
        for at in range(starts[members[p]], starts[members[p] + 1]):
            feature = features[at]
            following[count], place[count], weight[count] = head[feature], p, weights[at]
            head[feature] = count
            count += 1


@njit(cache=True, nogil=True)
def _unlink(members: Any, vectors: Any, head: Any) -> None:
    starts, features, _ = vectors
    for member in members:
        head[features[starts[member] : starts[member + 1]]] = -1


@njit(cache=True, nogil=True)
def _compare(vector: int, vectors: Any, links: Any, k: int, found: Any) -> float:
    """Set found (h,) to the similarities of the history's vectors; returns the lowest that counts."""
    starts, features, weights = vectors
    head, following, place, weight = links
    found[:] = 0
    for at in range(starts[vector], starts[vector + 1]):
        link = head[features[at]]
        while link >= 0:
            found[place[link]] += weights[at] * weight[link]
            link = following[link]
    return max(np.partition(found, len(found) - k)[len(found) - k], 0.0) if len(found) > k else 0.0


@njit(cache=True, nogil=True)
def _room(histories: Any, vectors: Any, start: int, stop: int) -> int:
    """How many entries the vectors of the longest history have together."""
    starts, _, _ = vectors
    offsets, members, _ = histories
    most = 0
    for row in range(start, stop):
        size = 0
        for member in members[offsets[row] : offsets[row + 1]]:
            size += starts[member + 1] - starts[member]
        most = max(most, size)
    return most


@njit(cache=True, nogil=True)
def _links(histories: Any, vectors: Any, n_features: int, start: int, stop: int) -> Any:
    size = _room(histories, vectors, start, stop)
    head = np.full(n_features, -1, np.int64)
    return head, np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size)


@njit(cache=True, nogil=True)
def similarity_sums(  # type: ignore[no-untyped-def]
    start, stop, histories, vectors, n_features, k, out
):
    """Fill rows start … stop − 1 of out (rows, n): Σ sim over the vectors of the history similar to each of n."""
    offsets, members, _ = histories
    links = _links(histories, vectors, n_features, start, stop)
    for row in range(start, stop):
        own = members[offsets[row] : offsets[row + 1]]
        _link(own, vectors, links)
        found = np.empty(len(own))
        for vector in range(out.shape[1]):
            lowest = _compare(vector, vectors, links, k, found)
            total = 0.0
            for similarity in found:
                if similarity >= lowest:
                    total += similarity
            out[row, vector] = total
        _unlink(own, vectors, links[0])


@njit(cache=True, nogil=True)
def weighted_means(  # type: ignore[no-untyped-def]
    start, stop, histories, vectors, n_features, k, pair_starts, pair_vectors, out
):
    """out[p] = Σ sim·value / Σ sim over the same; NaN where nothing is similar.

    Pairs are grouped: row r asks for pair_vectors[pair_starts[r]:pair_starts[r + 1]]; −1 is no vector.
    """
    offsets, members, values = histories
    links = _links(histories, vectors, n_features, start, stop)
    for row in range(start, stop):
        own, rated = members[offsets[row] : offsets[row + 1]], values[offsets[row] : offsets[row + 1]]
        _link(own, vectors, links)
        found = np.empty(len(own))
        for pair in range(pair_starts[row], pair_starts[row + 1]):
            total, weight = 0.0, 0.0
            if pair_vectors[pair] >= 0:
                lowest = _compare(pair_vectors[pair], vectors, links, k, found)
                for place in range(len(own)):
                    if found[place] >= lowest:
                        total += found[place] * rated[place]
                        weight += found[place]
            out[pair] = total / weight if weight > 0 else np.nan
        _unlink(own, vectors, links[0])
