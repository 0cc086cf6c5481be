"""Mean ranks across data sets and splits, of the algorithms that finished on all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from bench.metrics.registry import definition, parse
from reports.model import Group

ENOUGH = 5  # groups for a test of mean ranks to say anything (Demšar 2006, section 3.2.2)


@dataclass(frozen=True)
class Standing:
    """An algorithm across groups; ranks are 1 for the best, None in a group where it has no number."""

    label: str
    ranks: tuple[float | None, ...]
    mean: float | None


def comparable(groups: Sequence[Group]) -> list[Group]:
    """The groups that count once each: the mean of folds in place of its folds, and no sampled candidates."""
    return [group for group in groups if not group.part_of and not group.candidates]


def standings(groups: Sequence[Group]) -> list[Standing]:
    """Ranks among the algorithms that have a number in every group; the others are listed without ranks."""
    by_group = [
        {row.label: value for row in group.complete if (value := row.estimate(group.leading).value) is not None}
        for group in groups
    ]
    labels = sorted({row.label for group in groups for row in group.rows})
    everywhere = [label for label in labels if all(label in values for values in by_group)]
    ranks = np.array(
        [_ranks(group, [values[label] for label in everywhere]) for group, values in zip(groups, by_group, strict=True)]
    )
    found = [
        Standing(label, tuple(float(r) for r in ranks[:, place]), float(ranks[:, place].mean()))
        for place, label in enumerate(everywhere)
    ]
    missing = [Standing(label, (None,) * len(groups), None) for label in labels if label not in everywhere]
    return sorted(found, key=lambda s: (s.mean or 0.0, s.label)) + missing


def _ranks(group: Group, values: Sequence[float]) -> list[float]:
    """1 for the best; equal values share their mean rank."""
    sign = 1 if definition(parse(group.leading)).better == "lower" else -1
    return [float(rank) for rank in rankdata(sign * np.array(values))] if values else []


def remark(groups: Sequence[Group]) -> str:
    """What these ranks can and cannot say."""
    if len(groups) < ENOUGH:
        return (
            f"With {len(groups)} data sets or splits no test of mean ranks applies: it needs at least {ENOUGH}. "
            "Seeds are repetitions, not data sets."
        )
    return "Ranks are a summary, not a test: splits of one data set are not independent of each other."
