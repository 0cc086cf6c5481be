"""The compiled loops behind `bench.topk`: one pass over the scores of each question for its list and its ranks.

Each row of scores is read once and copied to a scratch row that stays in the processor's first cache. In it NaN stands
for "no candidate" (hidden, or padding) and −∞ for "cannot be scored", so that every comparison with a number is right
by itself. What follows are short loops without branches, which the compiler turns into vector instructions. Functions
that call each other stay in this file: numba's cache on disk does not notice a change in another one.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

_LANES = 16  # float32 numbers in the widest vector register
_BISECTIONS = 40  # halvings of the range of scores; more than float32 has digits


@njit(cache=True, nogil=True, inline="always")
def mix(key: int, item: int) -> np.uint64:
    """A 64-bit hash of (question, item): the finaliser of SplitMix64 (Steele, Lea and Flood 2014)."""
    z = np.uint64(key) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(item) + np.uint64(1)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@njit(cache=True, nogil=True)
def _load(scores: Any, row: Any) -> Any:
    """Copy scores to the scratch row with NaN as −∞; True where one is infinite."""
    lowest = row.dtype.type(-np.inf)
    infinite = np.int32(0)
    for c in range(len(scores)):
        value = scores[c]
        infinite = np.int32(infinite + (abs(value) == -lowest))
        row[c] = lowest if np.isnan(value) else value
    return infinite > 0


@njit(cache=True, nogil=True)
def _find(items: Any, seen: Any, row: Any, where: Any, hidden_in: Any, stamp: int) -> None:
    """Write the column of each listed item to `where`, and NaN over the columns of padding and of seen items."""
    for item in seen:
        hidden_in[item] = stamp
    for c in range(len(items) - 1, -1, -1):  # the first of an item listed twice stays
        item = items[c]
        if item >= 0:
            where[item] = c
        if item < 0 or hidden_in[item] == stamp:
            row[c] = np.nan


@njit(cache=True, nogil=True)
def _count(row: Any, value: Any) -> Any:
    """How many entries are higher than `value`, and how many equal; NaN is neither."""
    above, equal = np.int32(0), np.int32(0)
    for c in range(len(row)):
        above = np.int32(above + (row[c] > value))
        equal = np.int32(equal + (row[c] == value))
    return above, equal


@njit(cache=True, nogil=True)
def _threshold(row: Any, groups: Any, k: int) -> Any:
    """A value that at least k entries reach, if that many are no NaN, and few more unless scores tie.

    Entries are dealt to len(groups) ≥ 4k groups. If k groups have a maximum of at least t, then k entries reach t; the
    highest such t is found by halving the range of the maxima.
    """
    kind = row.dtype.type
    groups[:] = -np.inf
    for start in range(0, len(row), len(groups)):
        part = row[start : start + len(groups)]
        for j in range(len(groups)):
            groups[j] = part[j] if part[j] > groups[j] else groups[j]
    low, high = kind(np.inf), kind(-np.inf)
    for j in range(len(groups)):
        value = groups[j]
        low = value if (value > -np.inf) & (value < low) else low
        high = value if value > high else high
    above, equal = _count(groups, low)
    if above + equal < k:
        return kind(-np.inf)
    for _ in range(_BISECTIONS):
        middle = kind(low / kind(2) + high / kind(2))
        above, equal = _count(groups, middle)
        if above + equal < k:
            high = middle
            continue
        low = middle
        if above + equal <= k + k // 8:
            break
    return low


@njit(cache=True, nogil=True)
def _collect(row: Any, threshold: Any, values: Any, columns: Any) -> int:
    """The entries that reach the threshold, and their columns; returns how many. Without a branch to guess wrong."""
    count = 0
    for c in range(len(row)):
        values[count], columns[count] = row[c], c
        count += row[c] >= threshold
    return count


@njit(cache=True, nogil=True)
def _sift_down(values: Any, ties: Any, columns: Any, root: int, size: int) -> None:
    """Restore a heap whose root is the worst entry: lowest score, then highest tie-break hash."""
    while True:
        child = 2 * root + 1
        if child >= size:
            return
        right = child + 1
        if right < size and (
            values[right] < values[child] or (values[right] == values[child] and ties[right] > ties[child])
        ):
            child = right
        if values[root] < values[child] or (values[root] == values[child] and ties[root] >= ties[child]):
            return
        values[root], values[child] = values[child], values[root]
        ties[root], ties[child] = ties[child], ties[root]
        columns[root], columns[child] = columns[child], columns[root]
        root = child


@njit(cache=True, nogil=True)
def _shrink(values: Any, ties: Any, columns: Any, count: int, k: int) -> None:
    """Bring the best k of `count` entries to the front, in no order. Only where many tie are so many collected."""
    for root in range(k // 2 - 1, -1, -1):
        _sift_down(values, ties, columns, root, k)
    for i in range(k, count):
        if values[i] > values[0] or (values[i] == values[0] and ties[i] < ties[0]):
            values[0], ties[0], columns[0] = values[i], ties[i], columns[i]
            _sift_down(values, ties, columns, 0, k)


@njit(cache=True, nogil=True)
def _hash(key: int, columns: Any, items: Any, listed: bool, ties: Any) -> None:
    """The tie-break hashes of the items in these columns."""
    if listed:
        for i in range(len(columns)):
            ties[i] = mix(key, items[columns[i]])
    else:
        for i in range(len(columns)):
            ties[i] = mix(key, columns[i])


@njit(cache=True, nogil=True)
def _sort(values: Any, ties: Any, columns: Any, order: Any) -> None:
    """Write the columns of the best entries to `order`, best first. An entry's place is the number of those before."""
    for i in range(len(values)):
        place, equal = _count(values, values[i])
        if equal > 1:
            for j in range(len(values)):  # an item that is listed twice has the same hash twice
                earlier = (ties[j] < ties[i]) | ((ties[j] == ties[i]) & (j < i))
                place += (values[j] == values[i]) & earlier
        if place < len(order):
            order[place] = columns[i]


