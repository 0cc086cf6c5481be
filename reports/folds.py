"""Splits that are folds or windows of one protocol, taken together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from bench.records import canonical
from bench.titles import describe
from reports.columns import Column, of_metric
from reports.model import Estimate, Group, Row

ONE_OF = ("fold", "window")  # the options that number the parts of a protocol


def with_means(groups: Sequence[Group]) -> list[Group]:
    """The same groups, each family of folds preceded by a group with their means."""
    families: dict[tuple[str, str], list[Group]] = {}
    for group in groups:
        families.setdefault(_family(group), []).append(group)
    found = []
    for members in families.values():
        if len(members) == 1:
            found += members
        else:
            mean = _mean(members)
            found += [mean, *(replace(member, part_of=mean.title) for member in members)]
    return found


def _family(group: Group) -> tuple[str, str]:
    """What groups have in common that differ in nothing but the number of their fold or window."""
    split = group.rows[0].cells[0].record.slot.split
    if not any(split.get(name) for name in ONE_OF):
        return group.dataset, group.split
    return group.dataset, canonical({name: value for name, value in split.items() if name not in ONE_OF})


def _mean(members: Sequence[Group]) -> Group:
    """Every algorithm averaged over the folds; without a number where a fold has none."""
    first = members[0]
    split = first.rows[0].cells[0].record.slot.split
    usual = describe({name: value for name, value in split.items() if name in ("name", "folds", "windows")})
    every = [row for group in members for row in group.rows]
    labels = dict.fromkeys(row.label for row in every)
    rows = [_row([row for row in every if row.label == label], len(members)) for label in labels]
    rows.sort(key=lambda row: _order(row, of_metric(first.leading)))
    mark = " †" if first.remark else ""
    title = f"{usual}, mean of {len(members)}{mark}"
    return Group(first.dataset, title, "", first.context, tuple(rows), first.leading, folds=len(members))


def _order(row: Row, column: Column) -> tuple[bool, float, str]:
    value = row.estimate(column.name).value
    return value is None, 0.0 if value is None else -column.sign * value, row.label


def _row(rows: list[Row], folds: int) -> Row:
    """One algorithm over all folds."""
    cells = tuple(cell for row in rows for cell in row.cells)
    lacking = "" if len(rows) == folds else f"run on {len(rows)} of {folds}"
    made = Row(rows[0].label, rows[0].family, cells, lacking=lacking)
    if not made.complete:
        return made
    estimates = {name: _over([row.estimate(name) for row in rows]) for name in rows[0].estimates}
    curves = {
        name: tuple(_average(values) for values in zip(*(row.curves[name] for row in rows), strict=True))
        for name in rows[0].curves
    }
    return replace(made, estimates=estimates, curves=curves)


def _over(estimates: list[Estimate]) -> Estimate:
    """The mean with the lowest and the highest fold."""
    known = [e.value for e in estimates if e.value is not None]
    if len(known) < len(estimates):
        return Estimate(reason=next((e.reason for e in estimates if e.reason), "a fold has no number"))
    low, high = min(known), max(known)
    mean = float(np.mean(known))
    return Estimate(mean, low, high) if low < high else Estimate(mean)


def _average(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known and len(known) == len(values) else None
