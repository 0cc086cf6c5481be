"""What each picture shows, as lines of a table: for other programs, and for whoever wants to draw it again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, permutations
from typing import Any

from reports.averages import CUTOFFS
from reports.columns import TRAINING, of_metric
from reports.differences import Differences
from reports.figures import beyond as beyond_accuracy
from reports.figures import groups, tiles, tradeoff
from reports.figures import learning as curves
from reports.figures import overview as data_sets
from reports.figures.cutoffs import foremost
from reports.figures.pairs import Pairs
from reports.figures.spread import of_group
from reports.figures.tradeoff import Cost
from reports.growth import Growth
from reports.model import Estimate, Group, Row
from reports.ranks import Table
from reports.slices import Sliced
from reports.tuning import Tuned

Numbers = list[dict[str, Any]]  # one dict for each mark, all with the same keys


def _named(row: Row) -> dict[str, Any]:
    return {"algorithm": row.label, "family": row.family}


def quality(group: Group) -> Numbers:
    """The leading metric with its interval."""
    found = [(row, row.estimate(group.leading)) for row in group.rows]
    return [{**_named(row), "status": row.status, group.leading: e.value, **_ends(e)} for row, e in found]


def costs(group: Group, cost: Cost) -> Numbers:
    """Cost in seconds or bytes, and quality; the frontier is what nothing cheaper beats."""
    found = tradeoff.points(group, cost)
    kept = {id(row) for *_, row in tradeoff.frontier(found, of_metric(group.leading))}
    ends = [_ends(row.estimate(group.leading)) for *_, row in found]
    return [
        {**_named(row), "cost": x, group.leading: y, **own, "frontier": id(row) in kept}
        for (x, y, row), own in zip(found, ends, strict=True)
    ]


def _ends(estimate: Estimate) -> dict[str, float | None]:
    """The interval over users."""
    low, high = estimate.interval or (None, None)
    return {"low": low, "high": high}


def differences(found: Differences) -> Numbers:
    """Paired differences from one algorithm."""
    return [
        {**_named(row), "difference": c.value, "low": c.interval.low, "high": c.interval.high, "p_holm": c.holm}
        for row, c in found.lines
    ]


def wins(found: Pairs) -> Numbers:
    """Shares of users better off with the first of each pair."""
    return [{**_pair(found, i, j), "share": float(found.values[i, j])} for i, j in _places(found)]


def similarity(found: Pairs) -> Numbers:
    """Overlap of the lists of each pair."""
    return [
        {**_pair(found, i, j), "overlap": float(found.values[i, j]), "average_overlap": float(found.others[i, j])}
        for i, j in _places(found)
    ]


def _places(found: Pairs) -> Iterator[tuple[int, int]]:
    return permutations(range(len(found.rows)), 2)


def _pair(found: Pairs, i: int, j: int) -> dict[str, Any]:
    return {"algorithm": found.rows[i].label, "other": found.rows[j].label}


def beyond(group: Group) -> Numbers:
    """Quality and what else a list should be."""
    wanted = beyond_accuracy.names(group)
    return [
        {**_named(row), group.leading: row.estimate(group.leading).value, **{n: row.beyond.get(n) for n in wanted}}
        for row in group.complete
    ]


def slices(found: Sequence[Sliced]) -> Numbers:
    """Quality by groups of users, items and time, and as a share of the best there."""
    return [
        {
            **_named(row),
            "by": one.by,
            "group": name,
            one.column.name: value,
            "share": tiles.share(value, best, one.column.sign),
        }
        for one in found
        for row, values in one.rows
        for name, value, best in zip(one.names, values, groups.bests(one), strict=True)
    ]


def seeds(group: Group) -> Numbers:
    """Quality of each seed, and its mean with the lowest and the highest."""
    found: Numbers = []
    for row in of_group(group):
        each = {cell.record.slot.seed: part.value for cell, part in zip(row.cells, row.parts, strict=True)}
        known = [value for value in each.values() if value is not None]
        alone = {"low": None, "high": None}
        found += [{**_named(row), "seed": seed, group.leading: value, **alone} for seed, value in each.items()]
        mean = row.estimate(group.leading).value
        found.append({**_named(row), "seed": "mean", group.leading: mean, "low": min(known), "high": max(known)})
    return found


def learning(group: Group) -> Numbers:
    """Quality on the validation part after each epoch."""
    return [
        {**_named(row), "seed": cell.record.slot.seed, "metric": name, "epoch": epoch, "value": value}
        for name, rows in curves.of_group(group).items()
        for row in rows
        for cell in row.cells
        for epoch, value in curves.points(cell.record.curve, name)
    ]


def cutoffs(group: Group) -> Numbers:
    """Metrics by cut-off."""
    return [
        {**_named(row), "metric": name, "k": k, "value": value}
        for row in chain(*foremost(group))
        for name, values in row.curves.items()
        for k, value in zip(CUTOFFS, values, strict=True)
    ]


def growth(found: Growth) -> Numbers:
    """Quality at each step of an axis, with its interval; steps are counted from 0."""
    lines = []
    for label in found.labels:
        for place, (step, _) in enumerate(found.steps):
            estimate, seconds = (found.estimate(label, step, column) for column in (found.column.name, TRAINING))
            named = {"algorithm": label, "family": found.family(label), "metric": found.column.name}
            at = {found.along.option: step, "step": place, "value": estimate.value, **_ends(estimate)}
            lines.append({**named, **at, "training_seconds": seconds.value})
    return lines


def tuning(found: Sequence[Tuned]) -> Numbers:
    """The best value so far of each search, along its trials and along its seconds."""
    return [
        {
            **{"algorithm": tuned.row.label, "family": tuned.row.family, "seed": search.seed},
            **{"metric": along, "spent": point[place], "value": point[2]},
        }
        for place, along in enumerate(("trials", "seconds"))
        for tuned in found
        for search in tuned.searches
        for point in search.so_far(tuned.column.sign)
    ]


def overview(groups: Sequence[Group]) -> Numbers:
    """Quality on all data sets, and as a share of the best there."""
    return [
        {
            "dataset": group.dataset,
            "split": group.split,
            **_named(row),
            "status": row.status,
            group.leading: row.estimate(group.leading).value,
            "share": data_sets.share(group, row),
        }
        for group in groups
        for row in group.rows
    ]


def ranks(table: Table) -> Numbers:
    """Mean ranks over data sets, best first: half a critical difference to either side, and their intervals."""
    reach, n = (table.test.critical or 0.0) / 2, len(table.labels)
    limits = (table.test.low, table.test.high)
    low, high = ([None] * n if limit is None else limit.tolist() for limit in limits)
    found = sorted(zip(table.test.mean_ranks.tolist(), table.labels, low, high, strict=True))
    return [
        {
            **{"algorithm": label, "mean_rank": mean, "low": mean - reach, "high": mean + reach},
            **{"interval_low": a, "interval_high": b},
        }
        for mean, label, a, b in found
    ]
