"""What a cell leaves behind."""

from __future__ import annotations

from dataclasses import dataclass

from bench.types import Floats, Ints, Longs, TopK


@dataclass(frozen=True)
class Answers:
    """What a cell leaves behind and every metric is computed from. q questions, m held-out items, lists of length k.

    A held-out item's rank, counted from 0, is `better + position`: `better` candidates score higher, and among the
    `tied` others with the same score it stands at `position` in the order of the tie-break.
    """

    lists: TopK  # (q, k)
    offsets: Longs  # (q + 1,) into the arrays of held-out items
    items: Ints  # (m,)
    better: Ints  # (m,)
    tied: Ints  # (m,)
    position: Ints  # (m,)
    candidates: Ints  # (q,) how many items were ranked
    unscored: Ints  # (q,) how many of them had a NaN score
    ratings: Floats | None = None  # (m,) true ratings
    predictions: Floats | None = None  # (m,) predicted ratings; NaN was replaced and counted
    refused: int = 0  # how many predictions were NaN
