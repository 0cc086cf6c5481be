"""A metric by cut-off: whether an algorithm is better at the top of the list or only further down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator

from reports import columns
from reports.averages import CURVES, CUTOFFS
from reports.figures import style
from reports.figures.pairs import MOST
from reports.figures.style import Style
from reports.model import Group, Row

WIDTH, HEIGHT = 7.6, 3.1  # inches
SHOWN = 12  # algorithms in colour; the others are grey lines
TICKS = (1, 2, 5, 10, 20, 50, 100)


def draw(group: Group, styles: Mapping[str, Style]) -> Figure:
    """A panel per metric, a line per algorithm, the best of them in colour."""
    shown, others = foremost(group)
    with style.canvas(WIDTH, HEIGHT) as figure:
        panels = figure.subplots(1, len(CURVES), gridspec_kw={"wspace": 0.05})
        for panel, metric in zip(panels, CURVES, strict=True):
            _panel(panel, metric, others, shown, styles)
        style.legend_below(figure, panels[0], HEIGHT)
    return figure


def foremost(group: Group) -> tuple[list[Row], list[Row]]:
    """The best rows, among them the best of each family while there is room, and the others; both best first."""
    rows = [row for row in group.complete if row.curves]
    first_of_family = {row.family: row for row in reversed(rows)}
    leaders = [row for row in rows if first_of_family[row.family] is row]
    followers = [row for row in rows if first_of_family[row.family] is not row]
    chosen = {id(row) for row in (leaders + followers)[:SHOWN]}
    return [row for row in rows if id(row) in chosen], [row for row in rows if id(row) not in chosen][: MOST - SHOWN]


def _panel(axes: Axes, metric: str, others: Sequence[Row], shown: Sequence[Row], styles: Mapping[str, Style]) -> None:
    for row in shown:
        look = styles[row.label]
        axes.plot(
            CUTOFFS,
            _curve(row, metric),
            dashes=look.dashes,
            linewidth=1.3,
            label=style.label(row.label),
            **look.draw(4.2),
        )
    for place, row in enumerate(others):
        name = None if place else f"{len(others)} more"
        axes.plot(CUTOFFS, _curve(row, metric), color="#c4c4c4", linewidth=0.8, zorder=1, label=name)
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(FixedLocator(TICKS))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticks(TICKS, [str(k) for k in TICKS])
    axes.set_ylim(bottom=0)
    axes.set_xlabel("Cut-off k, logarithmic")
    axes.set_ylabel(f"{columns.metric_title(metric)}@k  (better →)")


def _curve(row: Row, metric: str) -> list[float]:
    return [float("nan") if value is None else value for value in row.curves[metric]]
