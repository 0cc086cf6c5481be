"""A colour for each number of a table: all pairs of algorithms, or algorithms and what they were tried on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from matplotlib import colormaps
from matplotlib.colors import to_hex

from reports.figures import style
from reports.figures.numbers import Numbers
from reports.figures.tiles import WRITTEN
from reports.plots.figure import Figure, axis, figure, rounded, short, text

TILE, SMALL, MARGIN = 26, 16, 80  # pixels: a row, a row of many, what stands around all rows but the names below
LETTER = 6.4  # pixels, for names of columns that stand upright
STEPS = 9  # colours of a scale
Entry = dict[str, Any]


def draw(
    numbers: Numbers,
    column: Callable[[Entry], str],
    value: Callable[[Entry], float | None],
    written: Callable[[Entry], str],
    scale: str,
    *,
    colours: str = "viridis",
) -> Figure:
    """A row for each algorithm, a column for each `column`; colours from 0 to 1 say `scale`.

    Above `WRITTEN` rows only tiles without a number are written in.
    """
    rows = list(dict.fromkeys(entry["algorithm"] for entry in numbers))
    # `other` algorithms come in the order of the rows, so that the diagonal is one
    columns = sorted(dict.fromkeys(map(column, numbers)), key=lambda c: rows.index(c) if c in rows else -1)
    found = {(entry["algorithm"], column(entry)): entry for entry in numbers}
    entries = [[found.get((row, name)) for name in columns] for row in rows]
    values = [[entry and rounded(value(entry), 3) for entry in line] for line in entries]
    few = len(rows) <= WRITTEN
    heat = {
        "type": "heatmap",
        "x": [text(name) for name in columns],
        "y": [text(name) for name in rows],
        "z": values,
        "text": [
            [written(e) if e and (few or z is None) else "" for e, z in zip(line, of_line, strict=True)]
            for line, of_line in zip(entries, values, strict=True)
        ],
        "texttemplate": "%{text}",
        "hovertemplate": f"<b>%{{y}}</b><br>%{{x}}<br>{text(scale)}: %{{z}}<br>%{{text}}<extra></extra>",
        "hoverongaps": False,
        "zmin": 0,
        "zmax": 1,
        "xgap": 1,
        "ygap": 1,
        "colorscale": [[step / (STEPS - 1), to_hex(colormaps[colours](step / (STEPS - 1)))] for step in range(STEPS)],
        "colorbar": {"title": {"text": short(scale), "side": "right"}, "thickness": 12},
    }
    names = LETTER * max(len(style.label(name)) for name in columns)
    height = MARGIN + names + (TILE if few else SMALL) * len(rows)
    return figure([heat], height, xaxis=_names(columns), yaxis=_names(rows) | {"autorange": "reversed"})


def _names(labels: list[str]) -> Entry:
    ticks = {"tickvals": list(range(len(labels))), "ticktext": [short(label) for label in labels], "showgrid": False}
    return axis("", type="category", ticks="", showline=False, **ticks)
