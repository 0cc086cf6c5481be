"""The only place where seen items are hidden, ties are broken and the best k are chosen.

Candidates are ordered by score, highest first; NaN ("cannot score") comes after every number. Equal scores are ordered
by a hash of (question, item), the same for all algorithms, so a constant scorer gets chance level instead of the luck
of the item order. Time per question: O(c + k²) for the list, O(c) per held-out item; where nearly all of the c
candidates tie, O(c log k + k²) for the list and as long for each held-out item among them.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.errors import InvalidOutput
from bench.ranking_loops import mix, rank_rows
from bench.types import Floats, HeldOut, Hidden, Ints, Longs, Query, TopK, frozen

_ALL_ITEMS = frozen(np.empty((1, 0), np.int32))  # in place of candidates: column c is item c


@dataclass(frozen=True)
class Ranks:
    """Where held-out items stand among the candidates; see `bench.types.Answers`."""

    better: Ints  # (m,)
    tied: Ints  # (m,)
    position: Ints  # (m,)
    candidates: Ints  # (q,)
    unscored: Ints  # (q,)


def _checked(scores: Floats, query: Query) -> tuple[NDArray[Any], NDArray[Any]]:
    """Scores as a floating (b, width) array and the item number behind each column."""
    array = np.asarray(scores)
    widths = {query.n_items} | ({query.candidates.shape[1]} if query.candidates is not None else set())
    if array.dtype.kind != "f":
        raise InvalidOutput(f"score returned {array.dtype} values, not floating point")
    if array.ndim != 2 or array.shape[0] != len(query) or array.shape[1] not in widths:
        expected = " or ".join(f"({len(query)}, {width})" for width in sorted(widths, reverse=True))
        raise InvalidOutput(f"score returned shape {array.shape}, not {expected}")
    if array.dtype not in (np.float32, np.float64):
        array = array.astype(np.float32)
    if query.candidates is None:
        return array, _ALL_ITEMS
    columns = query.candidates
    if array.shape[1] == query.n_items != columns.shape[1]:
        array = np.take_along_axis(array, np.maximum(columns, 0), axis=1)
    return array, columns


def _given(array: NDArray[Any], kind: Any = None) -> NDArray[Any]:
    """The array as the loops are compiled for: contiguous and read-only."""
    return np.asarray(frozen(np.ascontiguousarray(array, kind).view()))


def _ranked(scores: Floats, asked: HeldOut, hidden: Hidden, k: int, threads: int = 1) -> tuple[TopK, Ranks]:
    """Lists of length k and the ranks of the held-out items."""
    query, m, b = asked.query, len(asked.items), len(asked)
    array, columns = _checked(scores, query)
    best = TopK(np.full((b, k), -1, np.int32), np.full((b, k), np.nan, array.dtype))
    better, tied, position = (np.zeros(m, np.int32) for _ in range(3))
    candidates, unscored, infinite = np.zeros(b, np.int32), np.zeros(b, np.int32), np.zeros(b, np.bool_)
    inputs: list[Any] = [_given(array), _given(columns, np.int32), query.candidates is not None, query.n_items]
    inputs += [_given(query.keys, np.int64)]
    for offsets, items in ((hidden.offsets, hidden.items), (asked.offsets, asked.items)):
        inputs += [_given(offsets, np.int64), _given(items, np.int32)]
    outputs = ((best.items, best.scores), (better, tied, position), (candidates, unscored, infinite))

    def work(bounds: tuple[int, int]) -> None:
        rank_rows(*[*inputs, *bounds, *outputs])

    shares = list(pairwise(np.linspace(0, b, threads + 1).astype(int).tolist()))  # (start, stop) for each thread
    if threads == 1:
        work(shares[0])
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(work, shares))
    if infinite.any():
        first = query.keys[infinite][:5].tolist()
        raise InvalidOutput(f"infinite scores for {infinite.sum()} of {b} questions, first {first}")
    return best, Ranks(better, tied, position, candidates, unscored)


def _left_out(query: Query, hidden: Hidden | None) -> Hidden:
    return Hidden(query.offsets, query.items) if hidden is None else hidden


def _nothing(questions: int) -> tuple[Longs, Ints]:
    """Offsets and items of questions to which nothing belongs."""
    return np.zeros(questions + 1, np.int64), np.empty(0, np.int32)


def top_k(scores: Floats, query: Query, k: int, *, hide_seen: bool = True, hidden: Hidden | None = None) -> TopK:
    """The k best candidates of each question, best first.

    Items of the history are left out unless `hide_seen=False`; with `hidden`, those items in their place.

    Raises InvalidOutput for a wrong shape, a non-floating type or infinite scores.
    """
    nothing = _nothing(len(query))
    left_out = _left_out(query, hidden) if hide_seen else Hidden(*nothing)
    return _ranked(scores, HeldOut(query, *nothing, None), left_out, k)[0]


def locate(scores: Floats, held_out: HeldOut) -> Ranks:
    """Where each held-out item stands among all candidates of its question that are not hidden. Raises as `top_k`."""
    return lists_and_ranks(scores, held_out, 0)[1]


def lists_and_ranks(scores: Floats, held_out: HeldOut, k: int, *, threads: int = 1) -> tuple[TopK, Ranks]:
    """What `top_k` and `locate` say, in one pass over the scores, whatever the number of threads. Raises as they."""
    return _ranked(scores, held_out, _left_out(held_out.query, held_out.hidden), k, threads)


def compile_kernels() -> None:
    """Compile the loops and leave them in numba's cache, so that no cell has to do it within its time."""
    nothing = _nothing(1)
    query = Query(np.zeros(1, np.int64), np.zeros(1, np.int32), *nothing, None, None, 1)
    for kind in (np.float32, np.float64):
        top_k(np.zeros((1, 1), kind), query, 1)


def tie_order(keys: Longs, items: Ints) -> NDArray[np.uint64]:
    """The tie-break hashes of (question, item) pairs, for tests and for anyone who wants to check them."""
    return np.array([mix(key, item) for key, item in zip(keys.tolist(), items.tolist(), strict=True)], np.uint64)
