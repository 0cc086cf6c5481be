"""What changed between two runs, beyond noise: statuses, quality by the same users, and costs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bench.records import canonical
from reports import columns
from reports.against import against
from reports.csv_table import csv_table
from reports.differences import p_text
from reports.model import OK, Group, Results, Row
from reports.statistics.corrections import holm
from reports.statistics.paired import SIGNIFICANT

NOISE = 1.5  # times that take this many times as long, or memory, are worth telling; clocks and machines vary
_LEAST = {columns.TRAINING: 0.5, columns.MEMORY: 50e6}  # seconds and bytes that make no difference


@dataclass(frozen=True)
class Change:
    """One thing that is not as before."""

    place: str
    label: str
    what: str  # "status", or the title of a column
    before: str
    after: str
    worse: bool  # and so a reason for a check to fail
    p: float | None = None  # corrected for all algorithms that were compared

    @property
    def sentence(self) -> str:
        """In words."""
        sure = "" if self.p is None else f" (p {p_text(self.p)})"
        return f"{self.place}: {self.label}: {self.what} {self.before} → {self.after}{sure}"


def changes(new: Results, old: Results) -> list[Change]:
    """By place and algorithm, what is worse first. Only equal splits are compared; others are named as such.

    Quality: a randomization test on the users of the leading metric, with Holm's correction for all algorithms. Costs:
    `NOISE` times as much or as little; they are told, and never called worse, since machines vary.
    """
    pairs = list(_pairs(new, old))
    found = [change for group, before, row in pairs for change in _statuses(group, before, row)]
    found += _quality([pair for pair in pairs if pair[1].complete and pair[2].complete])
    found += [change for group, before, row in pairs for change in _costs(group, before, row)]
    known = {_split(group) for group in old.groups}
    found += [
        Change(group.title, "all algorithms", "split", "—", "was not in the earlier run, or was another one", False)
        for group in new.groups
        if group.split_hash and _split(group) not in known
    ]
    return sorted(found, key=lambda change: (not change.worse, change.place, change.label))


def _pairs(new: Results, old: Results) -> Iterator[tuple[Group, Row, Row]]:
    """What is in both: the group with its row before and now; what is now missing comes with a row without cells."""
    now = {_split(group): group for group in new.groups if group.split_hash}
    for group in old.groups:
        if _split(group) not in now:
            continue
        rows = {_identity(row): row for row in now[_split(group)].rows}
        for row in group.rows:
            yield now[_split(group)], row, rows.get(_identity(row), Row(row.label, row.family, ()))


def _split(group: Group) -> tuple[str, str]:
    return canonical(group.rows[0].cells[0].record.slot.dataset), group.split_hash


def _identity(row: Row) -> tuple[str, str]:
    slot = row.cells[0].record.slot
    return row.label, canonical([slot.params, slot.tuning])


def _statuses(group: Group, before: Row, row: Row) -> list[Change]:
    old, new = before.status, row.status if row.cells else "not run"
    if old == new:
        return []
    return [Change(group.title, row.label, "status", old, new, worse=old == OK)]


def _quality(pairs: Sequence[tuple[Group, Row, Row]]) -> list[Change]:
    found = []
    for group, before, row in pairs:
        if group.context is not None:
            (comparison,) = against([row], before, group.context.users, group.leading)
            found.append((group, before, row, comparison))
    corrected = holm(np.array([np.nan if c.p is None else c.p for *_, c in found]))
    told = []
    for (group, before, row, comparison), p in zip(found, corrected.tolist(), strict=True):
        if p < SIGNIFICANT and comparison.value is not None:
            column = columns.of_metric(group.leading)
            was, now = (column.text(each.estimate(group.leading).value) for each in (before, row))
            worse = column.sign * comparison.value < 0
            told.append(Change(group.title, row.label, column.title, was, now, worse, p))
    return told


def _costs(group: Group, before: Row, row: Row) -> Iterator[Change]:
    for column in columns.COSTS:
        old, new = before.estimate(column.name).value, row.estimate(column.name).value
        if old is None or new is None or abs(new - old) < _LEAST[column.name]:
            continue
        if not 1 / NOISE < new / max(old, 1e-9) < NOISE:
            yield Change(group.title, row.label, column.heading, column.text(old), column.text(new), worse=False)


def to_csv(found: Sequence[Change]) -> str:
    """One line for each change."""
    return csv_table(
        ("place", "algorithm", "what", "before", "after", "worse", "p_holm"),
        ((c.place, c.label, c.what, c.before, c.after, "yes" if c.worse else "no", c.p) for c in found),
    )
