"""Rated histories side by side in rectangles."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from algorithms.neural.sequence.rectangles import rectangle
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
        where, real = rectangle(starts, lengths, self.device)
        return Histories(self.items[where], self.ratings[where], real)
