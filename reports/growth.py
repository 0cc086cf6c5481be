"""How quality grows with the first interactions of a user: the same users, trained without them, asked again and again.

Splits of one data set that differ in `shown` alone are the steps. With `after` at least the largest of them all steps
are asked about the same items, so that differences between them come from what is known and from nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bench.records import canonical
from bench.titles import describe
from reports.columns import Column, of_metric
from reports.model import Estimate, Group


@dataclass(frozen=True)
class Growth:
    """A series of splits: for each algorithm the leading metric after each number of shown interactions."""

    dataset: str
    split: str
    steps: tuple[tuple[int, Group], ...]  # how many are shown, fewest first
    column: Column

    @property
    def title(self) -> str:
        """Data set and split, without the number that varies."""
        return f"{self.dataset} · {self.split}"

    @property
    def same_items(self) -> bool:
        """Whether all steps are asked about the same held-out items."""
        return all(_options(group).get("after", 0) >= self.steps[-1][0] for _, group in self.steps)

    @property
    def labels(self) -> list[str]:
        """The algorithms with a number at every step, the best after the most interactions first."""
        last = [row.label for row in self.steps[-1][1].complete]
        return [
            label for label in last if all(self.estimate(label, shown).value is not None for shown, _ in self.steps)
        ]

    def family(self, label: str) -> str:
        """Of an algorithm."""
        return next(row.family for row in self.steps[-1][1].rows if row.label == label)

    def estimate(self, label: str, shown: int) -> Estimate:
        """The number of an algorithm at one step, empty where it has none."""
        group = dict(self.steps)[shown]
        found = (row.estimate(self.column.name) for row in group.complete if row.label == label)
        return next(found, Estimate())


def of_groups(groups: Sequence[Group]) -> list[Growth]:
    """Every series of at least two splits that differ in `shown` alone."""
    series: dict[str, list[tuple[int, Group]]] = {}
    for group in groups:
        options = _options(group)
        if isinstance(shown := options.get("shown"), int) and not group.folds and group.complete:
            others = {name: value for name, value in options.items() if name != "shown"}
            series.setdefault(canonical([group.dataset, others]), []).append((shown, group))
    return [_growth(steps) for steps in series.values() if len({shown for shown, _ in steps}) > 1]


def _growth(steps: list[tuple[int, Group]]) -> Growth:
    ordered = tuple(sorted(steps, key=lambda step: step[0]))
    first = ordered[0][1]
    usual = {name: value for name, value in _options(first).items() if name in ("name", "after")}
    return Growth(first.dataset, describe(usual), ordered, of_metric(first.leading))


def _options(group: Group) -> dict[str, Any]:
    return group.rows[0].cells[0].record.slot.split
