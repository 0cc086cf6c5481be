"""Algorithms by groups of users, items and time: how near each comes to the best one there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from reports.figures import tiles
from reports.figures.tiles import Tiles
from reports.slices import Sliced

SCALE = "share of the best of the column"


def draw(sliced: Sequence[Sliced]) -> Figure:
    """A row for each algorithm, a column for each group, its best algorithm 1."""
    labels = list(dict.fromkeys(row.label for one in sliced for row, _ in one.rows))
    heads = [head(one.by, name) for one in sliced for name in one.names]
    values = np.full((len(labels), len(heads)), np.nan)
    texts = [[""] * len(heads) for _ in labels]
    column = 0
    for one in sliced:
        best = bests(one)
        for row, found in one.rows:
            line = labels.index(row.label)
            for offset, (value, top) in enumerate(zip(found, best, strict=True)):
                values[line, column + offset] = tiles.share(value, top, one.column.sign)
                texts[line][column + offset] = one.column.text(value)
        column += len(one.names)
    return tiles.draw(Tiles(values, labels, heads, texts, SCALE, 0.0, 1.0))


def head(by: str, name: str) -> str:
    """The name of a group, without how many are in it."""
    return f"{by}: {name.rpartition(' (')[0] or name}"


def bests(sliced: Sliced) -> list[float | None]:
    """The best value of each group."""
    best = max if sliced.column.sign > 0 else min
    columns = zip(*(values for _, values in sliced.rows), strict=True)
    return [best((v for v in column if v is not None), default=None) for column in columns]
