"""Quality against training time: what a better list costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from reports import columns
from reports.columns import TRAINING, Column
from reports.figures import labels, style
from reports.figures.style import Style
from reports.model import Group, Row

WIDTH, HEIGHT, TALLEST = 7.6, 4.6, 9.0  # inches
FASTEST = 1e-3  # seconds; what is faster stands at the edge
MANY = 16  # algorithms; for more than these the picture grows

Point = tuple[float, float, Row]  # seconds, metric


def draw(group: Group, styles: Mapping[str, Style], colours: Mapping[str, str]) -> Figure:
    """A point per algorithm, on a logarithmic axis of time; the stairs join those that nothing quicker beats."""
    column = columns.of_metric(group.leading)
    found = points(group)
    with style.canvas(WIDTH, min(TALLEST, HEIGHT + 0.1 * max(0, len(found) - MANY))) as figure:
        axes = figure.add_subplot()
        _time_axis(axes)
        best = frontier(found, column)
        strokes = _stairs(axes, best)
        for x, y, row in found:
            strokes += _point(axes, x, y, row, column, styles[row.label])
        axes.margins(x=0.12, y=0.08)
        axes.set_ylabel(f"{column.title}  ({'better →' if column.better == 'higher' else '← better'})")
        style.family_legend(figure, colours, (row.family for _, _, row in found))
        order = {id(row): place for place, (_, _, row) in enumerate(best)}
        ranked = sorted(found, key=lambda point: order.get(id(point[2]), len(order)))
        names = [(x, y, style.label(row.label)) for x, y, row in ranked]
        labels.place(figure, axes, names, [(x, y) for x, y, _ in found], strokes)
    return figure


def points(group: Group) -> list[Point]:
    """The algorithms that have both numbers."""
    found = []
    for row in group.complete:
        seconds, value = row.estimate(TRAINING).value, row.estimate(group.leading).value
        if seconds is not None and value is not None:
            found.append((max(seconds, FASTEST), value, row))
    return found


def frontier(found: Sequence[Point], column: Column) -> list[Point]:
    """The points, by time, that are better than every quicker one."""
    sign = -1 if column.better == "lower" else 1
    kept: list[Point] = []
    for point in sorted(found, key=lambda p: (p[0], -sign * p[1])):
        if not kept or sign * point[1] > sign * kept[-1][1]:
            kept.append(point)
    return kept


def _time_axis(axes: Axes) -> None:
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(numticks=8))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x * 1000:g} ms" if x < 0.1 else f"{x:g} s"))
    axes.set_xlabel("Training time, logarithmic  (← better)")


def _stairs(axes: Axes, best: Sequence[Point]) -> list[labels.Stroke]:
    """Draw the best value that can be had within each time, as stairs, and return their steps."""
    corners = []
    for (x, y, _), (further, higher, _) in pairwise(best):
        corners += [((x, y), (further, y)), ((further, y), (further, higher))]
    for start, end in corners:
        axes.plot(*zip(start, end, strict=True), color=style.FAINT, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
    return corners


def _point(axes: Axes, x: float, y: float, row: Row, column: Column, look: Style) -> list[labels.Stroke]:
    """Draw a marker and its interval, and return the interval's line."""
    axes.plot([x], [y], linestyle="", zorder=3, **look.draw(7))
    interval = row.estimate(column.name).interval
    if interval is None:
        return []
    axes.plot([x, x], interval, color=look.colour, linewidth=1.1, alpha=0.55, solid_capstyle="butt", zorder=2)
    return [((x, interval[0]), (x, interval[1]))]
