"""Rows out of cells: numbers averaged over seeds, with intervals over users."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from bench.metrics.measured import Measured
from bench.records import Context, canonical
from bench.types import Ints, Longs
from reports.against import against
from reports.columns import MEMORY, TRAINING, Column, of_metric
from reports.model import Cell, Estimate, Row, Slices
from reports.statistics import bootstrap

CUTOFFS = (1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100)
CURVES = ("ndcg", "recall")
BEYOND = ("coverage@10", "novelty@10", "popularity_lift@10")


@dataclass(frozen=True)
class Seen:
    """An attempt and what was measured on its answers; nothing without answers."""

    cell: Cell
    measured: dict[str, Measured] = field(default_factory=dict)
    slices: Slices = field(default_factory=dict)
    lists: Ints | None = None  # (q, LISTED)
    held: tuple[Longs, Ints] | None = None  # offsets and held-out items


def drawn() -> list[str]:
    """The metrics behind the pictures."""
    return [*(f"{curve}@{k}" for curve in CURVES for k in CUTOFFS), *BEYOND]


def rows(
    seen: Sequence[Seen], context: Context | None, names: Sequence[str], leading: str, baseline: str = ""
) -> tuple[Row, ...]:
    """One row per label and parameters, the best by `leading` first, those without numbers last.

    Each is compared with the best one, and with the one called `baseline`.
    """
    by_row: dict[tuple[str, str], list[Seen]] = defaultdict(list)
    for one in seen:
        slot = one.cell.record.slot
        by_row[one.cell.record.label, canonical([slot.params, slot.tuning])].append(one)
    made = [_row(label, members, names, leading) for (label, _), members in by_row.items()]
    if context is not None:
        made = _with_intervals(made, list(by_row.values()), context, names)
    ordered = sorted(made, key=lambda row: _order(row, of_metric(leading)))
    if context is not None:
        for other in dict.fromkeys((ordered[0].label, baseline)):
            ordered = _compared(ordered, other, context, leading)
    return tuple(ordered)


def _compared(made: list[Row], label: str, context: Context, leading: str) -> list[Row]:
    """The rows, each complete one but that of the label compared with it."""
    other = next((row for row in made if row.label == label and row.complete), None)
    if other is None:
        return made
    rest = [row for row in made if row.complete and row is not other]
    found = {id(row): c for row, c in zip(rest, against(rest, other, context.users, leading), strict=True)}
    return [replace(row, against={**row.against, label: found[id(row)]}) if id(row) in found else row for row in made]


def _order(row: Row, column: Column) -> tuple[bool, bool, float, str]:
    """Best first, then rows without this number, then incomplete ones."""
    value = row.estimate(column.name).value
    return not row.complete, value is None, 0.0 if value is None else -column.sign * value, row.label


def _row(label: str, members: list[Seen], names: Sequence[str], leading: str) -> Row:
    """A row with its numbers, but without intervals over users."""
    cells = tuple(sorted((one.cell for one in members), key=lambda cell: cell.record.slot.seed))
    row = Row(label, cells[0].record.family, cells)
    if not row.complete:
        return row
    measured = [one.measured for one in members]
    estimates = {name: _over_seeds([found[name] for found in measured]) for name in names}
    walls = [cell.record.phases["fit"].wall if "fit" in cell.record.phases else None for cell in cells]
    estimates[TRAINING] = _spread(walls, "the record has no time for this phase")
    estimates[MEMORY] = _spread([float(cell.record.memory) or None for cell in cells], "the record has no peak")
    curves = {
        curve: tuple(_over_seeds([m[f"{curve}@{k}"] for m in measured]).value for k in CUTOFFS) for curve in CURVES
    }
    parts = [_parts([found[leading]]) for found in measured]
    return replace(
        row,
        estimates=estimates,
        curves=curves,
        beyond={name: _over_seeds([found[name] for found in measured]).value for name in BEYOND},
        slices=_mean_slices([one.slices for one in members]),
        lists=min(members, key=lambda one: one.cell.record.slot.seed).lists,
        parts=() if None in parts else tuple(part for part in parts if part),
    )


def _mean_slices(found: list[Slices]) -> Slices:
    """Each metric of each slice averaged over seeds; None where a seed has no value."""
    means: Slices = {}
    for key, metrics in found[0].items():
        values = {name: [slices.get(key, {}).get(name) for slices in found] for name in metrics}
        means[key] = {name: _spread(each, "").value for name, each in values.items()}
    return means


def _over_seeds(measured: list[Measured]) -> Estimate:
    """The value of the parts averaged over seeds, or the mean of the values of a metric that has no parts."""
    parts = _parts(measured)
    reason = next((m.reason for m in measured if m.reason), "")
    if parts is not None and all(m.value is not None for m in measured):
        return Estimate(parts.value, reason=reason)
    return _spread([m.value for m in measured], reason)


def _parts(measured: list[Measured]) -> bootstrap.Parts | None:
    found = [
        bootstrap.Parts(m.numerator, m.denominator, m.root)
        for m in measured
        if m.numerator is not None and m.denominator is not None
    ]
    return bootstrap.mean(found) if found and len(found) == len(measured) else None


def _spread(values: Sequence[float | None], reason: str) -> Estimate:
    """The mean of one value per seed with the lowest and the highest; no spread for one seed or equal values."""
    known = [value for value in values if value is not None]
    if not known or len(known) < len(values):
        return Estimate(reason=reason)
    middle, low, high = float(np.mean(known)), min(known), max(known)
    return Estimate(middle, low, high) if low < high else Estimate(middle)


def _with_intervals(made: list[Row], members: list[list[Seen]], context: Context, names: Sequence[str]) -> list[Row]:
    """The rows with 95 % intervals over users, all from the same resamples."""
    places, parts = [], []
    for place, row in enumerate(made):
        for name in names if row.complete else ():
            found = _parts([one.measured[name] for one in members[place]])
            if found is not None and row.estimates[name].value is not None:
                places.append((place, name))
                parts.append(found)
    estimates = [dict(row.estimates) for row in made]
    for (place, name), interval in zip(places, bootstrap.intervals(context.users, parts), strict=True):
        old = estimates[place][name]
        estimates[place][name] = replace(old, low=interval.low, high=interval.high, users=True, reason=interval.reason)
    return [replace(row, estimates=found) for row, found in zip(made, estimates, strict=True)]
