"""The hot loop of the session neighbours, compiled; `session_neighbours.py` calls it on blocks of questions.

Sessions are numbered by age, 0 the most recent one. `current` holds the items of the questions with what each adds to
a similarity, `inverted` lists for each item the sessions that have it. A question costs as much as the lists of its
items are long, and a sort of those sessions that it meets and samples.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def _met(  # type: ignore[no-untyped-def]
    row, asker, owners, current, inverted, sums, met
):
    """Add up sums[n] for every session n of others that shares an item with the question; these are met[:count]."""
    starts, items, weights = current
    list_starts, sessions, _ = inverted
    count = 0
    for at in range(starts[row], starts[row + 1]):
        for session in sessions[list_starts[items[at]] : list_starts[items[at] + 1]]:
            if owners[session] == asker:
                continue
            if sums[session] == 0:
                met[count] = session
                count += 1
            sums[session] += weights[at]
    return count


@njit(cache=True, nogil=True)
def _best(values: Any, k: int) -> Any:
    """Ascending positions of the k largest values; of equal ones the first."""
    if len(values) <= k:
        return np.arange(len(values))
    least = np.partition(values, len(values) - k)[len(values) - k]
    room = k - np.sum(values > least)
    chosen, size = np.empty(k, np.int64), 0
    for place, value in enumerate(values):
        if value > least or (value == least and room > 0):
            chosen[size] = place
            size += 1
            if value == least:
                room -= 1
    return chosen


@njit(cache=True, nogil=True)
def nearest_sessions(  # type: ignore[no-untyped-def]
    start, stop, current, inverted, factors, owners, askers, sample_size, whose, similarities, sizes
):
    """Fill whose, similarities (rows, k) and sizes (rows,) for rows start … stop − 1, sessions ascending.

    Of the sessions that share an item with the question the `sample_size` most recent ones are compared, and the k most
    similar of these are kept; of equally similar ones the most recent. Sessions n with owners[n] = askers[row]
    are left out.
    """
    sums, met = np.zeros(len(factors)), np.empty(len(factors), np.int32)
    for row in range(start, stop):
        count = _met(row, askers[row], owners, current, inverted, sums, met)
        sampled = met[:count]
        if count > sample_size:
            sampled = sampled[sampled <= np.partition(sampled, sample_size - 1)[sample_size - 1]]
        sampled = np.sort(sampled)
        values = sums[sampled] * factors[sampled]
        chosen = _best(values, whose.shape[1])
        sizes[row] = len(chosen)
        whose[row, : len(chosen)] = sampled[chosen]
        similarities[row, : len(chosen)] = values[chosen]
        sums[met[:count]] = 0
