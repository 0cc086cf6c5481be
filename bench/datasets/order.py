"""The order of interactions: by user, then by time, then by a hash that favours no item; in time linear in their number
where users come with a few hundred interactions each.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix

from bench.types import Bools, Ints, Longs

WIDTH = 62  # bits of a key that are used; the sign is not


def tie_hash(users: Ints, items: Ints) -> NDArray[np.uint64]:
    """(n,) a 64-bit hash of each (user number, item number): SplitMix64's finaliser (Steele, Lea and Flood 2014)."""
    z = users.astype(np.uint64)
    z *= np.uint64(0x9E3779B97F4A7C15)
    z += items.astype(np.uint64)
    z += np.uint64(1)
    z ^= z >> np.uint64(30)
    z *= np.uint64(0xBF58476D1CE4E5B9)
    z ^= z >> np.uint64(27)
    z *= np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return z


def by_number(numbers: Ints, count: int) -> Longs:
    """(n,) positions that sort `numbers`, all below `count`; equal ones stay in their order. A counting sort."""
    n = len(numbers)
    if n == 0 or (numbers[1:] >= numbers[:-1]).all():
        return np.arange(n)
    marks = coo_matrix((np.ones(n, np.bool_), (numbers, np.arange(n, dtype=np.int32))), shape=(count, n))
    marks.has_canonical_format = True  # every column has one mark; saves a search for duplicates
    return np.asarray(marks.tocsr().indices, np.int64)  # numpy would make this copy for every use


def by_time(users: Ints, items: Ints, ratings: NDArray[Any] | None, when: NDArray[Any], n_users: int) -> Longs:
    """(n,) positions that sort by user, time, hash of user and item, and rating."""
    order = by_number(users, n_users)
    ranks, bits = _ranks(when, WIDTH - n_users.bit_length())
    order, tied = _refined(order, _packed(_sorted(users, n_users), ranks[order], bits))
    if tied.any():
        rows = order[tied]
        last = None if ratings is None else ratings[rows]
        order[tied] = rows[_by_hash(_packed(users[rows], ranks[rows], bits), tie_hash(users[rows], items[rows]), last)]
    return order


def by_item(users: Ints, items: Ints, ratings: NDArray[Any] | None, n_users: int, n_items: int) -> Longs:
    """(n,) positions that sort by user, item and rating."""
    order = by_number(users, n_users)
    order, tied = _refined(order, pairs(_sorted(users, n_users), items[order], n_items))
    if ratings is not None and tied.any():
        rows = order[tied]
        order[tied] = rows[np.lexsort((ratings[rows], items[rows], users[rows]))]
    return order


def pairs(users: Ints, items: Ints, n_items: int) -> Longs:
    """(n,) one number for each pair of user and item."""
    keys = users.astype(np.int64)
    keys *= n_items
    keys += items
    return keys


def repeated(users: Ints, items: Ints, n_items: int) -> Bools:
    """(n,) which rows have the same user and item as another; fast where the rows are sorted by user."""
    keys = pairs(users, items, n_items)
    inorder = np.sort(keys, kind="stable")
    twice = np.unique(inorder[1:][inorder[1:] == inorder[:-1]])
    if not len(twice):
        return np.zeros(len(keys), np.bool_)
    del inorder
    return np.asarray(twice[np.minimum(np.searchsorted(twice, keys), len(twice) - 1)] == keys)


def _sorted(users: Ints, n_users: int) -> Ints:
    """(n,) the same numbers, rising; cheaper than to fetch them from all over the memory."""
    return np.repeat(np.arange(n_users, dtype=np.int32), np.bincount(users, minlength=n_users))


def _refined(order: Longs, keys: Longs) -> tuple[Longs, Bools]:
    """`order` sorted by `keys`, which are those of order[0], order[1] …, and which places (n,) hold equal keys.

    Equal ones stay in their order. Keys that rise in runs are sorted fast: numpy's stable sort looks for them.
    """
    places = np.argsort(keys, kind="stable")
    inorder = keys[places]
    equal = inorder[1:] == inorder[:-1]
    tied = np.zeros(len(order), np.bool_)
    tied[1:] |= equal
    tied[:-1] |= equal
    return order[places], tied


def _ranks(values: NDArray[Any], bits: int) -> tuple[Longs, int]:
    """(n,) whole numbers from 0 in the same order, equal where the values are, and how many bits the largest has."""
    if values.dtype.kind in "iu":
        low, needed = int(values.min()), (int(values.max()) - int(values.min())).bit_length()
        if needed <= bits:
            return values.astype(np.int64) - low, needed
    ranks = np.unique(values, return_inverse=True)[1].reshape(-1).astype(np.int64)
    return ranks, int(ranks.max()).bit_length()


def _packed(first: NDArray[Any], second: Longs, bits: int) -> Longs:
    """One number of both, the second in the lower bits."""
    keys = first.astype(np.int64)
    keys <<= bits
    keys |= second
    return keys


def _by_hash(keys: Longs, hashes: NDArray[np.uint64], ratings: NDArray[Any] | None) -> Longs:
    """(m,) positions that sort rows whose keys rise already by hash and rating, too."""
    run = np.cumsum(np.append(False, keys[1:] != keys[:-1]))
    bits = WIDTH - int(run[-1]).bit_length()
    leading = (hashes >> np.uint64(64 - bits)).astype(np.int64)
    order, tied = _refined(np.arange(len(run)), _packed(run, leading, bits))
    if tied.any():  # the same pair twice, or two hashes that begin alike
        rows = order[tied]
        last = () if ratings is None else (ratings[rows],)
        order[tied] = rows[np.lexsort((*last, hashes[rows], run[rows]))]
    return order
