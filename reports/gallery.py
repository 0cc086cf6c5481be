"""Which pictures a report has, what each is called, and the numbers from which files and page draw it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from matplotlib.figure import Figure

from reports import captions, columns, differences, growth, ranks, tuning
from reports import slices as parts
from reports.averages import CURVES
from reports.columns import of_metric
from reports.figures import (
    beyond,
    critical,
    cutoffs,
    forest,
    groups,
    learning,
    numbers,
    overview,
    pairs,
    quality,
    spread,
    style,
    tradeoff,
)
from reports.figures import growth as growths
from reports.figures import tuning as searches
from reports.figures.numbers import Numbers
from reports.model import Group, Results
from reports.plots import curves, dots, points, tiles
from reports.plots.figure import Figure as Plot
from reports.plots.figure import axis


@dataclass(frozen=True)
class Drawn:
    """One picture: for files, for the page, and as numbers."""

    kind: str  # the last part of the names of its files
    title: str
    caption: str
    figure: Figure
    plot: Plot
    numbers: Numbers


@dataclass(frozen=True)
class Looks:
    """How algorithms and families are drawn, the same in all pictures of a report."""

    styles: dict[str, style.Style]  # by label
    families: dict[str, str]  # colours


def of_group(group: Group, looks: Looks) -> Iterator[Drawn]:
    """What is known of one data set and split."""
    metric, column = columns.metric_title(group.leading), of_metric(group.leading)
    styles, families = looks.styles, looks.families
    upright = f"{metric}  ({'better →' if column.better == 'higher' else '← better'})"
    if any(row.estimate(group.leading).value is not None for row in group.complete):
        shown = numbers.quality(group)
        unfinished = {row.label: row.status for row in group.rows if not row.complete}
        band = group.rows[0].estimate(group.leading).interval
        plot = dots.draw(shown, group.leading, f"{metric}  ({column.direction})", styles, notes=unfinished, band=band)
        figure = quality.draw(group, styles, families)
        yield Drawn("quality", f"{metric} by algorithm", captions.quality(group, metric), figure, plot, shown)
    for cost in tradeoff.COSTS:
        if tradeoff.points(group, cost):
            shown, bottom = numbers.costs(group, cost), f"{cost.title}, logarithmic  (← better)"
            plot = points.against_cost(shown, group.leading, upright, bottom, cost.text, styles)
            caption, figure = captions.tradeoff(group, metric, cost), tradeoff.draw(group, cost, styles, families)
            yield Drawn(cost.name, f"{metric} against {cost.title.lower()}", caption, figure, plot, shown)
    for found in differences.of_group(group):
        if any(comparison.value is not None for _, comparison in found.lines):
            yield _forest(group, found, looks)
    yield from _pairs(group, metric)
    if sliced := parts.of_group(group):
        shown = numbers.slices(sliced)
        plot = tiles.draw(
            shown, lambda e: groups.head(e["by"], e["group"]), _share, _value(group.leading), groups.SCALE
        )
        yield Drawn(
            "groups",
            f"{metric} by groups of users and items",
            captions.groups(group, metric),
            groups.draw(sliced),
            plot,
            shown,
        )
    if wanted := beyond.names(group):
        shown, others = numbers.beyond(group), [(name, of_metric(name).title) for name in wanted]
        plot = points.panels(shown, group.leading, metric, others, styles, coloured=_foremost(group))
        title = f"{metric} against coverage, novelty and popularity"
        yield Drawn("beyond", title, captions.beyond(group), beyond.draw(group, styles), plot, shown)
    if spread.of_group(group):
        shown = numbers.seeds(group)
        spreads = {e["algorithm"]: spread.said(e["low"], e["high"]) for e in shown if e["seed"] == "mean"}
        plot = dots.draw(shown, group.leading, f"{metric} of each seed  ({column.direction})", styles, notes=spreads)
        figure = spread.draw(group, styles, families)
        yield Drawn("seeds", f"{metric} by seed", captions.seeds(group, metric), figure, plot, shown)
    yield from _curves(group, looks)
    yield from _searches(group, looks)


def across(results: Results, looks: Looks) -> Iterator[Drawn]:
    """What takes several data sets or splits."""
    for found in growth.of_groups(results.groups):
        yield _growth(found, looks)
    yield from _overall(results, looks)


def _growth(found: growth.Growth, looks: Looks) -> Drawn:
    """A line for each algorithm over the steps."""
    shown, column = numbers.growth(found), found.column
    ticks = {"tickvals": list(range(len(found.steps))), "ticktext": [found.along.text(step) for step, _ in found.steps]}
    title = f"{column.title}  ({'better →' if column.sign > 0 else '← better'})"
    plot = curves.draw(
        shown,
        "step",
        {column.name: title},
        looks.styles,
        coloured=set(found.labels[: cutoffs.SHOWN]),
        bottom=lambda _: axis(found.along.bottom, **ticks),
    )
    figure = growths.draw(found, looks.styles)
    said = f"{column.title} on {found.dataset}: {found.along.bottom[0].lower()}{found.along.bottom[1:]}"
    kind = "growth" if found.along.option == "shown" else found.along.option.replace("_", "-")
    return Drawn(f"{kind}-{found.dataset}", said, captions.growth(found), figure, plot, shown)


def _overall(results: Results, looks: Looks) -> Iterator[Drawn]:
    """All data sets side by side."""
    found = ranks.comparable(results.groups)
    if len(found) < 2:
        return
    metric = columns.metric_title(found[0].leading)
    shown = numbers.overview(found)
    scale = f"{metric}, best of the column = 1"
    plot = tiles.draw(shown, lambda e: f"{e['dataset']} · {e['split']}", _share, _value(found[0].leading), scale)
    title = f"{metric} on all data sets"
    yield Drawn("overview", title, captions.overview(found, metric), overview.draw(found), plot, shown)
    table = ranks.table(found)
    if table.test.critical is not None:
        shown = numbers.ranks(table)
        bottom = f"Mean rank over {table.datasets} data sets  (← better)"
        best = (shown[0]["low"], shown[0]["high"])
        plot = dots.draw(shown, "mean_rank", bottom, looks.styles, band=best)
        figure = critical.draw(table, looks.styles)
        yield Drawn("ranks", f"Mean ranks by {metric}", captions.ranks(table), figure, plot, shown)


def _forest(group: Group, found: differences.Differences, looks: Looks) -> Drawn:
    """Differences from the best, or from the baseline."""
    shown = sorted(numbers.differences(found), key=lambda entry: -(entry["difference"] or 0.0))
    bottom = f"{found.heading}  ({found.column.direction})"
    plot = dots.draw(shown, "difference", bottom, looks.styles, band=(0, 0))
    kind = "baseline" if found.other.label == group.baseline else "best"
    title = f"{found.column.title}: differences from {found.other.label}"
    figure = forest.draw(found, looks.styles, looks.families)
    return Drawn(f"differences-{kind}", title, captions.forest(group, found), figure, plot, shown)


def _pairs(group: Group, metric: str) -> Iterator[Drawn]:
    """All algorithms against all others."""
    if (won := pairs.wins(group)).rows:
        shown = numbers.wins(won)
        plot = tiles.draw(
            shown, _other, lambda e: e["share"], lambda e: f"{100 * e['share']:.0f}", pairs.WON, colours=pairs.BALANCE
        )
        yield Drawn(
            "wins", f"Users better off, by {metric}", captions.wins(group, metric), pairs.draw_wins(won), plot, shown
        )
    if (alike := pairs.alike(group)).rows:
        shown = numbers.similarity(alike)
        place = {row.label: number for number, row in enumerate(alike.rows)}

        def overlap(entry: dict[str, Any]) -> float:
            above = place[entry["algorithm"]] < place[entry["other"]]
            return float(entry["overlap" if above else "average_overlap"])

        plot = tiles.draw(shown, _other, overlap, lambda entry: f"{100 * overlap(entry):.0f}", pairs.SHARED)
        figure = pairs.draw_alike(alike)
        yield Drawn("similarity", "How alike the lists are", captions.similarity(group), figure, plot, shown)


def _curves(group: Group, looks: Looks) -> Iterator[Drawn]:
    """By epoch and by cut-off."""
    if learnt := learning.of_group(group):
        shown = numbers.learning(group)
        labels = {row.label for rows in learnt.values() for row in rows}
        titles = {name: learning.SAID[name] for name in learnt}
        plot = curves.draw(shown, "epoch", titles, looks.styles, coloured=labels, bottom=lambda _: axis("Epoch"))
        figure = learning.draw(group, looks.styles)
        yield Drawn("learning", "Learning curves", captions.learning(group), figure, plot, shown)
    if any(row.curves for row in group.complete):
        shown = numbers.cutoffs(group)
        titles = {name: f"{columns.metric_title(name)}@k  (better →)" for name in CURVES}
        ticks = {"type": "log", "tickvals": list(cutoffs.TICKS)}
        plot = curves.draw(
            shown,
            "k",
            titles,
            looks.styles,
            coloured=_foremost(group),
            bottom=lambda _: axis("Cut-off k, logarithmic", **ticks),
        )
        figure = cutoffs.draw(group, looks.styles)
        yield Drawn("cutoffs", "NDCG and recall by cut-off", captions.cutoffs(group), figure, plot, shown)


def _searches(group: Group, looks: Looks) -> Iterator[Drawn]:
    """What tuning found, and when; searches for different metrics apart."""
    every = tuning.of_group(group)
    for column in dict.fromkeys(tuned.column for tuned in every):
        found = [tuned for tuned in every if tuned.column == column]
        shown = numbers.tuning(found)
        title = f"{column.title}, validation  ({'better →' if column.sign > 0 else '← better'})"
        plot = curves.draw(
            shown,
            "spent",
            dict.fromkeys(searches.ALONG, title),
            looks.styles,
            coloured={tuned.row.label for tuned in found[: cutoffs.SHOWN]},
            bottom=lambda along: axis(searches.ALONG[along]),
        )
        figure = searches.draw(found, looks.styles)
        said = f"{column.title} on the validation part while tuning"
        yield Drawn(f"tuning-{column.name.replace('@', '-')}", said, captions.tuning(group, found), figure, plot, shown)


def _foremost(group: Group) -> set[str]:
    """The algorithms that have a colour where there are many."""
    return {row.label for row in cutoffs.foremost(group)[0]}


def _other(entry: dict[str, Any]) -> str:
    return str(entry["other"])


def _share(entry: dict[str, Any]) -> float | None:
    """Of the best in the column."""
    return entry["share"]  # type: ignore[no-any-return]


def _value(metric: str) -> Any:
    """How a tile is written: the number, or the mark of its status."""
    column = of_metric(metric)
    return lambda e: overview.mark(e["status"]) if e.get("status", "ok") != "ok" else column.text(e[metric])
