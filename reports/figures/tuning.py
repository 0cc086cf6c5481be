"""The best value of each search so far, by trials and by seconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from reports.figures import style
from reports.figures.cutoffs import SHOWN
from reports.figures.style import Style
from reports.tuning import Tuned

WIDTH, HEIGHT = 7.6, 3.4  # inches
ALONG = {"trials": "Trials", "seconds": "Seconds of trials"}


def draw(found: Sequence[Tuned], styles: Mapping[str, Style]) -> Figure:
    """A step line per search, those of the best algorithms in colour."""
    column = found[0].column
    with style.canvas(WIDTH, HEIGHT) as figure:
        panels = figure.subplots(1, 2, sharey=True)
        for place, tuned in enumerate(found):
            look, coloured = styles[tuned.row.label], place < SHOWN
            for search in tuned.searches:
                points = search.so_far(column.sign)
                for axes, along in zip(panels, (0, 1), strict=True):
                    name = style.label(tuned.row.label) if search is tuned.searches[0] and coloured else None
                    axes.step(
                        [point[along] for point in points],
                        [point[2] for point in points],
                        where="post",
                        color=look.colour if coloured else style.BEATEN,
                        dashes=look.dashes,
                        linewidth=1.3 if coloured else 0.8,
                        label=name,
                    )
        for axes, said in zip(panels, ALONG.values(), strict=True):
            axes.set_xlabel(said)
        panels[0].set_ylabel(f"{column.title}, validation  ({'better →' if column.sign > 0 else '← better'})")
        style.legend_below(figure, panels[0], HEIGHT)
    return figure
