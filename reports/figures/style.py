"""How all pictures look: one colour for each family, one marker for each algorithm, the same everywhere."""

from __future__ import annotations

import io
import logging
import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from reports.escape import clean
from reports.model import Row

# The colours of Okabe and Ito (2008), told apart with every kind of colour vision; its pale yellow is left out.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#8C564B", "#5B5EA6")
BASELINE = "#6B6B6B"
_FAMILIES = {"baseline": BASELINE} | dict(
    zip(
        ("neighbours", "linear", "factors", "neural", "language", "graph", "sequential", "content", "hybrid"),
        COLOURS,
        strict=False,
    )
)
SIGNS = {"o": "●", "s": "■", "^": "▲", "D": "◆", "v": "▼", "P": "✚", "X": "✖", "*": "★", "<": "◀", ">": "▶"}
DASHES = ((), (5, 1.5), (1.5, 1.5), (6, 1.5, 1.5, 1.5))
BEATEN = "#b5b5b5"
INK, FAINT, GRID = "#222222", "#767676", "#dddddd"
DPI = 150
LEGEND_COLUMNS, LEGEND_ROW = 4, 0.2  # at most; inches
LONGEST = 38  # characters of a label in a picture; tables have all of it

_SETTINGS: Any = {
    "font.family": ["DejaVu Sans"],  # comes with matplotlib: pictures are the same on every machine
    "font.size": 9,
    "axes.labelsize": 9.5,
    "axes.labelcolor": INK,
    "axes.edgecolor": FAINT,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "text.color": INK,
    "text.parse_math": False,  # `$` is a character
    "text.usetex": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "legend.frameon": False,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "svg.fonttype": "path",
    "svg.hashsalt": "recmatrix",  # ids in the file do not change from run to run
}


@dataclass(frozen=True)
class Style:
    """How one algorithm is drawn."""

    colour: str
    marker: str
    filled: bool
    dashes: tuple[float, ...]

    @property
    def sign(self) -> str:
        """The marker as a character."""
        return SIGNS[self.marker]

    def draw(self, size: float = 6.5) -> dict[str, Any]:
        """Marker settings for matplotlib."""
        face = self.colour if self.filled else "white"
        return {
            "marker": self.marker,
            "markersize": size,
            "color": self.colour,
            "markerfacecolor": face,
            "markeredgecolor": self.colour,
        }


def families(rows: Iterable[Row]) -> dict[str, str]:
    """A colour for each family: grey for baselines, fixed ones for those we know, free ones for others."""
    names = sorted({row.family for row in rows})
    known = {name: _FAMILIES[name] for name in _FAMILIES if name in names}
    free = [colour for colour in COLOURS if colour not in known.values()] or list(COLOURS)
    others = [name for name in names if name not in known]
    return known | {name: free[place % len(free)] for place, name in enumerate(others)}


def styles(rows: Iterable[Row]) -> dict[str, Style]:
    """By label: the colour of its family and a marker of its own within it, open ones after all filled ones."""
    rows = list(rows)
    colours = families(rows)
    members: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        members[row.family].add(row.label)
    markers = list(SIGNS)
    return {
        label: Style(colours[family], markers[i % len(markers)], (i // len(markers)) % 2 == 0, DASHES[i % len(DASHES)])
        for family, labels in members.items()
        for i, label in enumerate(sorted(labels))
    }


@contextmanager
def canvas(width: float, height: float) -> Iterator[Figure]:
    """A figure of that many inches, with these settings while it is drawn."""
    with mpl.rc_context(_SETTINGS), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)  # tables have the name in full
        figure = Figure(figsize=(width, height), dpi=DPI, layout="constrained")  # hinted letters differ by resolution
        FigureCanvasAgg(figure)
        yield figure


def settle(figure: Figure) -> None:
    """Let the layout place everything, once; drawing the same figure again would cost the same again."""
    if figure.get_layout_engine() is not None:
        figure.draw_without_rendering()
        figure.set_layout_engine("none")


def save(figure: Figure) -> tuple[bytes, bytes]:
    """The picture as SVG (no background) and as PNG (on white), the same bytes whenever it is drawn."""
    svg, png = io.BytesIO(), io.BytesIO()
    font_log = logging.getLogger("matplotlib.font_manager")
    before = font_log.level
    font_log.setLevel(logging.ERROR)
    with mpl.rc_context(_SETTINGS):
        settle(figure)
        # not by `savefig`, which draws everything once more for a layout that is settled
        as_svg: Any = FigureCanvasSVG(figure)
        as_svg.print_svg(svg, metadata={"Date": None, "Creator": None})
        figure.set_dpi(DPI)  # an SVG has 72
        figure.set_facecolor("white")
        as_png: Any = FigureCanvasAgg(figure)
        as_png.print_png(png, metadata={"Software": None})
    font_log.setLevel(before)
    return svg.getvalue(), png.getvalue()


def label(text: str) -> str:
    """A label of bearable length."""
    shown = clean(text)
    return shown if len(shown) <= LONGEST else shown[: LONGEST - 1] + "…"


def legend_below(figure: Figure, panel: Axes, height: float) -> None:
    """The names of a panel's lines below all panels, in as many columns as there is room for; the figure grows."""
    handles, names = panel.get_legend_handles_labels()
    for columns in range(LEGEND_COLUMNS, 0, -1):
        legend = figure.legend(
            handles,
            names,
            loc="outside lower center",
            ncols=columns,
            fontsize=8,
            handlelength=3,
            columnspacing=1.4,
        )
        if columns == 1 or legend.get_window_extent().width <= figure.bbox.width:
            break
        legend.remove()
    figure.set_figheight(height + LEGEND_ROW * -(-len(names) // columns))


def one_per_line(axes: Axes, labels: Sequence[str]) -> None:
    """Names of algorithms down the left side, the first on top."""
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.set_yticks(range(len(labels)), [label(text) for text in labels])
    axes.tick_params(axis="y", length=0)
    axes.grid(False, axis="y")
    axes.spines["left"].set_visible(False)


def beside(place: int) -> dict[str, Any]:
    """Where a line's numbers stand, as `annotate` takes it: in the margin, level with it."""
    return {"xy": (1.015, place), "xycoords": ("axes fraction", "data"), "va": "center", "fontsize": 8}


def family_legend(figure: Figure, colours: Mapping[str, str], used: Iterable[str]) -> None:
    """The families in their colours, above the picture."""
    present = set(used)
    names = [name for name in colours if name in present]
    if len(names) < 2:
        return
    handles = [Line2D([], [], linestyle="", marker="o", markersize=6.5, color=colours[name]) for name in names]
    figure.legend(
        handles, [label(name) for name in names], loc="outside upper left", ncols=min(len(names), 6), handletextpad=0.1
    )
