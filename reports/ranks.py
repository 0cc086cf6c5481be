"""Mean ranks across data sets and splits, of the algorithms that finished on all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.types import Floats
from reports.columns import of_metric
from reports.model import Group
from reports.statistics.across import Across, across, ranks_of


@dataclass(frozen=True)
class Standing:
    """An algorithm across groups; ranks are 1 for the best, None in a group where it has no number."""

    label: str
    ranks: tuple[float | None, ...]
    mean: float | None  # over groups
    low: float | None = None  # 95 % interval of the mean over data sets
    high: float | None = None


@dataclass(frozen=True)
class Table:
    """All algorithms across groups, and the test of their mean ranks over data sets."""

    standings: tuple[Standing, ...]  # best first, those without ranks last
    test: Across
    labels: tuple[str, ...]  # of the algorithms in the test, in its order
    datasets: int

    @property
    def remark(self) -> str:
        """What these ranks can and cannot say."""
        if self.test.reason:
            return f"{self.test.reason.capitalize()}. Neither seeds nor splits are data sets."
        said = f"Friedman's test over {self.datasets} data sets, splits of one averaged: p = {self.test.friedman:.2g}"
        if self.test.friedman is None or self.test.friedman >= 0.05:
            return f"{said}: no differences between mean ranks can be shown."
        return f"{said}; mean ranks further apart than {self.test.critical:.2f} differ (Nemenyi's test at 5 %)."


def comparable(groups: Sequence[Group]) -> list[Group]:
    """The groups that count once each: the mean of folds in place of its folds, and no sampled candidates."""
    return [group for group in groups if not group.part_of and not group.candidates]


def table(groups: Sequence[Group]) -> Table:
    """Ranks among the algorithms that have a number in every group; the others are listed without ranks."""
    by_group = [
        {row.label: value for row in group.complete if (value := row.estimate(group.leading).value) is not None}
        for group in groups
    ]
    labels = sorted({row.label for group in groups for row in group.rows})
    everywhere = tuple(label for label in labels if all(label in values for values in by_group))
    signs = [of_metric(group.leading).sign for group in groups]
    signed = [[sign * values[label] for label in everywhere] for sign, values in zip(signs, by_group, strict=True)]
    ranks = ranks_of(np.array(signed).reshape(len(groups), len(everywhere)))
    datasets = list(dict.fromkeys(group.dataset for group in groups))
    test = across(-_per_data_set(ranks, [datasets.index(group.dataset) for group in groups]))
    found = [
        Standing(label, tuple(map(float, ranks[:, place])), float(ranks[:, place].mean()), *_limits(test, place))
        for place, label in enumerate(everywhere)
    ]
    missing = [Standing(label, (None,) * len(groups), None) for label in labels if label not in everywhere]
    ordered = sorted(found, key=lambda s: (s.mean or 0.0, s.label)) + missing
    return Table(tuple(ordered), test, everywhere, len(datasets))


def _per_data_set(ranks: Floats, which: Sequence[int]) -> Floats:
    """(n, k) ranks averaged over the groups of each of n data sets: they are not independent of each other."""
    return np.stack([ranks[np.array(which) == number].mean(axis=0) for number in sorted(set(which))])


def _limits(test: Across, place: int) -> tuple[float | None, float | None]:
    if test.low is None or test.high is None:
        return None, None
    return float(test.low[place]), float(test.high[place])
