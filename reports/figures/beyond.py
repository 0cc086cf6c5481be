"""Accuracy against what else a list should be: of the whole catalogue, new, and not only what is popular."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reports import columns
from reports.averages import BEYOND
from reports.figures import cutoffs, style
from reports.figures.style import Style
from reports.model import Group, Row

WIDTH, HEIGHT = 7.6, 2.9  # inches


def names(group: Group) -> list[str]:
    """The metrics that at least two algorithms have."""
    return [name for name in BEYOND if sum(row.beyond.get(name) is not None for row in group.complete) > 1]


def draw(group: Group, styles: Mapping[str, Style]) -> Figure:
    """A panel per metric, a point per algorithm; the best by the leading metric in colour."""
    wanted = names(group)
    shown, others = cutoffs.foremost(group)
    with style.canvas(WIDTH, HEIGHT) as figure:
        panels = figure.subplots(1, len(wanted), squeeze=False, sharey=True)[0]
        for panel, name in zip(panels, wanted, strict=True):
            _panel(panel, group, name, shown, others, styles)
        panels[0].set_ylabel(f"{columns.metric_title(group.leading)}")
        style.legend_below(figure, panels[0], HEIGHT)
    return figure


def _panel(
    axes: Axes, group: Group, name: str, shown: Sequence[Row], others: Sequence[Row], styles: Mapping[str, Style]
) -> None:
    column = columns.of_metric(name)
    for row in (*others, *shown):
        x, y = row.beyond.get(name), row.estimate(group.leading).value
        if x is None or y is None:
            continue
        coloured = any(row is one for one in shown)
        look = styles[row.label].draw(6) if coloured else {"marker": ".", "color": style.BEATEN}
        axes.plot([x], [y], linestyle="", label=style.label(row.label) if coloured else None, **look)
    better = "" if column.better == "neither" else f"  ({column.direction})"
    axes.set_xlabel(f"{column.title}{better}")
