"""A line for each algorithm: a metric by cut-off, or by epoch."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from reports.figures import style
from reports.figures.numbers import Numbers
from reports.plots.figure import Figure, Looks, axis, dash, domain, figure, hover, marker, rounded, short, text

HEIGHT, LEGEND, GAP = 420, 5, 0.11  # pixels, pixels, share of the width


def draw(
    numbers: Numbers,
    along: str,
    titles: Mapping[str, str],
    looks: Looks,
    *,
    coloured: Collection[str],
    bottom: Callable[[str], dict[str, Any]],
) -> Figure:
    """A panel for each metric in `titles`, a line for each algorithm and seed over `along`.

    Those not in `coloured` are grey; `bottom` gives the settings of a panel's level axis.
    """
    traces, axes = [], {}
    for number, (metric, title) in enumerate(titles.items()):
        suffix = str(number + 1) if number else ""
        lines: dict[tuple[Any, ...], Numbers] = {}
        for entry in numbers:
            if entry["metric"] == metric:
                lines.setdefault((entry["algorithm"], entry.get("seed")), []).append(entry)
        named: set[str] = set()
        for (label, _), entries in lines.items():
            line = _line(entries, along, label, looks, coloured) | {"xaxis": f"x{suffix}", "yaxis": f"y{suffix}"}
            first = number == 0 and label in coloured and label not in named
            traces.append(line | {"legendgroup": text(label), "showlegend": first})
            named.add(label)
        axes[f"xaxis{suffix}"] = bottom(metric) | {"domain": domain(number, len(titles), GAP), "anchor": f"y{suffix}"}
        axes[f"yaxis{suffix}"] = axis(title, anchor=f"x{suffix}")
    height = HEIGHT + LEGEND * len(coloured)
    return figure(traces, height, **axes, legend={"orientation": "h", "y": -0.22, "yanchor": "top"})


def _line(entries: Numbers, along: str, label: str, looks: Looks, coloured: Collection[str]) -> dict[str, Any]:
    look = looks[label]
    who: dict[str, Any] = {name: entries[0][name] for name in ("algorithm", "seed") if name in entries[0]}
    shown = label in coloured
    return {
        "type": "scatter",
        "mode": "lines+markers" if shown else "lines",
        "name": short(label),
        "x": [rounded(entry[along]) for entry in entries],
        "y": [rounded(entry["value"]) for entry in entries],
        "line": {"color": look.colour if shown else style.BEATEN, "width": 1.5 if shown else 1, "dash": dash(look)},
        "marker": marker(look, 6),
        "hovertemplate": f"{hover(who, {})}<br>{along}: %{{x}}<br>%{{y}}<extra></extra>",
    }
