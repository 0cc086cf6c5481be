"""Mean ranks over data sets with the critical difference: algorithms whose bars do not meet differ."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.figure import Figure

from reports.figures import style
from reports.figures.style import Style
from reports.ranks import Table


def draw(ranks: Table, styles: Mapping[str, Style]) -> Figure:
    """A line per algorithm, the best rank on top; bars reach half a critical difference to either side."""
    means = dict(zip(ranks.labels, ranks.test.mean_ranks.tolist(), strict=True))
    labels = sorted(means, key=lambda label: (means[label], label))
    reach = (ranks.test.critical or 0.0) / 2
    with style.canvas(7.6, 0.95 + 0.235 * len(labels)) as figure:
        axes = figure.add_subplot()
        best = means[labels[0]]
        axes.axvspan(best - reach, best + reach, color=style.GRID, alpha=0.7, linewidth=0, zorder=0)
        for place, label in enumerate(labels):
            look, mean = styles[label], means[label]
            axes.plot([mean - reach, mean + reach], [place, place], color=look.colour, linewidth=1.6)
            axes.plot([mean], [place], linestyle="", **look.draw())
            axes.annotate(f"{mean:.2f}", annotation_clip=False, **style.beside(place))
        style.one_per_line(axes, labels)
        axes.set_xlabel(f"Mean rank over {ranks.datasets} data sets  (← better)")
    return figure
