"""Interactions made up for measurements: a power law over users and over items, seeded, no pair twice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import csv

USERS, ITEMS = 138_000, 27_000  # those of MovieLens 20M
EXPONENT = 0.8  # of the power law; the most popular item then has some 2 % of the interactions
BEGIN, SPAN = 789_652_009, 638_000_000  # seconds: the years 1995 to 2015
Rows = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]  # users, items, ratings, times; (n,) each


def interactions(n: int, users: int = USERS, items: int = ITEMS, seed: int = 0) -> Rows:
    """n distinct pairs with ratings .5 to 5, in the order of time as a log has them; every number from 1."""
    generator = np.random.default_rng(seed)
    found = np.empty(0, np.int64)
    while len(found) < n:
        more = n - len(found) + n // 50
        drawn = _drawn(generator, users, more).astype(np.int64) * items + _drawn(generator, items, more)
        found = np.unique(np.concatenate([found, drawn]))
    found = generator.permutation(found)[:n]
    ratings = generator.integers(1, 11, n) / 2
    times = np.sort(generator.integers(0, SPAN, n)) + BEGIN
    return found // items + 1, found % items + 1, ratings, times


def _drawn(generator: np.random.Generator, count: int, n: int) -> np.ndarray:
    """n numbers below `count`, the k-th of them with probability ∝ (k + 10)^−EXPONENT."""
    weights = (np.arange(count) + 10.0) ** -EXPONENT
    return np.searchsorted(np.cumsum(weights) / weights.sum(), generator.random(n)).astype(np.int32)


def write_csv(path: Path, rows: Rows) -> None:
    """user,item,rating,time with a header."""
    csv.write_csv(pa.table(dict(zip(("user", "item", "rating", "time"), rows, strict=True))), path)


def write_double_colons(path: Path, rows: Rows) -> None:
    """user::item::rating::time without a header, ratings as whole numbers: MovieLens 1M."""
    columns = [column.astype(np.int64).astype(str).tolist() for column in rows]
    path.write_text("".join(f"{u}::{i}::{r}::{t}\n" for u, i, r, t in zip(*columns, strict=True)), encoding="ascii")
