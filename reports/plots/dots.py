"""A line for each algorithm with its dots: a value and its interval, or several values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reports.figures import style
from reports.figures.numbers import Numbers
from reports.plots.figure import Figure, Looks, axis, figure, hover, marker, names, rounded, text
from reports.statistics.paired import SIGNIFICANT

ROW, MARGIN = 23, 110  # pixels


def draw(
    numbers: Numbers,
    value: str,
    title: str,
    looks: Looks,
    *,
    notes: Mapping[str, str] | None = None,
    band: tuple[float, float] | None = None,
) -> Figure:
    """`value` of each entry on the line of its algorithm, with the interval from "low" to "high" where it has one.

    A note stands behind a name. `band` is shaded, from top to bottom: an interval, or a line where both ends are one.
    """
    labels = list(dict.fromkeys(entry["algorithm"] for entry in numbers))
    place = {label: number for number, label in enumerate(labels)}
    traces = [_trace(members, value, family, place, looks) for family, members in by_family(numbers, looks).items()]
    return figure(
        traces,
        MARGIN + ROW * len(labels),
        xaxis=axis(title),
        yaxis=names(labels, notes or {}),
        shapes=[_band(*band)] if band else [],
        showlegend=len(traces) > 1,
    )


def _band(low: float, high: float) -> dict[str, Any]:
    reach = {"type": "rect", "x0": rounded(low), "x1": rounded(high), "yref": "paper", "y0": 0, "y1": 1}
    line = {"color": style.FAINT, "width": int(low == high)}
    return {**reach, "layer": "below", "fillcolor": style.GRID, "opacity": 0.6, "line": line}


def by_family(numbers: Numbers, looks: Looks) -> dict[str, Numbers]:
    """The entries of each family, in their order; by colour where families are not told."""
    found: dict[str, Numbers] = {}
    for entry in numbers:
        found.setdefault(entry.get("family", looks[entry["algorithm"]].colour), []).append(entry)
    return found


def interval(entries: Numbers, value: str, colour: str, thickness: float = 1.6) -> dict[str, Any]:
    """Bars from a value to both ends of its interval; none where it has none."""
    ends = [(entry[value], entry.get("low"), entry.get("high")) for entry in entries]
    below = [rounded(at - low) if low is not None and at is not None else 0 for at, low, _ in ends]
    above = [rounded(high - at) if high is not None and at is not None else 0 for at, _, high in ends]
    bar = {"type": "data", "symmetric": False, "arrayminus": below, "array": above, "visible": any(above) or any(below)}
    return {**bar, "color": colour, "thickness": thickness, "width": 0}


def _trace(entries: Numbers, value: str, family: str, place: dict[str, int], looks: Looks) -> dict[str, Any]:
    known = [entry for entry in entries if entry[value] is not None]
    colour = looks[entries[0]["algorithm"]].colour
    return {
        "type": "scatter",
        "mode": "markers",
        "name": text(family),
        "x": [rounded(entry[value]) for entry in known],
        "y": [place[entry["algorithm"]] for entry in known],
        "hoverinfo": "text",
        "hovertext": [hover(entry, {}) for entry in known],
        "marker": {"symbol": [_symbol(entry, looks) for entry in known], "color": colour, "size": 9},
        "error_x": interval(known, value, colour),
    }


def _symbol(entry: Mapping[str, Any], looks: Looks) -> str:
    """A stroke for one seed; hollow for a difference that no test tells from 0; otherwise the sign of the algorithm."""
    if isinstance(entry.get("seed"), int):
        return "line-ns-open"
    sign: str = marker(looks[entry["algorithm"]])["symbol"]
    if "p_holm" not in entry:
        return sign
    told = entry["p_holm"] is not None and entry["p_holm"] < SIGNIFICANT
    return sign.removesuffix("-open") + ("" if told else "-open")
