"""Paired differences from one algorithm, with their intervals: on which side of 0 each is, and how surely."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from reports import columns
from reports.differences import Differences, p_text, signed
from reports.figures import style
from reports.figures.style import Style


def draw(found: Differences, styles: Mapping[str, Style], colours: Mapping[str, str]) -> Figure:
    """A line per algorithm, the largest difference at the top; filled where the test tells the two apart."""
    lines = sorted(found.lines, key=lambda line: -(line[1].value or 0.0))
    with style.canvas(7.6, 1.1 + 0.27 * len(lines)) as figure:
        axes = figure.add_subplot()
        axes.axvline(0, color=style.FAINT, linewidth=1)
        for place, (row, comparison) in enumerate(lines):
            look = styles[row.label]
            if comparison.value is None:
                axes.annotate(columns.MISSING, color=style.FAINT, **style.beside(place))
                continue
            low, high = comparison.interval.low, comparison.interval.high
            if low is not None and high is not None:
                axes.plot([low, high], [place, place], color=look.colour, linewidth=1.6, solid_capstyle="butt")
            face = look.colour if comparison.significant else "white"
            axes.plot([comparison.value], [place], linestyle="", **{**look.draw(), "markerfacecolor": face})
            p = "" if comparison.holm is None else f"p {p_text(comparison.holm)}".replace("p 0", "p = 0")
            axes.annotate(f"{signed(comparison.value, 4)}  {p}", annotation_clip=False, **style.beside(place))
        style.one_per_line(axes, [row.label for row, _ in lines])
        axes.xaxis.set_major_locator(MaxNLocator(6))
        axes.set_xlabel(f"{style.label(found.heading)}  ({found.column.direction})")
        style.family_legend(figure, colours, (row.family for row, _ in lines))
    return figure
