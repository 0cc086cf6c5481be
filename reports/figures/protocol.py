"""What a split does with each interaction: a row for each user, a mark for each interaction. For small data only."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from bench.types import HeldOut, Interactions, Split
from reports.figures import style

WIDTH, ROW, MARGIN = 7.6, 0.19, 1.1  # inches
ACROSS = 3  # panels side by side


@dataclass(frozen=True)
class Look:
    """A part as it is drawn: told apart by shape as well as by colour."""

    name: str
    marker: str
    colour: str
    filled: bool = True


LOOKS = {
    "t": Look("training", "o", style.COLOURS[0]),
    "v": Look("validation", "s", style.COLOURS[5]),
    "T": Look("test", "D", style.COLOURS[1]),
    "h": Look("shown as history only", "o", style.COLOURS[2], filled=False),
    "-": Look("left out", "x", style.FAINT),
}


def draw(splits: Mapping[str, Split], along: str = "time") -> Figure:
    """A panel for each split, with its name above; `along` is what lies on the x axis, "time" or "item"."""
    down, across = -(-len(splits) // ACROSS), min(len(splits), ACROSS)
    users = max(split.dataset.interactions.n_users for split in splits.values())
    with style.canvas(2 + (WIDTH - 2) * across / ACROSS, (MARGIN + ROW * users) * down) as figure:
        panels = figure.subplots(down, across, squeeze=False, sharey=True).ravel()
        for panel, (name, split) in zip(panels, splits.items(), strict=False):
            _panel(panel, split, along)
            panel.set_title(name, fontsize=9)
        used = set().union(*(letters(split) for split in splits.values()))
        names = [look.name for letter, look in LOOKS.items() if letter in used]
        handles = [_mark(look) for letter, look in LOOKS.items() if letter in used]
        figure.legend(handles, names, loc="outside lower center", ncols=across + 2, handletextpad=0.1)
    return figure


def save(figure: Figure, told: str) -> bytes:
    """The picture as SVG on white, which tells the same in words; the same bytes whenever it is drawn.

    It names the version of Matplotlib, since another version may draw other bytes.
    """
    svg = io.BytesIO()
    with style.canvas(1, 1):  # its settings
        metadata = {"Date": None, "Creator": f"Matplotlib {mpl.__version__}", "Description": told}
        figure.savefig(svg, format="svg", facecolor="white", metadata=metadata)
    return svg.getvalue()


def letters(split: Split) -> list[str]:
    """(n,) the part of each interaction of the data set, as a key of LOOKS."""
    found: dict[tuple[int, int], str] = {}
    for part in (split.validation, split.test):
        if part is not None:
            asked = np.repeat(part.askers, np.diff(part.query.offsets))
            found |= dict.fromkeys(zip(asked.tolist(), part.query.items.tolist(), strict=True), "h")
    for letter, piece in (("t", split.train), ("v", split.validation), ("T", split.test)):
        found |= dict.fromkeys(_pairs(piece), letter)
    return [found.get(pair, "-") for pair in _pairs(split.dataset.interactions)]


def words(split: Split) -> str:
    """The same in text: a line for each user, a letter for each interaction, oldest first."""
    data, found = split.dataset.interactions, letters(split)
    bounds = zip(data.offsets[:-1].tolist(), data.offsets[1:].tolist(), strict=True)
    rows = ("".join(found[start:end]) for start, end in bounds)
    return "\n".join(f"{name} {row}" for name, row in zip(split.dataset.users.ids, rows, strict=True))


def _pairs(part: Interactions | HeldOut | None) -> list[tuple[int, int]]:
    if part is None:
        return []
    users = part.users if isinstance(part, Interactions) else part.askers[part.rows]
    return list(zip(users.tolist(), part.items.tolist(), strict=True))


def _panel(axes: Axes, split: Split, along: str) -> None:
    data, found = split.dataset.interactions, np.array(letters(split))
    x = data.items if along == "item" else data.times
    if x is None:
        x = np.arange(len(data)) - data.offsets[data.users]
    for letter, look in LOOKS.items():
        here = found == letter
        mark = _mark(look)
        mark.set_data(x[here], data.users[here])
        mark.set_gid(f"part-{look.name.replace(' ', '-')}")
        if here.any():
            axes.add_line(mark)
    axes.set_ylim(data.n_users - 0.4, -0.6)
    axes.set_yticks(range(data.n_users), split.dataset.users.ids)
    axes.tick_params(axis="y", length=0)
    axes.set_ylabel("user")
    axes.label_outer()
    margin = 0.05 * float(np.ptp(x)) + 0.5
    axes.set_xlim(float(x.min()) - margin, float(x.max()) + margin)
    if along == "item":
        axes.set_xticks(range(data.n_items), split.dataset.items.ids, fontsize=8)
    else:
        axes.set_xticks([])
    axes.set_xlabel("item" if along == "item" else "time →", fontsize=9)


def _mark(look: Look) -> Line2D:
    face = look.colour if look.filled else "white"
    return Line2D(
        [], [], linestyle="", marker=look.marker, markersize=5.5, color=look.colour, markerfacecolor=face, clip_on=False
    )
