"""How quality changes along an axis: splits of one data set that differ in one option alone are its steps.

By the first interactions of users whom training does not know (`shown`; with `after` at least the largest of them all
steps are asked about the same items), by the share of the training part (`train_share`), by the share of random
interactions that were added to it (`noise`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bench.records import canonical
from bench.splits.catalogue import defaults
from bench.titles import describe
from reports.columns import Column, of_metric
from reports.model import Estimate, Group


@dataclass(frozen=True)
class Along:
    """What varies from step to step."""

    option: str  # of the split
    usual: float | None  # where the split does not say; None: it is no step then
    heading: str  # of the section
    bottom: str  # below the axis
    told: str  # in a caption, after the name of a metric

    def text(self, value: float) -> str:
        """A step as it is shown."""
        return f"{value:g}" if self.option == "shown" else f"{100 * value:g} %"


ALONG = (
    Along(
        *("shown", None, "How quality grows with the first interactions", "Interactions known of a user"),
        "of users whom training does not know, by how many of their interactions are known",
    ),
    Along(
        *("train_share", 1.0, "How quality grows with the training data", "Share of the training part"),
        "by how much of the training part is there",
    ),
    Along(
        *("noise", 0.0, "How quality stands up to noise", "Random interactions added to the training part"),
        "by how many random interactions were added to the training part",
    ),
)


@dataclass(frozen=True)
class Growth:
    """A series of splits: for each algorithm the leading metric, and what training took, at each step."""

    dataset: str
    split: str
    steps: tuple[tuple[float, Group], ...]  # the smallest value of the option first
    column: Column
    along: Along

    @property
    def title(self) -> str:
        """Data set and split, without the number that varies."""
        return f"{self.dataset} · {self.split}"

    @property
    def same_items(self) -> bool:
        """Whether all steps are asked about the same held-out items."""
        return self.along.option != "shown" or all(
            _options(group).get("after", 0) >= self.steps[-1][0] for _, group in self.steps
        )

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

    def estimate(self, label: str, step: float, column: str = "") -> Estimate:
        """The number of an algorithm at one step, the leading metric unless a column is named; empty without one."""
        group = dict(self.steps)[step]
        found = (row.estimate(column or self.column.name) for row in group.complete if row.label == label)
        return next(found, Estimate())

    def best(self, step: float) -> str:
        """The algorithm that is first at a step."""
        values = {label: self.estimate(label, step).value or 0.0 for label in self.labels}
        return max(values, key=lambda label: self.column.sign * values[label], default="")


def of_groups(groups: Sequence[Group]) -> list[Growth]:
    """Every series of at least two splits that differ in one of these options alone."""
    return [found for along in ALONG for found in _series(groups, along)]


def _series(groups: Sequence[Group], along: Along) -> list[Growth]:
    series: dict[str, dict[float, Group]] = {}
    for group in groups:
        options = _options(group)
        step = options.get(along.option, along.usual)
        if step is not None and not group.folds and group.complete:
            others = {name: value for name, value in options.items() if name != along.option}
            series.setdefault(canonical([group.dataset, others]), {})[step] = group
    return [_growth(steps, along) for steps in series.values() if len(steps) > 1]


def _growth(steps: dict[float, Group], along: Along) -> Growth:
    ordered = tuple(sorted(steps.items()))
    first = ordered[0][1]
    options = {name: value for name, value in _options(first).items() if name != along.option}
    usual = defaults(str(options.get("name"))) | {"after": None}
    told = {name: value for name, value in options.items() if name == "name" or value != usual.get(name)}
    return Growth(first.dataset, describe(told), ordered, of_metric(first.leading), along)


def _options(group: Group) -> dict[str, Any]:
    return group.rows[0].cells[0].record.slot.split
