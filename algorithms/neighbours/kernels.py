"""The hot loops of the neighbourhood algorithms, compiled; `similarity.py` calls them on blocks of rows.

A sparse matrix is a tuple (indptr, indices, data), a measure a tuple (kind, rest, shrinkage, amplification), with
`rest` the weight of a·b in a denominator of kind SUM. `left` holds the vectors a to compare, `inverted` lists for each
of their columns the vectors b that have it. One row costs as much as the lists of its columns are long; nothing of size
rows × rows is ever held. Casts to uint32 save the check for negative positions.

The k most similar so far are kept in a heap whose root is the worst of them. Equal similarities are ordered by a fixed
hash of the neighbour's number, so neither the order of rows in a file nor the order of the numbers (old items have low
ones) favours anybody.

Everything compiled is in this one file: Numba's cache notices a change of the file of a function, but not of the files
of the functions that it calls.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

PRODUCT, SUM = 0, 1  # of who has what, by the form of the denominator
PEARSON, EUCLIDEAN, CENTRED, BASELINE = 2, 3, 4, 5  # of common ratings
_FLAT = 1e-12  # a variance below this share of the mean square is rounding


@njit(cache=True, nogil=True, inline="always")
def _hash(number: int) -> np.uint64:
    """A permutation of the 64-bit numbers: multiplication by an odd constant, from the golden ratio (Knuth)."""
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


@njit(cache=True, nogil=True)
def _met(row: int, left: Any, inverted: Any, sums: Any, out: Any) -> int:
    """Write every b with sums[b] > 0 into `out`, each once; returns how many. Looks where it is cheaper."""
    starts, columns, _ = left
    list_starts, others, _ = inverted
    work = 0
    for column in columns[starts[row] : starts[row + 1]]:
        work += list_starts[column + 1] - list_starts[column]
    count = 0
    if work >= len(sums):
        for other in range(len(sums)):
            if sums[other] > 0:
                out[count] = other
                count += 1
        return count
    for column in columns[starts[row] : starts[row + 1]]:
        for other in others[list_starts[column] : list_starts[column + 1]]:
            if sums[other] > 0:
                out[count] = other
                count += 1
                sums[other] = -sums[other]  # met
    for other in out[:count]:
        sums[other] = -sums[other]
    return count


@njit(cache=True, nogil=True)
def _of_vectors(row: int, left: Any, inverted: Any, norms: Any, measure: Any, found: Any, met: Any) -> int:
    """Set found[b] of every b that shares a column with a; these are met[:count].

    `left` holds what a column adds to a·b; that suffices because a weight is a factor of the row times one of the
    column. norms = (what a gives to the denominator, what b gives, the factors of b).
    """
    starts, columns, values = left
    list_starts, others, _ = inverted
    own_norms, other_norms, factors = norms
    kind, rest, shrinkage, _ = measure
    for at in range(starts[row], starts[row + 1]):
        value = values[at]
        for other in others[list_starts[columns[at]] : list_starts[columns[at] + 1]]:
            found[np.uint32(other)] += value
    count = _met(row, left, inverted, found, met)
    if kind == PRODUCT:
        for other in met[:count]:
            found[other] *= factors[other] / (own_norms[row] * other_norms[other] + shrinkage)
    else:
        for other in met[:count]:
            common = found[other] * factors[other]
            found[other] = common / (own_norms[row] + other_norms[other] + rest * common + shrinkage)
    return count


@njit(cache=True, nogil=True)
def _of_common(kind: int, n: float, sums: Any) -> Any:
    """Similarity from Σa, Σb, Σa², Σb², Σab over n common columns."""
    a, b, aa, bb, ab = sums[0], sums[1], sums[2], sums[3], sums[4]
    if kind == EUCLIDEAN:
        return 1 / (1 + np.sqrt(max(aa + bb - 2 * ab, 0.0) / n))
    if kind != PEARSON:  # two roots: then all pairs with one common column tie at exactly 1 or -1
        return ab / (np.sqrt(aa) * np.sqrt(bb)) if aa > 0 and bb > 0 else 0.0
    spread_a, spread_b = n * aa - a * a, n * bb - b * b
    if spread_a <= _FLAT * n * aa or spread_b <= _FLAT * n * bb:
        return 0.0
    return (n * ab - a * b) / np.sqrt(spread_a * spread_b)


@njit(cache=True, nogil=True)
def _of_ratings(row: int, left: Any, inverted: Any, measure: Any, sums: Any, found: Any, met: Any) -> int:
    """The same for the similarities of common ratings; sums (n, 5) and found are zero before, sums also after."""
    starts, columns, values = left
    list_starts, others, ratings = inverted
    kind, _, shrinkage, _ = measure
    for at in range(starts[row], starts[row + 1]):
        a = values[at]
        for place in range(list_starts[columns[at]], list_starts[columns[at] + 1]):
            other, b = np.uint32(others[place]), ratings[place]
            found[other] += 1
            sums[other, 0] += a
            sums[other, 1] += b
            sums[other, 2] += a * a
            sums[other, 3] += b * b
            sums[other, 4] += a * b
    count = _met(row, left, inverted, found, met)
    for other in met[:count]:
        n = found[other]
        evidence = n - 1 if kind == BASELINE else n
        trust = evidence / (evidence + shrinkage) if evidence > 0 else 0.0
        found[other] = trust * _of_common(kind, n, sums[other])
        sums[other] = 0
    return count


@njit(cache=True, nogil=True)
def _compare(row: int, left: Any, inverted: Any, norms: Any, measure: Any, sums: Any, found: Any, met: Any) -> int:
    kind, _, _, amplification = measure
    if kind in (PRODUCT, SUM):
        count = _of_vectors(row, left, inverted, norms, measure, found, met)
    else:
        count = _of_ratings(row, left, inverted, measure, sums, found, met)
    if amplification != 1:
        for other in met[:count]:
            found[other] = max(found[other], 0.0) ** amplification
    return count


@njit(cache=True, nogil=True)
def _space(measure: Any, n: int) -> Any:
    """Arrays for the comparison of one row with n vectors: sums (n or 0, 5) and found (n,), zeros, and met (n,)."""
    return np.zeros((0 if measure[0] in (PRODUCT, SUM) else n, 5)), np.zeros(n), np.empty(n, np.int32)


@njit(cache=True, nogil=True)
def nearest(  # type: ignore[no-untyped-def]
    start, stop, left, inverted, norms, own, measure, whose, similarities, sizes
):
    """Fill whose, similarities (rows, k) and sizes (rows,) for rows start … stop − 1, in no particular order.

    Only positive similarities count. own[row] is the vector that is the row itself, or −1.
    """
    sums, found, met = _space(measure, len(norms[1]))
    best = np.empty(whose.shape[1])
    for row in range(start, stop):
        count = _compare(row, left, inverted, norms, measure, sums, found, met)
        size = 0
        for other in met[:count]:
            if found[other] > 0 and other != own[row]:
                size = offer(best, whose[row], size, found[other], other)
            found[other] = 0
        similarities[row, :size] = best[:size]
        sizes[row] = size


@njit(cache=True, nogil=True)
def deviations(  # type: ignore[no-untyped-def]
    start, stop, left, inverted, norms, own, measure, k, pair_starts, pair_profiles, profiles, votes, out
):
    """out[p] = Σ sim·vote·value / Σ sim·vote over the k vectors in profile p most similar to the row of pair p.

    Pairs are grouped: row r owns pair_starts[r]:pair_starts[r + 1]. A profile is a row of `profiles`: its indices are
    vectors, its data their values; `votes` stand beside the values, or are empty where each is 1. Where there is no
    similar vector with a vote, out[p] is 0.
    """
    sums, found, met = _space(measure, len(norms[1]))
    best, whose = np.empty(k), np.empty(k, np.int32)
    profile_starts, members, values = profiles
    for row in range(start, stop):
        if pair_starts[row] == pair_starts[row + 1]:
            continue
        count = _compare(row, left, inverted, norms, measure, sums, found, met)
        if own[row] >= 0:
            found[own[row]] = 0
        for pair in range(pair_starts[row], pair_starts[row + 1]):
            low, high = profile_starts[pair_profiles[pair]], profile_starts[pair_profiles[pair] + 1]
            size = 0
            for member in members[low:high]:
                if found[member] > 0:
                    size = offer(best, whose, size, found[member], member)
            total, weight = 0.0, 0.0
            for place in range(low, high):
                similarity = found[members[place]]
                if similarity > 0 and not worse(similarity, members[place], best[0], whose[0]):
                    vote = similarity * votes[place] if len(votes) > 0 else similarity
                    total += vote * values[place]
                    weight += vote
            out[pair] = total / weight if weight > 0 else 0.0
        for other in met[:count]:
            found[other] = 0


@njit(cache=True, nogil=True)
def product(start: int, stop: int, left: Any, right: Any, out: Any) -> None:
    """Fill rows start … stop − 1 of the dense product out (rows, n) of two sparse matrices, summed in float64."""
    starts, columns, values = left
    row_starts, targets, weights = right
    total = np.empty(out.shape[1])
    for row in range(start, stop):
        total[:] = 0
        for at in range(starts[row], starts[row + 1]):
            value = values[at]
            for place in range(row_starts[columns[at]], row_starts[columns[at] + 1]):
                total[np.uint32(targets[place])] += value * weights[place]
        out[row] = total
