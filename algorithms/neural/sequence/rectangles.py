"""Histories of different lengths side by side: those of about the same length together, gaps at their ends."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from bench.types import Longs


def rectangle(starts: Longs, lengths: Longs, device: torch.device) -> tuple[Tensor, Tensor]:
    """Places (b, l) in the row of everything of b histories that begin at `starts`, and which places are real (b, l).

    l is the longest of the `lengths`; what stands after the end of a history is place 0.
    """
    begin, length = (torch.as_tensor(part, device=device)[:, None] for part in (starts, lengths))  # (b, 1)
    place = torch.arange(int(lengths.max(initial=0)), device=device)  # (l,)
    real = place < length  # (b, l)
    return torch.where(real, begin + place, 0), real


def cut(starts: Longs, lengths: Longs, most: int) -> tuple[Longs, Longs]:
    """Starts (m,) and lengths (m,) of the pieces, at most `most` long, into which histories are cut, from their ends.

    So the first piece of a history is the one that may be short.
    """
    pieces = -(-lengths // most)  # of each history
    whose = np.repeat(np.arange(len(starts)), pieces)
    later = np.arange(len(whose)) - (np.cumsum(pieces) - pieces)[whose]  # pieces after it
    ends = (starts + lengths)[whose] - most * later
    begins = np.maximum(starts[whose], ends - most)
    return begins, ends - begins


def buckets(ascending: Longs, size: int) -> Iterator[slice]:
    """Ranges of histories of `ascending` lengths (m,) whose rectangle has at most `size` places, or one history."""
    start = 0
    for stop in range(1, len(ascending) + 1):
        if stop == len(ascending) or (stop + 1 - start) * ascending[stop] > size:
            yield slice(start, stop)
            start = stop
