"""Pictures of a data set: its long tail, the activity of its users, its course over time, its ratings."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullLocator, PercentFormatter

from bench.datasets.profile import Profile
from bench.types import Floats, Longs
from reports.figures import style

NAMES = ("long-tail", "users", "time", "ratings")  # of the pictures that there may be
WIDTH, HEIGHT = 5.2, 3.1  # inches
BINS = 40
COLOUR = style.COLOURS[0]
DECADES, FEW, ALL = range(9), (1, 2, 5), range(1, 10)  # ticks: 1, 2, 5, 10, 20 … or, in a narrow picture, each digit
WEEK = 7 * 86_400  # seconds


def files(profile: Profile) -> dict[str, bytes]:
    """Each picture as PNG and as SVG, by the name of its file."""
    found = {}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)  # of the name of the data set
        for name, figure in draw(profile).items():
            found[f"{name}.svg"], found[f"{name}.png"] = style.save(figure)
    return found


def draw(profile: Profile) -> dict[str, Figure]:
    """The pictures that the data allow, by name."""
    figures = {
        "long-tail": _figure(profile.name, _long_tail, profile.per_item),
        "users": _figure(profile.name, _users, profile.per_user),
    }
    if profile.times is not None and profile.times.min() < profile.times.max():
        figures["time"] = _figure(profile.name, _time, profile.times)
    if profile.ratings is not None:
        figures["ratings"] = _figure(profile.name, _ratings, *profile.ratings)
    return figures


def _figure(name: str, paint: Callable[..., None], *values: Floats | Longs) -> Figure:
    with style.canvas(WIDTH, HEIGHT) as figure:
        axes = figure.add_subplot()
        paint(axes, *values)
        axes.set_title(style.label(name), fontsize=9, loc="left", color=style.FAINT)
    return figure


def _long_tail(axes: Axes, per_item: Longs) -> None:
    """The Lorenz curve from the popular end: which share of the items has which share of the interactions."""
    counts = np.sort(per_item)[::-1]
    shares = np.concatenate([[0], np.cumsum(counts)]) / counts.sum()
    places = np.unique(np.linspace(0, len(counts), 500).astype(int))
    axes.plot(places / len(counts), shares[places], color=COLOUR, linewidth=1.6)
    axes.plot([0, 1], [0, 1], color=style.FAINT, linewidth=0.8, dashes=(4, 3))
    axes.annotate("all items equally popular", (0.55, 0.49), color=style.FAINT, fontsize=8, va="top")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(PercentFormatter(1))
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1.02)
    axes.set_xlabel("Items, most popular first")
    axes.set_ylabel("Share of interactions")


def _users(axes: Axes, per_user: Longs) -> None:
    """How many users have how many interactions, in ranges that are about equal on the logarithmic scale."""
    counts, edges = np.histogram(per_user, bins=_log_edges(per_user))
    axes.stairs(counts, edges, fill=True, color=COLOUR)
    median = float(np.median(per_user))
    axes.axvline(median, color=style.INK, linewidth=0.9, dashes=(4, 2))
    axes.annotate(
        f"median {median:g}",
        (median, 0.98),
        xycoords=("data", "axes fraction"),
        xytext=(4, 0),
        textcoords="offset points",
        va="top",
        fontsize=8,
    )
    digits = FEW if edges[-1] > 20 * edges[0] else ALL
    ticks = [tick for power in DECADES for digit in digits if edges[0] <= (tick := digit * 10**power) <= edges[-1]]
    axes.set_xscale("log")
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticks(ticks, [f"{tick:,}" for tick in ticks])
    axes.set_ylim(top=1.12 * counts.max())  # room for the words
    _count(axes)
    axes.set_xlabel("Interactions of a user, logarithmic")
    axes.set_ylabel("Users")


def _log_edges(counts: Longs) -> Floats:
    """Edges between whole numbers, no two ranges for one number."""
    low, high = counts.min() - 0.5, counts.max() + 0.5
    edges = np.geomspace(low, high, BINS + 1)
    return np.unique(np.concatenate([[low], np.floor(edges[1:-1]) + 0.5, [high]]))


def _time(axes: Axes, times: Longs) -> None:
    """Interactions in ranges of equal length from the first to the last moment."""
    counts, edges = np.histogram(times, bins=BINS)
    axes.stairs(counts, edges, fill=True, color=COLOUR)
    shown = "%Y-%m-%d" if edges[-1] - edges[0] > WEEK else "%m-%d %H:%M:%S"
    axes.set_xticks(edges[:: BINS // 4], [_moment(edge, shown) for edge in edges[:: BINS // 4]])
    _count(axes)
    axes.set_xlabel(f"Time, in {BINS} equal ranges")
    axes.set_ylabel("Interactions")


def _moment(seconds: float, shown: str) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime(shown)
    except (ValueError, OverflowError, OSError):
        return f"{seconds:.3g} s"


def _ratings(axes: Axes, values: Floats, counts: Longs) -> None:
    """How often each rating occurs, or each range of them."""
    if len(values) == len(counts):
        axes.bar([f"{value:g}" for value in values], counts, color=COLOUR, width=0.8, linewidth=0)
    else:
        axes.stairs(counts, values, fill=True, color=COLOUR)
    axes.grid(False, axis="x")
    _count(axes)
    axes.set_xlabel("Rating")
    axes.set_ylabel("Interactions")


def _count(axes: Axes) -> None:
    """The upright axis counts: whole numbers only."""
    axes.yaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
