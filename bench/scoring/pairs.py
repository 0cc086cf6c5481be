"""Rows of text ids as pairs of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.scoring.rows import Rows
from bench.types import Ints, Longs

Numbers = dict[str, int]


def numbers(known: Sequence[list[str]], more: list[str]) -> Numbers:
    """Numbers from 0: ids that are known in their sorted order, then the others."""
    first: set[str] = set().union(*known)
    return {text: place for place, text in enumerate([*sorted(first), *sorted(set(more) - first)])}


@dataclass(frozen=True)
class Pairs:
    """n pairs of user and item by number."""

    users: Ints  # (n,)
    items: Ints  # (n,)
    values: NDArray[np.float64] | None  # (n,) ranks, scores or ratings
    n_items: int

    @classmethod
    def of(cls, rows: Rows | None, users: Numbers, items: Numbers) -> Pairs:
        """The pairs in `rows`, in their order; none without rows."""
        if rows is None:
            return cls(np.empty(0, np.int32), np.empty(0, np.int32), None, len(items))
        owners = np.fromiter(map(users.__getitem__, rows.users), np.int32, len(rows))
        others = np.fromiter(map(items.__getitem__, rows.items), np.int32, len(rows))
        return cls(owners, others, rows.values, len(items))

    def __len__(self) -> int:
        return len(self.users)

    @property
    def keys(self) -> Longs:
        """(n,) one number for each pair."""
        return self.users * np.int64(self.n_items) + self.items

    def take(self, rows: NDArray[Any]) -> Pairs:
        """The pairs at `rows`."""
        values = None if self.values is None else self.values[rows]
        return Pairs(self.users[rows], self.items[rows], values, self.n_items)

    def distinct(self) -> Pairs:
        """Each pair once, by user and then by item, with the value that stands first."""
        return self.take(np.unique(self.keys, return_index=True)[1])
