"""What all figures of the page have in common: letters, colours, signs, and texts that are safe to show."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from reports.escape import clean
from reports.figures import style
from reports.figures.style import Style

Figure = dict[str, Any]  # "data": traces, "layout"
Looks = Mapping[str, Style]  # by label
Formats = Mapping[str, Callable[[float], str]]  # how numbers of a name are written
_SYMBOLS = {
    **{"o": "circle", "s": "square", "^": "triangle-up", "D": "diamond", "v": "triangle-down", "P": "cross"},
    **{"X": "x", "*": "star", "<": "triangle-left", ">": "triangle-right"},
}
_AXIS = {"gridcolor": style.GRID, "zeroline": False, "linecolor": style.FAINT, "automargin": True}
_DASHES = ("solid", "dash", "dot", "dashdot")


def figure(traces: list[dict[str, Any]], height: float, **layout: Any) -> Figure:
    """A figure of `height` pixels and the width that there is; the entries of `layout` are plotly's."""
    usual: dict[str, Any] = {
        "height": round(height),
        "margin": {"l": 60, "r": 20, "t": 30, "b": 50},
        "font": {"family": "system-ui, sans-serif", "size": 12, "color": style.INK},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "hovermode": "closest",
        "hoverlabel": {"align": "left", "bgcolor": "white", "font": {"color": style.INK}},
        "dragmode": False,  # a finger on a picture scrolls the page; the buttons zoom
        "legend": {"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0},
    }
    return {"data": traces, "layout": usual | layout}


def axis(title: str, **settings: Any) -> dict[str, Any]:
    """An axis with its title."""
    return {**_AXIS, "title": {"text": text(title)}, **settings}


def names(labels: list[str], notes: Mapping[str, str]) -> dict[str, Any]:
    """An axis of names from top to bottom, each with a note behind it where there is one."""
    shown = [f"{short(label)}  {text(notes.get(label, ''))}".rstrip() for label in labels]
    ticks = {"tickvals": list(range(len(labels))), "ticktext": shown, "ticks": "", "showgrid": False}
    return axis("", range=[len(labels) - 0.4, -0.6], **ticks)


def domain(number: int, count: int, gap: float) -> list[float]:
    """From where to where one of `count` panels reaches, in shares of the width."""
    width = (1 + gap) / count
    return [round(number * width, 4), round(min(1.0, (number + 1) * width - gap), 4)]


def marker(look: Style, size: float = 9) -> dict[str, Any]:
    """The same sign in the same colour as in the files."""
    symbol = _SYMBOLS[look.marker] + ("" if look.filled else "-open")
    return {"symbol": symbol, "color": look.colour, "size": size}


def dash(look: Style) -> str:
    """The same kind of stroke as in the files."""
    return _DASHES[style.DASHES.index(look.dashes)]


def text(said: str) -> str:
    """Any text, shown literally: plotly reads some HTML in its texts, and %{…} in its templates."""
    return escape(clean(said), quote=False).replace("%{", "%&#123;")


def short(label: str) -> str:
    """A label of bearable length, shown literally."""
    return text(style.label(label))


def hover(entry: Mapping[str, Any], formats: Formats) -> str:
    """Everything that is known of one mark, a line for each number."""
    lines = []
    for name, value in entry.items():
        if value is None or value == "":
            continue
        said = formats[name](value) if name in formats else _shown(value)
        lines.append(
            f"<b>{short(said)}</b>" if name == "algorithm" else f"{text(name.replace('_', ' '))}: {text(said)}"
        )
    return "<br>".join(lines)


def rounded(value: float | None, digits: int = 5) -> float | None:
    """As many digits as a picture can show; None where there is no number."""
    return None if value is None or math.isnan(value) else float(f"{value:.{digits}g}")


def _shown(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
