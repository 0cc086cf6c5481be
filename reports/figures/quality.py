"""Quality by algorithm: a dot and its 95 % interval over users, best on top."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reports import columns
from reports.columns import Column
from reports.figures import style
from reports.figures.style import Style
from reports.model import Group, Row

WIDTH, ROW, MARGIN = 7.6, 0.235, 0.95  # inches


def draw(group: Group, styles: Mapping[str, Style], colours: Mapping[str, str]) -> Figure:
    """One line per algorithm; the grey band is the interval of the best, to show whose interval meets it."""
    column = columns.of_metric(group.leading)
    with style.canvas(WIDTH, MARGIN + ROW * len(group.rows)) as figure:
        axes = figure.add_subplot()
        _band(axes, group, column)
        for place, row in enumerate(group.rows):
            _line(axes, place, row, column, styles[row.label])
        style.one_per_line(axes, [row.label for row in group.rows])
        for tick, row in zip(axes.get_yticklabels(), group.rows, strict=True):
            tick.set_color(style.INK if row.complete else style.FAINT)
        axes.set_xlim(left=min(0.0, axes.get_xlim()[0]))
        axes.set_xlabel(f"{column.title}  ({column.direction})")
        style.family_legend(figure, colours, (row.family for row in group.rows))
    return figure


def _band(axes: Axes, group: Group, column: Column) -> None:
    interval = group.rows[0].estimate(column.name).interval
    if interval is not None:
        axes.axvspan(*interval, color=style.GRID, alpha=0.7, linewidth=0, zorder=0)


def _line(axes: Axes, place: int, row: Row, column: Column, look: Style) -> None:
    """The dot, its interval, and both as text in the margin; only the status where there is no number."""
    estimate = row.estimate(column.name)
    if estimate.value is None:
        axes.annotate(
            style.label(row.status if not row.complete else columns.MISSING), color=style.FAINT, **style.beside(place)
        )
        return
    if estimate.interval is not None:
        axes.plot(estimate.interval, [place, place], color=look.colour, linewidth=1.6, solid_capstyle="butt")
    axes.plot([estimate.value], [place], linestyle="", **look.draw())
    spread = column.spread(estimate) if estimate.users else ""
    axes.annotate(f"{column.text(estimate.value)}  {spread}", annotation_clip=False, **style.beside(place))
