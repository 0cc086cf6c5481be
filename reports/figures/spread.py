"""The same algorithm with other seeds: one dot each, and their mean."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.figure import Figure

from reports import columns
from reports.figures import style
from reports.figures.pairs import MOST
from reports.figures.style import Style
from reports.model import Group, Row


def of_group(group: Group) -> list[Row]:
    """The best rows with several seeds, in the order of the group."""
    found = [row for row in group.complete if len(row.seeds) > 1 and len(row.parts) == len(row.cells)]
    return found[:MOST]


def draw(group: Group, styles: Mapping[str, Style], colours: Mapping[str, str]) -> Figure:
    """A line per algorithm, hollow dots for seeds, the mean as its sign."""
    column, rows = columns.of_metric(group.leading), of_group(group)
    with style.canvas(7.6, 0.95 + 0.235 * len(rows)) as figure:
        axes = figure.add_subplot()
        for place, row in enumerate(rows):
            look, each = styles[row.label], [part.value for part in row.parts if part.value is not None]
            axes.plot([min(each), max(each)], [place, place], color=look.colour, linewidth=0.8)
            axes.plot(each, [place] * len(each), linestyle="", marker="|", markersize=9, color=look.colour)
            axes.plot([row.estimate(group.leading).value or 0.0], [place], linestyle="", **look.draw(5))
            axes.annotate(said(min(each), max(each)), annotation_clip=False, **style.beside(place))
        style.one_per_line(axes, [row.label for row in rows])
        axes.set_xlabel(f"{column.title} of each seed  ({column.direction})")
        style.family_legend(figure, colours, (row.family for row in rows))
    return figure


def said(low: float, high: float) -> str:
    """Half of what lies between the lowest and the highest seed."""
    half = f"{(high - low) / 2:.4f}"
    return f"± {half}" if half.strip("0.") else "all equal"
