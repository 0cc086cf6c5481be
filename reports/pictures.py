"""Which pictures a report has, and what stands below them."""

from __future__ import annotations

import base64
import csv
import io
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

from matplotlib.figure import Figure

from reports import captions, columns, differences, ranks
from reports.escape import clean, csv_text
from reports.figures import (
    beyond,
    critical,
    cutoffs,
    forest,
    learning,
    numbers,
    overview,
    pairs,
    quality,
    spread,
    style,
    tradeoff,
)
from reports.figures.numbers import Numbers
from reports.model import Group, Results

LARGE = 300_000  # bytes of an SVG


@dataclass(frozen=True)
class Picture:
    """A picture in both formats."""

    name: str  # of its files, without suffix
    title: str
    caption: str
    group: Group | None  # None: it is about all of them
    svg: bytes
    png: bytes
    numbers: Numbers  # the same as a table

    @property
    def uri(self) -> str:
        """For the page: the SVG, or the PNG where that has so many marks that it would fill the page."""
        kind, content = ("svg+xml", self.svg) if len(self.svg) <= LARGE else ("png", self.png)
        return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"

    def to_csv(self) -> str:
        """The numbers, one line for each mark."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        for line in (list(self.numbers[0]), *(one.values() for one in self.numbers)) if self.numbers else ():
            writer.writerow(csv_text(clean(value)) if isinstance(value, str) else value for value in line)
        return out.getvalue()


Drawn = tuple[str, str, str, Figure, Numbers]  # kind, title, caption


def draw(results: Results) -> list[Picture]:
    """All pictures, by group; none for a group in which nothing can be drawn."""
    rows = [row for group in results.groups for row in group.rows]
    styles, colours = style.styles(rows), style.families(rows)
    drawn: list[Picture] = []
    for group in (group for group in results.groups if not group.part_of):
        for kind, title, caption, figure, shown in _of_group(group, styles, colours):
            name = _free_name(f"{_slug(group.dataset)}-{_slug(group.split)}-{kind}", {p.name for p in drawn})
            drawn.append(Picture(name, title, caption, group, *_save(figure), shown))
    for kind, title, caption, figure, shown in _across(results, styles):
        drawn.append(Picture(kind, title, caption, None, *_save(figure), shown))
    return drawn


def _across(results: Results, styles: dict[str, style.Style]) -> Iterator[Drawn]:
    """What takes several data sets or splits."""
    groups = ranks.comparable(results.groups)
    if len(groups) < 2:
        return
    metric = columns.metric_title(groups[0].leading)
    caption = (
        f"{metric} on each data set and split; the colour is its share of the best number there. {overview.LEGEND}"
    )
    yield "overview", f"{metric} on all data sets", caption, overview.draw(groups), numbers.overview(groups)
    table = ranks.table(groups)
    if table.test.critical is not None:
        said = "Grey: what cannot be told from the best. Bars that do not meet: the two differ (Nemenyi's test, 5 %)."
        caption = f"{said} {table.remark}"
        yield "ranks", f"Mean ranks by {metric}", caption, critical.draw(table, styles), numbers.ranks(table)


def _of_group(group: Group, styles: dict[str, style.Style], colours: dict[str, str]) -> Iterator[Drawn]:
    metric = columns.metric_title(group.leading)
    if any(row.estimate(group.leading).value is not None for row in group.complete):
        yield (
            "quality",
            f"{metric} by algorithm",
            captions.quality(group, metric),
            quality.draw(group, styles, colours),
            numbers.quality(group),
        )
    for cost in tradeoff.COSTS:
        if tradeoff.points(group, cost):
            against, caption = cost.title.lower(), captions.tradeoff(group, metric, cost)
            figure, shown = tradeoff.draw(group, cost, styles, colours), numbers.costs(group, cost)
            yield cost.name, f"{metric} against {against}", caption, figure, shown
    for found in differences.of_group(group):
        if any(comparison.value is not None for _, comparison in found.lines):
            title = f"{metric}: differences from {found.other.label}"
            kind = "baseline" if found.other.label == group.baseline else "best"
            figure, shown = forest.draw(found, styles, colours), numbers.differences(found)
            yield f"differences-{kind}", title, captions.forest(group, found), figure, shown
    if (won := pairs.wins(group)).rows:
        title = f"Users better off, by {metric}"
        yield "wins", title, captions.wins(group, metric), pairs.draw_wins(won), numbers.wins(won)
    if (alike := pairs.alike(group)).rows:
        figure, shown = pairs.draw_alike(alike), numbers.similarity(alike)
        yield "similarity", "How alike the lists are", captions.similarity(group), figure, shown
    if beyond.names(group):
        title = f"{metric} against coverage, novelty and popularity"
        yield "beyond", title, captions.beyond(group), beyond.draw(group, styles), numbers.beyond(group)
    if spread.of_group(group):
        figure, shown = spread.draw(group, styles, colours), numbers.seeds(group)
        yield "seeds", f"{metric} by seed", captions.seeds(group, metric), figure, shown
    if learning.of_group(group):
        yield (
            "learning",
            "Learning curves",
            captions.learning(group),
            learning.draw(group, styles),
            numbers.learning(group),
        )
    if any(row.curves for row in group.complete):
        yield (
            "cutoffs",
            "NDCG and recall by cut-off",
            captions.cutoffs(group),
            cutoffs.draw(group, styles),
            numbers.cutoffs(group),
        )


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
