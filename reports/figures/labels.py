"""Names beside points, without names on top of each other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox
from numpy.typing import NDArray

from reports.figures import style

Stroke = tuple[tuple[float, float], tuple[float, float]]  # from and to, in the units of the axes
GAP = 7.0  # points between a marker and its name
# where a name may stand: horizontal and vertical alignment, and the direction from the point
_PLACES = (
    ("left", "center", 1, 0),
    ("right", "center", -1, 0),
    ("left", "bottom", 0.6, 0.6),
    ("left", "top", 0.6, -0.6),
    ("right", "bottom", -0.6, 0.6),
    ("right", "top", -0.6, -0.6),
    ("center", "bottom", 0, 1),
    ("center", "top", 0, -1),
)


def place(
    figure: Figure,
    axes: Axes,
    named: Sequence[tuple[float, float, str]],
    points: Sequence[tuple[float, float]],
    strokes: Sequence[Stroke] = (),
) -> int:
    """Write each name at the first place that is free, in the order given, and say how many found none.

    Names keep clear of each other, of markers, and, where they can, of strokes (upright or level lines). A name for
    which there is no room is left out.
    """
    style.settle(figure)  # the layout decides where the points are
    scale = figure.dpi / 72
    lines = [Bbox(axes.transData.transform(stroke)).padded(scale) for stroke in strokes]
    taken = [_around(axes.transData.transform(point), 4.5 * scale) for point in points]
    frame = axes.get_window_extent().padded(-3)
    left_out = 0
    for x, y, name in named:
        own = axes.transData.transform((x, y))
        others = [box for box in taken if not _centred(box, own)]
        box = _write(axes, (x, y), name, [*others, *lines], frame) or _write(axes, (x, y), name, others, frame)
        if box is None:
            left_out += 1
        else:
            taken.append(box)
    return left_out


def _write(axes: Axes, at: tuple[float, float], name: str, others: list[Bbox], frame: Bbox) -> Bbox | None:
    """Write a name clear of the other boxes and return its own box; None, and nothing written, where none is free."""
    for horizontal, vertical, right, up in _PLACES:
        text = axes.annotate(
            name,
            at,
            (GAP * right, GAP * up),
            textcoords="offset points",
            ha=horizontal,
            va=vertical,
            fontsize=8,
            color=style.INK,
        )
        text.set_in_layout(False)
        box = text.get_window_extent()
        inside = frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0 and box.y1 <= frame.y1
        if inside and not any(box.overlaps(other) for other in others):
            return box
        text.remove()
    return None


def _around(centre: NDArray[np.float64], radius: float) -> Bbox:
    x, y = centre
    return Bbox.from_extents(x - radius, y - radius, x + radius, y + radius)


def _centred(box: Bbox, point: NDArray[np.float64]) -> bool:
    return bool(abs((box.x0 + box.x1) / 2 - point[0]) < 1e-6 and abs((box.y0 + box.y1) / 2 - point[1]) < 1e-6)
