"""Which pictures a report has, and what stands below them."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

from matplotlib.figure import Figure

from reports import columns, differences, ranks
from reports.averages import CUTOFFS
from reports.figures import (
    beyond,
    critical,
    cutoffs,
    forest,
    learning,
    overview,
    pairs,
    quality,
    spread,
    style,
    tradeoff,
)
from reports.model import LISTED, Group, Results
from reports.statistics import bootstrap


@dataclass(frozen=True)
class Picture:
    """A picture in both formats."""

    name: str  # of its files, without suffix
    title: str
    caption: str
    group: Group | None  # None: it is about all of them
    svg: bytes
    png: bytes


def draw(results: Results) -> list[Picture]:
    """All pictures, by group; none for a group in which nothing can be drawn."""
    rows = [row for group in results.groups for row in group.rows]
    styles, colours = style.styles(rows), style.families(rows)
    drawn: list[Picture] = []
    for group in (group for group in results.groups if not group.part_of):
        for kind, title, caption, figure in _of_group(group, styles, colours):
            name = _free_name(f"{_slug(group.dataset)}-{_slug(group.split)}-{kind}", {p.name for p in drawn})
            drawn.append(Picture(name, title, caption, group, *_save(figure)))
    for kind, title, caption, figure in _across(results, styles):
        drawn.append(Picture(kind, title, caption, None, *_save(figure)))
    return drawn


def _across(results: Results, styles: dict[str, style.Style]) -> Iterator[tuple[str, str, str, Figure]]:
    """What takes several data sets or splits."""
    groups = ranks.comparable(results.groups)
    if len(groups) < 2:
        return
    metric = columns.metric_title(groups[0].leading)
    caption = (
        f"{metric} on each data set and split; the colour is its share of the best number there. {overview.LEGEND}"
    )
    yield "overview", f"{metric} on all data sets", caption, overview.draw(groups)
    table = ranks.table(groups)
    if table.test.critical is not None:
        said = "Grey: what cannot be told from the best. Bars that do not meet: the two differ (Nemenyi's test, 5 %)."
        yield "ranks", f"Mean ranks by {metric}", f"{said} {table.remark}", critical.draw(table, styles)


def _of_group(
    group: Group, styles: dict[str, style.Style], colours: dict[str, str]
) -> Iterator[tuple[str, str, str, Figure]]:
    metric = columns.metric_title(group.leading)
    if any(row.estimate(group.leading).value is not None for row in group.complete):
        yield "quality", f"{metric} by algorithm", _quality(group, metric), quality.draw(group, styles, colours)
    for cost in tradeoff.COSTS:
        if tradeoff.points(group, cost):
            against, caption = cost.title.lower(), _tradeoff(group, metric, cost)
            yield cost.name, f"{metric} against {against}", caption, tradeoff.draw(group, cost, styles, colours)
    for found in differences.of_group(group):
        if any(comparison.value is not None for _, comparison in found.lines):
            title = f"{metric}: differences from {found.other.label}"
            kind = "baseline" if found.other.label == group.baseline else "best"
            yield f"differences-{kind}", title, _forest(group, found), forest.draw(found, styles, colours)
    if len(pairs.of_users(group)) > 1:
        title = f"Users better off, by {metric}"
        yield "wins", title, _wins(group, metric), pairs.draw_wins(group)
    if len(pairs.of_lists(group)) > 1:
        yield "similarity", "How alike the lists are", _similarity(group), pairs.draw_similarity(group)
    if beyond.names(group):
        yield "beyond", f"{metric} against coverage, novelty and popularity", _beyond(group), beyond.draw(group, styles)
    if spread.of_group(group):
        yield "seeds", f"{metric} by seed", _seeds(group, metric), spread.draw(group, styles, colours)
    if learning.of_group(group):
        yield "learning", "Learning curves", _learning(group), learning.draw(group, styles)
    if any(row.curves for row in group.complete):
        yield "cutoffs", "NDCG and recall by cut-off", _cutoffs(group), cutoffs.draw(group, styles)


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


def sample(group: Group) -> str:
    """Users, split and seeds, as every caption names them."""
    asked = f"{group.users:,} users" + (f", {group.questions:,} questions" if group.questions != group.users else "")
    seeds = ", ".join(map(str, group.seeds))
    return f"{group.dataset}, split {group.split}, {asked}, {'seed' if len(group.seeds) == 1 else 'seeds'} {seeds}"


def bars(group: Group) -> str:
    """What the lines through the points are."""
    averaged = "; several seeds are averaged for each question first" if len(group.seeds) > 1 else ""
    if any(row.estimate(group.leading).interval for row in group.complete):
        return f"95 % bootstrap intervals over users ({bootstrap.RESAMPLES:,} resamples{averaged})"
    return ""


def _quality(group: Group, metric: str) -> str:
    lines = bars(group)
    said = f"Lines are {lines}; the grey band is that of the best." if lines else "No intervals can be given here."
    return f"{metric} on {sample(group)}. Dots are means over users. {said} Colours are families."


def _forest(group: Group, found: differences.Differences) -> str:
    return (
        f"{found.heading} for the same users, on {sample(group)}. Lines are 95 % bootstrap intervals of one "
        f"difference; p: randomization test, corrected for {len(found.lines)} comparisons (Holm); filled: p < 0.05."
    )


def _wins(group: Group, metric: str) -> str:
    return (
        f"Share of users who have a better {metric} from the algorithm of the row than from that of the column, on "
        f"{sample(group)}; users who have the same from both count half for each. Best on top."
    )


def _similarity(group: Group) -> str:
    return (
        f"Above the diagonal: how many of the {LISTED} items in the lists of two algorithms are the same, mean over "
        f"questions. Below: the mean of that over the first 1, 2, … {LISTED} items, in which the top counts more. "
        f"{sample(group)}, lists of the first seed."
    )


def _beyond(group: Group) -> str:
    return (
        f"What accuracy is paid with, on {sample(group)}. Coverage: share of the catalogue in somebody's list. "
        "Novelty: mean bits of surprise, more for items that few have. Popularity lift: how much more popular listed "
        "items are than those of the histories. Coloured: the best, and the best of each family; grey: the others."
    )


def _seeds(group: Group, metric: str) -> str:
    return f"{metric} with each seed (strokes) and their mean, on {sample(group)}; ±: half of what lies between them."


def _learning(group: Group) -> str:
    return (
        f"Quality on the validation part after each epoch, on {sample(group)}; a line for each seed, a sign at the "
        "best epoch, whose weights are kept. Algorithms that report no such quality are missing."
    )


def _tradeoff(group: Group, metric: str, cost: tradeoff.Cost) -> str:
    lines = bars(group)
    said = f" Upright lines are {lines}." if lines else ""
    return (
        f"{metric} against {cost.title.lower()} on {sample(group)}.{said} The dashed stairs join the algorithms that "
        "nothing cheaper beats; the others are grey. Where there is no room a name is left out; the table has them all."
    )


def _cutoffs(group: Group) -> str:
    shown, others = cutoffs.foremost(group)
    grey = f" The {len(shown)} best are coloured, the best of each family first; grey: the others." if others else ""
    return f"NDCG and recall at cut-offs k from 1 to {CUTOFFS[-1]} on {sample(group)}; means over users.{grey}"
