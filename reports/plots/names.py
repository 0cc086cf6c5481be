"""Names beside points, each where it covers no other one; where there is no room it is left out."""

from __future__ import annotations

from collections.abc import Sequence

LETTER, LINE, GAP = 6.4, 15.0, 8.0  # pixels: width of a letter, height of a name, from a point to its name
Box = tuple[float, float, float, float]  # left, bottom, right, top


def places(points: Sequence[tuple[float, float, str]], width: float, height: float) -> list[str]:
    """A text position of plotly for each (x, y, name), in pixels from the lower left; empty where there is no room.

    Earlier points choose first: above, below, to the right, to the left, inside `width` × `height`.
    """
    taken: list[Box] = []
    found = []
    for x, y, name in points:
        around = _around(x, y, LETTER * len(name))
        place = next((one for one, box in around.items() if _fits(box, taken, width, height)), "")
        taken += [around[place]] if place else []
        found.append(place)
    return found


def _around(x: float, y: float, width: float) -> dict[str, Box]:
    """Where a name of this width could stand."""
    half, middle = width / 2, LINE / 2
    return {
        "top center": (x - half, y + GAP, x + half, y + GAP + LINE),
        "bottom center": (x - half, y - GAP - LINE, x + half, y - GAP),
        "middle right": (x + GAP, y - middle, x + GAP + width, y + middle),
        "middle left": (x - GAP - width, y - middle, x - GAP, y + middle),
    }


def _fits(box: Box, taken: Sequence[Box], width: float, height: float) -> bool:
    left, bottom, right, top = box
    inside = left >= 0 and bottom >= 0 and right <= width and top <= height
    return inside and not any(left < o[2] and o[0] < right and bottom < o[3] and o[1] < top for o in taken)
