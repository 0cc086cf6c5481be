"""Made-up questions for tests of ranking and evaluation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bench.types import HeldOut, Query


def query(histories: Sequence[Sequence[int]], n_items: int, candidates: Sequence[Sequence[int]] | None = None) -> Query:
    """One question for each history, asked by user 0, 1, 2 …"""
    count = len(histories)
    return Query(
        keys=np.arange(count, dtype=np.int64) * 3 + 5,
        users=np.arange(count, dtype=np.int32),
        offsets=np.concatenate([[0], np.cumsum([len(h) for h in histories])]).astype(np.int64),
        items=np.array([item for h in histories for item in h], np.int32),
        ratings=None,
        times=None,
        n_items=n_items,
        candidates=None if candidates is None else np.array(candidates, np.int32),
    )


def held_out(asked: Query, answers: Sequence[Sequence[int]], ratings: bool = False) -> HeldOut:
    """The same questions with their held-out items."""
    items = np.array([item for a in answers for item in a], np.int32)
    offsets = np.concatenate([[0], np.cumsum([len(a) for a in answers])]).astype(np.int64)
    return HeldOut(asked, offsets, items, np.full(len(items), 3.0, np.float32) if ratings else None)