@njit(cache=True, nogil=True)
def _choose(row: Any, key: int, items: Any, listed: bool, scratch: Any, order: Any) -> int:
    """Write the columns of the best entries to `order`, best first; returns how many there are."""
    groups, values, ties, columns = scratch
    k = len(order)
    count = _collect(row, _threshold(row, groups, k), values, columns)
    _hash(key, columns[:count], items, listed, ties)
    if count > 2 * k:
        _shrink(values, ties, columns, count, k)
        count = k
    _sort(values[:count], ties, columns, order)
    return min(k, count)


@njit(cache=True, nogil=True)
def _before(row: Any, items: Any, listed: bool, value: Any, key: int, item: int) -> int:
    """How many entries with this score come before `item` by their hash."""
    tie = mix(key, item)
    count = 0
    for c in range(len(row)):
        if row[c] == value and mix(key, items[c] if listed else c) < tie:
            count += 1
    return count


@njit(cache=True, nogil=True)
def rank_rows(  # type: ignore[no-untyped-def]
    scores, candidates, listed, n_items, keys, offsets, hidden, held_offsets, held, start, stop, lists, ranks, counts
):
    """Fill lists (b, k), ranks (m,) and counts (b,) for the questions start … stop − 1.

    scores (b, c); with `listed`, candidates (b, c) says which items they belong to, −1 pads; else column c is item c.
    """
    (best, best_scores), (better, tied, position), (ranked, unscored, infinite) = lists, ranks, counts
    k, width = best.shape[1], scores.shape[1]
    size = min(4 * k, width) // _LANES * _LANES + _LANES  # of the groups in `_threshold`
    row = np.full((width // size + 1) * size, np.nan, scores.dtype)
    columns, order = np.empty(len(row), np.int32), np.empty(k, np.int32)
    scratch = np.empty(size, scores.dtype), np.empty_like(row), np.empty(len(row), np.uint64), columns
    where, hidden_in = np.zeros(n_items if listed else 0, np.int32), np.full(n_items if listed else 0, -1, np.int64)
    for r in range(start, stop):
        items, seen = candidates[r if listed else 0], hidden[offsets[r] : offsets[r + 1]]
        infinite[r] = _load(scores[r], row)
        if listed:
            _find(items, seen, row, where, hidden_in, r)
        else:
            row[seen] = np.nan
        scored, missing = _count(row, row.dtype.type(-np.inf))
        ranked[r], unscored[r] = scored + missing, missing
        for place in range(_choose(row, keys[r], items, listed, scratch, order) if k else 0):
            c = order[place]
            best[r, place], best_scores[r, place] = items[c] if listed else c, scores[r, c]
        for h in range(held_offsets[r], held_offsets[r + 1]):
            item = held[h]
            better[h], tied[h], position[h] = ranked[r], 0, 0  # behind everything, if it is hidden or no candidate
            if item < 0 or item >= n_items:
                continue
            c = where[item] if listed else item
            if np.isnan(row[c]) or (listed and items[c] != item):
                continue
            above, equal = _count(row, row[c])
            better[h], tied[h] = above, equal - 1
            if equal > 1:
                position[h] = _before(row, items, listed, row[c], keys[r], item)
