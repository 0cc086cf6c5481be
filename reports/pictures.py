"""The pictures of a report, as files and for the page."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass

from matplotlib.figure import Figure

from reports import gallery
from reports.csv_table import csv_table
from reports.figures import style
from reports.figures.numbers import Numbers
from reports.gallery import Drawn, Looks
from reports.model import Group, Results
from reports.plots.figure import Figure as Plot


@dataclass(frozen=True)
class Picture:
    """A picture in both formats of files, as the page draws it, and as a table."""

    name: str  # of its files, without suffix
    title: str
    caption: str
    group: Group | None  # None: it is about all of them
    svg: bytes
    png: bytes
    plot: Plot
    numbers: Numbers

    def to_csv(self) -> str:
        """The numbers, one line for each mark."""
        return csv_table(self.numbers[0], (one.values() for one in self.numbers)) if self.numbers else ""


def draw(results: Results) -> list[Picture]:
    """All pictures, by group; none for a group in which nothing can be drawn."""
    rows = [row for group in results.groups for row in group.rows]
    looks = Looks(style.styles(rows), style.families(rows))
    drawn: list[Picture] = []
    for group in (group for group in results.groups if not group.part_of):
        for one in gallery.of_group(group, looks):
            name = _free_name(f"{_slug(group.dataset)}-{_slug(group.split)}-{one.kind}", {p.name for p in drawn})
            drawn.append(_picture(name, group, one))
    for one in gallery.across(results, looks):
        drawn.append(_picture(_free_name(_slug(one.kind), {p.name for p in drawn}), None, one))
    return drawn


def _picture(name: str, group: Group | None, drawn: Drawn) -> Picture:
    return Picture(name, drawn.title, drawn.caption, group, *_save(drawn.figure), drawn.plot, drawn.numbers)


def _save(figure: Figure) -> tuple[bytes, bytes]:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)  # tables have the name in full
        return style.save(figure)


def _slug(text: str) -> str:
    """Letters, digits and hyphens only: safe as part of a file name everywhere."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower(), flags=re.ASCII).strip("-")[:40] or "unnamed"


def _free_name(name: str, taken: set[str]) -> str:
    number = 2
    free = name
    while free in taken:
        free, number = f"{name}-{number}", number + 1
    return free
