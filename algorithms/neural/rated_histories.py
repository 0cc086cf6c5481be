"""Rated histories side by side in rectangles: those of about the same length together, gaps at their ends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from bench.types import Floats, Ints, Longs


class Histories(NamedTuple):
    """Rated histories, oldest first; what stands after the end of one says nothing."""

    items: Tensor  # (b, l)
    ratings: Tensor  # (b, l)
    real: Tensor  # (b, l) false after the end


class Ratings:
    """All ratings (n,) in one row, from which histories are taken."""

    def __init__(self, items: Ints, ratings: Floats, device: torch.device) -> None:
        self.device = device
        self.items = torch.tensor(items, dtype=torch.long, device=device)
        self.ratings = torch.tensor(ratings, dtype=torch.float32, device=device)

    def histories(self, starts: Longs, lengths: Longs) -> Histories:
        """The histories (b,) that begin at `starts` and have `lengths`; l is the longest."""
        begin, length = (torch.as_tensor(part, device=self.device)[:, None] for part in (starts, lengths))  # (b, 1)
        place = torch.arange(int(lengths.max(initial=0)), device=self.device)  # (l,)
        real = place < length  # (b, l)
        where = torch.where(real, begin + place, 0)
        return Histories(self.items[where], self.ratings[where], real)


def cut(offsets: Longs, most: int) -> tuple[Longs, Longs]:
    """Starts (m,) and lengths (m,) of the pieces, at most `most` ratings long, into which histories are cut."""
    pieces = -(-np.diff(offsets) // most)  # of each history
    first = np.repeat(np.cumsum(pieces) - pieces, pieces)
    starts = np.repeat(offsets[:-1], pieces) + most * (np.arange(len(first)) - first)
    return starts, np.minimum(np.repeat(offsets[1:], pieces) - starts, most)


def buckets(ascending: Longs, size: int) -> Iterator[slice]:
    """Ranges of histories of `ascending` lengths (m,) whose rectangle has at most `size` places, or one history."""
    start = 0
    for stop in range(1, len(ascending) + 1):
        if stop == len(ascending) or (stop + 1 - start) * ascending[stop] > size:
            yield slice(start, stop)
            start = stop
