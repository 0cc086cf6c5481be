"""The k most similar so far, in a heap whose root is the worst of them.

Equal similarities are ordered by a fixed hash of the neighbour's number, so neither the order of rows in a file nor the
order of the numbers (old items have low ones) favours anybody.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit


@njit(cache=True, nogil=True, inline="always")
def _hash(number: int) -> np.uint64:
    """A permutation of the 64-bit numbers: multiplication by an odd constant, the golden ratio (Knuth, TAOCP 6.4)."""
    return np.uint64(number) * np.uint64(0x9E3779B97F4A7C15)


@njit(cache=True, nogil=True, inline="always")
def worse(similarity: float, who: int, other_similarity: float, other: int) -> bool:
    """Whether `who` comes after `other`."""
    return bool(similarity < other_similarity or (similarity == other_similarity and _hash(who) > _hash(other)))


@njit(cache=True, nogil=True)
def offer(best: Any, whose: Any, size: int, similarity: float, who: int) -> int:
    """Add one neighbour to the heap best, whose (k,) that holds `size`; returns the new size. O(log k)."""
    if size < len(best):
        place = size
        while place > 0:
            parent = (place - 1) // 2
            if not worse(similarity, who, best[parent], whose[parent]):
                break
            best[place], whose[place] = best[parent], whose[parent]
            place = parent
        best[place], whose[place] = similarity, who
        return size + 1
    if not worse(best[0], whose[0], similarity, who):
        return size
    place = 0
    while True:
        child = 2 * place + 1
        if child >= size:
            break
        if child + 1 < size and worse(best[child + 1], whose[child + 1], best[child], whose[child]):
            child += 1
        if not worse(best[child], whose[child], similarity, who):
            break
        best[place], whose[place] = best[child], whose[child]
        place = child
    best[place], whose[place] = similarity, who
    return size
