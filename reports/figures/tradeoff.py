"""Quality against what it costs: seconds of training, the wait for one list, memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from reports import columns
from reports.columns import MEMORY, TRAINING, Column
from reports.costs import of_row
from reports.figures import labels, style
from reports.figures.style import Style
from reports.model import Group, Row

WIDTH, HEIGHT, TALLEST = 7.6, 4.6, 9.0  # inches
MANY = 16  # algorithms; for more than these the picture grows

Point = tuple[float, float, Row]  # cost, metric


@dataclass(frozen=True)
class Cost:
    """What an algorithm takes, and how it is written."""

    name: str  # of the picture's files
    title: str
    of: Callable[[Row], float | None]
    text: Callable[[float], str]
    least: float  # what is cheaper stands at the edge


def _seconds(value: float) -> str:
    return f"{value * 1000:g} ms" if value < 0.1 else f"{value:g} s"


def _bytes(value: float) -> str:
    return f"{value / 1e6:g} MB" if value < 1e9 else f"{value / 1e9:g} GB"


COSTS = (
    Cost("tradeoff", "Training time", lambda row: row.estimate(TRAINING).value, _seconds, 1e-3),
    Cost("latency", "Wait for one list, 95th percentile", lambda row: of_row(row).waits[1], _seconds, 1e-5),
    Cost("memory", "Peak memory", lambda row: row.estimate(MEMORY).value, _bytes, 1e6),
)


def draw(group: Group, cost: Cost, styles: Mapping[str, Style], colours: Mapping[str, str]) -> Figure:
    """A point per algorithm, on a logarithmic axis of the cost; the stairs join those that nothing cheaper beats."""
    column = columns.of_metric(group.leading)
    found = points(group, cost)
    with style.canvas(WIDTH, min(TALLEST, HEIGHT + 0.1 * max(0, len(found) - MANY))) as figure:
        axes = figure.add_subplot()
        _cost_axis(axes, cost)
        best = frontier(found, column)
        strokes = _stairs(axes, best)
        for x, y, row in found:
            look = styles[row.label]
            beaten = all(row is not other for _, _, other in best)
            strokes += _point(axes, x, y, row, column, replace(look, colour=style.BEATEN) if beaten else look)
        axes.margins(x=0.12, y=0.08)
        spent = [x for x, _, _ in found]
        few = max(spent) < 100 * min(spent)
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if few else (1,), numticks=8))
        axes.set_ylabel(f"{column.title}  ({'better →' if column.better == 'higher' else '← better'})")
        style.family_legend(figure, colours, (row.family for _, _, row in found))
        order = {id(row): place for place, (_, _, row) in enumerate(best)}
        ranked = sorted(found, key=lambda point: order.get(id(point[2]), len(order)))
        names = [(x, y, style.label(row.label)) for x, y, row in ranked]
        labels.place(figure, axes, names, [(x, y) for x, y, _ in found], strokes)
    return figure


def points(group: Group, cost: Cost) -> list[Point]:
    """The algorithms that have both numbers."""
    found = []
    for row in group.complete:
        spent, value = cost.of(row), row.estimate(group.leading).value
        if spent is not None and value is not None:
            found.append((max(spent, cost.least), value, row))
    return found


def frontier(found: Sequence[Point], column: Column) -> list[Point]:
    """The points, by cost, that are better than every cheaper one."""
    sign = column.sign
    kept: list[Point] = []
    for point in sorted(found, key=lambda p: (p[0], -sign * p[1])):
        if not kept or sign * point[1] > sign * kept[-1][1]:
            kept.append(point)
    return kept


def _cost_axis(axes: Axes, cost: Cost) -> None:
    axes.set_xscale("log")
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: cost.text(x)))
    axes.set_xlabel(f"{cost.title}, logarithmic  (← better)")


def _stairs(axes: Axes, best: Sequence[Point]) -> list[labels.Stroke]:
    """Draw the best value that can be had for each cost, as stairs, and return their steps."""
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
