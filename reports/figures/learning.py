"""What algorithms said while they learned: quality on the validation part, epoch by epoch."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.figure import Figure

from reports.figures import style
from reports.figures.style import Style
from reports.model import Group, Row

WIDTH, HEIGHT = 7.6, 3.4  # inches
SAID = {"ndcg": "NDCG@10 on the validation part  (better →)", "rmse": "RMSE on the validation part  (← better)"}


def of_group(group: Group) -> dict[str, list[Row]]:
    """For each quality that can be drawn, the rows with at least two epochs that reported it."""
    found = {
        name: [row for row in group.complete if any(points(cell.record.curve, name) for cell in row.cells)]
        for name in SAID
    }
    return {name: rows for name, rows in found.items() if rows}


def draw(group: Group, styles: Mapping[str, Style]) -> Figure:
    """A panel per quality, a line per seed; a dot where it was best."""
    wanted = of_group(group)
    with style.canvas(WIDTH, HEIGHT) as figure:
        for axes, (name, rows) in zip(figure.subplots(1, len(wanted), squeeze=False)[0], wanted.items(), strict=True):
            for row in rows:
                look, said = styles[row.label], style.label(row.label)
                for place, cell in enumerate(row.cells):
                    epochs, values = zip(*(points(cell.record.curve, name) or [(0.0, float("nan"))]), strict=True)
                    label = None if place else said
                    axes.plot(epochs, values, color=look.colour, dashes=look.dashes, linewidth=1.2, label=label)
                    best = (min if name == "rmse" else max)(range(len(values)), key=values.__getitem__)
                    axes.plot(epochs[best], values[best], linestyle="", **look.draw(5))
            axes.set_xlabel("Epoch")
            axes.set_ylabel(SAID[name])
            axes.legend(fontsize=8, handlelength=3)
    return figure


def points(curve: list[dict[str, float]], name: str) -> list[tuple[float, float]]:
    """(epoch, value) of each report that has both; empty for less than two."""
    found = [(point["epoch"], point[name]) for point in curve if "epoch" in point and name in point]
    return found if len(found) > 1 else []
