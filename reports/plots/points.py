"""A point for each algorithm: quality against what it costs, or against another quality."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from typing import Any

from matplotlib.ticker import MaxNLocator

from reports.figures import style
from reports.figures.numbers import Numbers
from reports.plots.dots import by_family, interval
from reports.plots.figure import Figure, Formats, Looks, axis, domain, figure, hover, marker, rounded, short, text
from reports.plots.names import places

HEIGHT, LOW = 460, 340  # pixels
NARROW = 5  # times the least cost
ROOM = (640.0, 360.0)  # pixels of width and height on which names are laid out; there may be more


def against_cost(
    numbers: Numbers, value: str, title: str, cost: str, cost_text: Callable[[float], str], looks: Looks
) -> Figure:
    """`value` against the cost on a logarithmic axis: the frontier joined and named, what it dominates grey."""
    formats: Formats = {"cost": lambda spent: cost_text(float(f"{spent:.3g}"))}
    best = sorted((e for e in numbers if e["frontier"]), key=lambda entry: entry["cost"])
    beaten = [entry for entry in numbers if not entry["frontier"]]
    traces = [_stairs(best, value)]
    if beaten:
        traces.append(_cloud(beaten, "cost", value, looks, formats) | _grey(beaten, value, "dominated"))
    named = _named(best, numbers, value)
    for family, members in by_family(best, looks).items():
        cloud = _cloud(members, "cost", value, looks, formats)
        where = [named[entry["algorithm"]] for entry in members]
        shown = [short(e["algorithm"]) if place else "" for e, place in zip(members, where, strict=True)]
        names = {"mode": "markers+text", "text": shown, "textposition": [place or "top center" for place in where]}
        traces.append(cloud | names | {"name": text(family), "cliponaxis": False})
    ticks = _ticks([entry["cost"] for entry in numbers])
    bottom = axis(cost, type="log", tickvals=ticks, ticktext=[cost_text(tick) for tick in ticks])
    return figure(traces, HEIGHT, xaxis=bottom, yaxis=axis(title))


def _named(best: Numbers, numbers: Numbers, value: str) -> dict[str, str]:
    """Where the name of each point of the frontier stands, the best first; empty where there is no room."""
    costs = [math.log(entry["cost"]) for entry in numbers]
    values = [end for e in numbers for end in (e[value], e.get("low"), e.get("high")) if end is not None]
    ranked = best[::-1]  # the frontier ends with the best
    points = [
        (_share(math.log(e["cost"]), costs) * ROOM[0], _share(e[value], values) * ROOM[1], style.label(e["algorithm"]))
        for e in ranked
    ]
    return dict(zip((entry["algorithm"] for entry in ranked), places(points, *ROOM), strict=True))


def _share(value: float, others: Sequence[float]) -> float:
    """Where a value lies on an axis that has a twentieth of its length free on each side."""
    low, high = min(others), max(others)
    return 0.05 + 0.9 * (value - low) / ((high - low) or 1)


def panels(
    numbers: Numbers,
    value: str,
    title: str,
    others: Sequence[tuple[str, str]],
    looks: Looks,
    *,
    coloured: Collection[str],
) -> Figure:
    """`value` against each of `others` (name, title), side by side on one upright axis; only some in colour."""
    traces, axes = [], {}
    for number, (name, said) in enumerate(others):
        known = [entry for entry in numbers if entry[name] is not None and entry[value] is not None]
        suffix = str(number + 1) if number else ""
        axes[f"xaxis{suffix}"] = axis(said, domain=domain(number, len(others), 0.04))
        grey = [entry for entry in known if entry["algorithm"] not in coloured]
        clouds = [_cloud(grey, name, value, looks, {}) | _grey(grey, value, "others")] if grey else []
        for family, members in by_family([e for e in known if e["algorithm"] in coloured], looks).items():
            clouds.append(_cloud(members, name, value, looks, {}) | {"name": text(family)})
        where = {"xaxis": f"x{suffix}", "showlegend": number == 0}
        traces += [cloud | where | {"legendgroup": cloud["name"]} for cloud in clouds]
    return figure(traces, LOW, yaxis=axis(title), **axes)


def _cloud(entries: Numbers, x: str, y: str, looks: Looks, formats: Formats) -> dict[str, Any]:
    marks = [marker(looks[entry["algorithm"]]) for entry in entries]
    colour = looks[entries[0]["algorithm"]].colour
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [rounded(entry[x]) for entry in entries],
        "y": [rounded(entry[y]) for entry in entries],
        "hoverinfo": "text",
        "hovertext": [hover(entry, formats) for entry in entries],
        "marker": {"symbol": [mark["symbol"] for mark in marks], "color": colour, "size": 9, "opacity": 1},
        "error_y": interval(entries, y, colour, 1.1),
    }


def _grey(entries: Numbers, y: str, name: str) -> dict[str, Any]:
    """What stands back."""
    marks = {"symbol": "circle", "color": style.BEATEN, "size": 7}
    return {"name": name, "marker": marks, "error_y": interval(entries, y, style.BEATEN, 1.1)}


def _stairs(best: Numbers, value: str) -> dict[str, Any]:
    """The best value that can be had for each cost."""
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [rounded(entry["cost"]) for entry in best],
        "y": [rounded(entry[value]) for entry in best],
        "line": {"shape": "hv", "dash": "dash", "width": 1, "color": style.FAINT},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _ticks(costs: Sequence[float]) -> list[float]:
    """1, 2 and 5 of each power of ten between the costs, only the powers where there are many; even steps for a few."""
    if max(costs) < NARROW * min(costs):
        return [float(tick) for tick in MaxNLocator(5).tick_values(min(costs), max(costs))]
    fine = [float(f"{step}e{power}") for power in range(-6, 13) for step in (1, 2, 5)]
    inside = [tick for tick in fine if min(costs) / 2 <= tick <= max(costs) * 2]
    return inside if len(inside) <= 8 else [tick for tick in inside if f"{tick:e}".startswith("1")]
