"""The only place where seen items are hidden, ties are broken and the best k are chosen.

Candidates are ordered by score, highest first; NaN ("cannot score") comes after every number. Equal scores are ordered
by a hash of (question, item), the same for all algorithms, so a constant scorer gets chance level instead of the luck
of the item order. Complexity per question: O(c + k log k · log c) for the list, O(c) per held-out item.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from bench.errors import InvalidOutput
from bench.types import Floats, HeldOut, Hidden, Ints, Longs, Query, TopK, frozen

_NO_COLUMNS = np.empty((0, 0), np.int32)


@dataclass(frozen=True)
class Ranks:
    """Where held-out items stand among the candidates; see `bench.types.Answers`."""

    better: Ints  # (m,)
    tied: Ints  # (m,)
    position: Ints  # (m,)
    candidates: Ints  # (q,)
    unscored: Ints  # (q,)


@njit(cache=True, nogil=True, inline="always")
def _mix(key: int, item: int) -> np.uint64:
    """A 64-bit hash of (question, item): the finaliser of SplitMix64 (Steele, Lea and Flood 2014)."""
    z = np.uint64(key) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(item) + np.uint64(1)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@njit(cache=True, nogil=True)
def _sift_down(scores: Any, ties: Any, columns: Any, root: int, size: int) -> None:
    """Restore a heap whose root is the worst entry: lowest score, then highest tie-break hash."""
    while True:
        child = 2 * root + 1
        if child >= size:
            return
        right = child + 1
        if right < size and (
            scores[right] < scores[child] or (scores[right] == scores[child] and ties[right] > ties[child])
        ):
            child = right
        if scores[root] < scores[child] or (scores[root] == scores[child] and ties[root] >= ties[child]):
            return
        scores[root], scores[child] = scores[child], scores[root]
        ties[root], ties[child] = ties[child], ties[root]
        columns[root], columns[child] = columns[child], columns[root]
        root = child


@njit(cache=True, nogil=True)
def _select(  # type: ignore[no-untyped-def]  # noqa: PLR0912
    scores, columns, keys, offsets, hidden, hide, n_items, out_items, out_scores
):
    """Fill out_items and out_scores (b, k) row by row with a bounded heap."""
    k = out_items.shape[1]
    listed = columns.shape[0] > 0
    mask = np.zeros(n_items, np.bool_)
    best = np.empty(k, np.float64)
    ties = np.empty(k, np.uint64)
    where = np.empty(k, np.int64)
    for row in range(scores.shape[0]):
        seen = hidden[offsets[row] : offsets[row + 1]]
        if hide:
            mask[seen] = True
        size = 0
        for column in range(scores.shape[1]):
            value = np.float64(scores[row, column])
            if size == k and value < best[0]:
                continue
            item = columns[row, column] if listed else column
            if item < 0 or mask[item]:
                continue
            if np.isnan(value):
                value = np.float64(-np.inf)
            tie = _mix(keys[row], item)
            if size < k:
                best[size], ties[size], where[size] = value, tie, column
                size += 1
                if size == k:
                    for root in range(k // 2 - 1, -1, -1):
                        _sift_down(best, ties, where, root, k)
            elif value > best[0] or (value == best[0] and tie < ties[0]):
                best[0], ties[0], where[0] = value, tie, column
                _sift_down(best, ties, where, 0, k)
        if size < k:
            for root in range(size // 2 - 1, -1, -1):
                _sift_down(best, ties, where, root, size)
        for last in range(size - 1, -1, -1):
            column = where[0]
            out_items[row, last] = columns[row, column] if listed else column
            out_scores[row, last] = scores[row, column]
            best[0], ties[0], where[0] = best[last], ties[last], where[last]
            _sift_down(best, ties, where, 0, last)
        mask[seen] = False


@njit(cache=True, nogil=True)
def _locate(  # type: ignore[no-untyped-def]  # noqa: PLR0912
    scores, columns, keys, offsets, hidden, hide, n_items, held_offsets, held, ranks, candidates, unscored
):
    """Count, for each held-out item, the candidates above it and the ties before it."""
    better, tied, position = ranks
    listed = columns.shape[0] > 0
    width = scores.shape[1]
    row_scores = np.empty(width, np.float64)
    row_items = np.empty(width, np.int64)
    mask = np.zeros(n_items, np.bool_)
    for row in range(scores.shape[0]):
        seen = hidden[offsets[row] : offsets[row + 1]]
        if hide:
            mask[seen] = True
        count = 0
        missing = 0
        for column in range(width):
            item = columns[row, column] if listed else column
            if item < 0 or mask[item]:
                continue
            value = np.float64(scores[row, column])
            if np.isnan(value):
                value = np.float64(-np.inf)
                missing += 1
            row_scores[count] = value
            row_items[count] = item
            count += 1
        candidates[row] = count
        unscored[row] = missing
        for h in range(held_offsets[row], held_offsets[row + 1]):
            own = -1
            for c in range(count):
                if row_items[c] == held[h]:
                    own = c
                    break
            if own < 0:  # hidden or not a candidate: behind everything
                better[h], tied[h], position[h] = count, 0, 0
                continue
            value = row_scores[own]
            above = 0
            equal = 0
            for c in range(count):
                above += row_scores[c] > value
                equal += row_scores[c] == value
            before = 0
            if equal > 1:
                tie = _mix(keys[row], held[h])
                for c in range(count):
                    if row_scores[c] == value and _mix(keys[row], row_items[c]) < tie:
                        before += 1
            better[h], tied[h], position[h] = above, equal - 1, before
        mask[seen] = False


def _checked(scores: Floats, query: Query) -> tuple[NDArray[Any], NDArray[Any]]:
    """Scores as a floating (b, width) array and the item number behind each column."""
    array = np.asarray(scores)
    listed = query.candidates is not None
    widths = {query.n_items} | ({query.candidates.shape[1]} if query.candidates is not None else set())
    if array.dtype.kind != "f":
        raise InvalidOutput(f"score returned {array.dtype} values, not floating point")
    if array.ndim != 2 or array.shape[0] != len(query) or array.shape[1] not in widths:
        expected = " or ".join(f"({len(query)}, {width})" for width in sorted(widths, reverse=True))
        raise InvalidOutput(f"score returned shape {array.shape}, not {expected}")
    infinite = np.flatnonzero(np.isinf(array).any(axis=1))
    if len(infinite):
        first = query.keys[infinite[:5]].tolist()
        raise InvalidOutput(f"infinite scores for {len(infinite)} of {len(query)} questions, first {first}")
    if array.dtype not in (np.float32, np.float64):
        array = array.astype(np.float32)
    if not listed or query.candidates is None:
        return np.ascontiguousarray(array), _NO_COLUMNS
    columns = np.ascontiguousarray(query.candidates, np.int32)
    if array.shape[1] == query.n_items != columns.shape[1]:
        array = np.take_along_axis(array, np.maximum(columns, 0), axis=1)
    return np.ascontiguousarray(array), columns


def _left_out(query: Query, hidden: Hidden | None) -> tuple[Longs, Ints]:
    return (query.offsets, query.items) if hidden is None else (hidden.offsets, hidden.items)


def top_k(scores: Floats, query: Query, k: int, *, hide_seen: bool = True, hidden: Hidden | None = None) -> TopK:
    """The k best candidates of each question, best first.

    Items of the history are left out unless `hide_seen=False`; with `hidden`, those items in their place.

    Raises InvalidOutput for a wrong shape, a non-floating type or infinite scores.
    """
    array, columns = _checked(scores, query)
    items = np.full((len(query), k), -1, np.int32)
    values = np.full((len(query), k), np.nan, array.dtype)
    offsets, left_out = _left_out(query, hidden)
    _select(array, columns, query.keys, offsets, left_out, hide_seen, query.n_items, items, values)
    return TopK(items, values)


def locate(scores: Floats, held_out: HeldOut) -> Ranks:
    """Where each held-out item stands among all candidates of its question that are not hidden. Raises as `top_k`."""
    query = held_out.query
    array, columns = _checked(scores, query)
    m, q = len(held_out.items), len(query)
    better, tied, position = (np.zeros(m, np.int32) for _ in range(3))
    candidates, unscored = (np.zeros(q, np.int32) for _ in range(2))
    history = (query.keys, *_left_out(query, held_out.hidden), True, query.n_items)
    held = (held_out.offsets, held_out.items)
    _locate(array, columns, *history, *held, (better, tied, position), candidates, unscored)
    return Ranks(better, tied, position, candidates, unscored)


def compile_kernels() -> None:
    """Compile the loops above and leave them in numba's cache, so that no cell has to do it within its time."""
    empty, zero = np.zeros(0, np.int32), np.zeros(1, np.int64)
    offsets = np.zeros(2, np.int64)
    for array in (zero, empty, offsets):
        frozen(array)
    query = Query(zero, frozen(np.zeros(1, np.int32)), offsets, empty, None, None, 1)
    held_out = HeldOut(query, offsets, empty, None)
    for kind in (np.float32, np.float64):
        top_k(np.zeros((1, 1), kind), query, 1)
        locate(np.zeros((1, 1), kind), held_out)


def tie_order(keys: Longs, items: Ints) -> NDArray[np.uint64]:
    """The tie-break hashes of (question, item) pairs, for tests and for anyone who wants to check them."""
    return np.array([_mix(key, item) for key, item in zip(keys.tolist(), items.tolist(), strict=True)], np.uint64)
