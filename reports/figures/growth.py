"""A metric along an axis of splits."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.figure import Figure

from reports.figures import style
from reports.figures.cutoffs import SHOWN
from reports.figures.style import Style
from reports.growth import Growth

WIDTH, HEIGHT = 7.6, 3.6  # inches


def draw(growth: Growth, styles: Mapping[str, Style]) -> Figure:
    """A line per algorithm over evenly placed steps, the best in colour; bars are intervals over users."""
    steps = [step for step, _ in growth.steps]
    with style.canvas(WIDTH, HEIGHT) as figure:
        axes = figure.add_subplot()
        for place, label in enumerate(growth.labels):
            look, found = styles[label], [growth.estimate(label, step) for step in steps]
            values = [estimate.value or 0.0 for estimate in found]
            if place >= SHOWN:
                axes.plot(range(len(steps)), values, color=style.BEATEN, linewidth=0.8, zorder=1)
                continue
            name = style.label(label)
            axes.plot(range(len(steps)), values, dashes=look.dashes, linewidth=1.3, label=name, **look.draw(4.5))
            for at, estimate in enumerate(found):
                if estimate.interval:
                    axes.plot([at, at], estimate.interval, color=look.colour, linewidth=0.9, alpha=0.5)
        axes.set_xticks(range(len(steps)), [growth.along.text(step) for step in steps])
        axes.set_ylim(bottom=0)
        axes.set_xlabel(growth.along.bottom)
        axes.set_ylabel(f"{growth.column.title}  ({'better →' if growth.column.sign > 0 else '← better'})")
        style.legend_below(figure, axes, HEIGHT)
    return figure
