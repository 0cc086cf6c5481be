"""Tables of tiles, a colour for each number: what all pairs of algorithms, or algorithms and data sets, look like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib import colormaps
from matplotlib.figure import Figure

from bench.types import Floats
from reports.figures import style

TILE, MARGIN, WRITTEN = 0.3, 2.6, 16  # inches; numbers are written in tiles of at most so many rows
LETTER = 0.075  # inches; names of columns stand upright


@dataclass(frozen=True)
class Tiles:
    """What is drawn; NaN is an empty tile."""

    values: Floats  # (rows, columns)
    rows: Sequence[str]
    columns: Sequence[str]
    texts: Sequence[Sequence[str]]
    scale: str  # what the colours say
    low: float
    high: float
    written: str = ""  # what the numbers say beyond that
    colours: str = "viridis"  # one of matplotlib's, readable without colour vision


def share(value: float | None, best: float | None, sign: float) -> float:
    """`value` / `best`, or the inverse where lower is better (a sign below 0); NaN where either is missing."""
    if value is None or best is None:
        return float("nan")
    above, below = (best, value) if sign < 0 else (value, best)
    return above / below if below else float("nan")


def draw(tiles: Tiles) -> Figure:
    """The rows from top to bottom, the columns from left to right, the scale on the right."""
    down, across = tiles.values.shape
    tile = TILE if down <= WRITTEN else TILE * 0.62
    wide = max(tile, 0.52) if down <= WRITTEN else tile
    below = max(MARGIN * 0.7, 0.8 + LETTER * max(len(style.label(name)) for name in tiles.columns))
    with style.canvas(MARGIN + wide * across + 1.2, below + tile * down) as figure:
        axes = figure.add_subplot()
        edges = np.arange(across + 1) - 0.5, np.arange(down + 1) - 0.5
        shown = axes.pcolormesh(
            *edges, np.ma.masked_invalid(tiles.values), cmap=tiles.colours, vmin=tiles.low, vmax=tiles.high
        )
        axes.invert_yaxis()
        size = 8 if down <= WRITTEN else 7
        axes.set_yticks(range(down), [style.label(name) for name in tiles.rows], fontsize=size)
        axes.set_xticks(range(across), [style.label(name) for name in tiles.columns], fontsize=size, rotation=90)
        axes.tick_params(length=0)
        axes.grid(False)
        axes.spines[:].set_visible(False)
        for (row, column), value in np.ndenumerate(tiles.values):
            text = tiles.texts[row][column]
            if text and (down <= WRITTEN or np.isnan(value)):  # an empty tile says why, however small
                ink = _ink(tiles, float(value))
                axes.text(column, row, text, ha="center", va="center", fontsize=7, color=ink)
        bar = figure.colorbar(shown, ax=axes, shrink=min(1.0, 1.5 / (tile * down)), pad=0.02)
        bar.set_label(tiles.scale if down > WRITTEN else f"{tiles.scale}{tiles.written}")
        if bar.solids is not None:
            bar.solids.set_rasterized(False)  # a picture in a picture would be a reference
        bar.outline.set_visible(False)
    return figure


def _ink(tiles: Tiles, value: float) -> str:
    """Black on what is light, white on what is dark."""
    if np.isnan(value):
        return style.FAINT
    share = (value - tiles.low) / ((tiles.high - tiles.low) or 1.0)
    red, green, blue, _ = colormaps[tiles.colours](min(1.0, max(0.0, share)))
    return style.INK if 0.299 * red + 0.587 * green + 0.114 * blue > 0.5 else "white"
