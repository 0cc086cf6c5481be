"""A colour for each number of a table: all pairs of algorithms, or algorithms and what they were tried on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from matplotlib import colormaps
from matplotlib.colors import to_hex

from reports.figures.numbers import Numbers
from reports.figures.tiles import WRITTEN
from reports.plots.figure import Figure, axis, figure, hover, rounded, short

TILE, SMALL, MARGIN, STEPS = 26, 16, 180, 9  # pixels; colours of a scale


def draw(
    numbers: Numbers,
    column: Callable[[dict[str, Any]], str],
    value: Callable[[dict[str, Any]], float | None],
    written: Callable[[dict[str, Any]], str],
    scale: str,
    *,
    colours: str = "viridis",
) -> Figure:
    """A row for each algorithm, a column for each `column`; colours from 0 to 1 say `scale`."""
    rows = list(dict.fromkeys(entry["algorithm"] for entry in numbers))
    # `other` algorithms come in the order of the rows, so that the diagonal is one
    columns = sorted(dict.fromkeys(map(column, numbers)), key=lambda c: rows.index(c) if c in rows else -1)
    found = {(entry["algorithm"], column(entry)): entry for entry in numbers}
    entries = [[found.get((row, name)) for name in columns] for row in rows]
    heat = {
        "type": "heatmap",
        "z": [[entry and rounded(value(entry)) for entry in line] for line in entries],
        "text": [[written(entry) if entry else "" for entry in line] for line in entries],
        "texttemplate": "%{text}" if len(rows) <= WRITTEN else "",
        "hoverinfo": "text",
        "hovertext": [[hover(entry, {}) if entry else "" for entry in line] for line in entries],
        "hoverongaps": True,
        "zmin": 0,
        "zmax": 1,
        "xgap": 1,
        "ygap": 1,
        "colorscale": [[step / (STEPS - 1), to_hex(colormaps[colours](step / (STEPS - 1)))] for step in range(STEPS)],
        "colorbar": {"title": {"text": short(scale), "side": "right"}, "thickness": 12},
    }
    tile = TILE if len(rows) <= WRITTEN else SMALL
    return figure(
        [heat],
        MARGIN + tile * len(rows),
        xaxis=_names(columns),
        yaxis=_names(rows) | {"autorange": "reversed"},
    )


def _names(labels: list[str]) -> dict[str, Any]:
    ticks = {"tickvals": list(range(len(labels))), "ticktext": [short(label) for label in labels], "showgrid": False}
    return axis("", ticks="", showline=False, **ticks)
