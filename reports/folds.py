"""Splits that are folds or windows of one protocol, taken together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.records import canonical
from bench.titles import describe
from reports.columns import Column
from reports.model import Group

ONE_OF = ("fold", "window")  # the options that number the parts of a protocol


@dataclass(frozen=True)
class Line:
    """An algorithm over all folds: mean and standard deviation in each column, None where a fold has no number."""

    label: str
    numbers: tuple[tuple[float, float] | None, ...]


@dataclass(frozen=True)
class Family:
    """All folds of one protocol on one data set."""

    title: str
    count: int
    lines: tuple[Line, ...]
    remark: str = ""  # what has to be said wherever these numbers stand


def families(groups: Sequence[Group], shown: Sequence[Column]) -> list[Family]:
    """Groups that differ in nothing but the number of their fold or window, where there are several."""
    together: dict[tuple[str, str], list[Group]] = {}
    for group in groups:
        slot = group.rows[0].cells[0].record.slot
        if any(name in slot.split for name in ONE_OF):
            rest = {name: value for name, value in slot.split.items() if name not in ONE_OF}
            together.setdefault((group.dataset, canonical(rest)), []).append(group)
    return [_family(members, shown) for members in together.values() if len(members) > 1]


def _family(members: list[Group], shown: Sequence[Column]) -> Family:
    first = members[0].rows[0].cells[0].record.slot.split
    rest = describe({name: value for name, value in first.items() if name not in ONE_OF})
    labels = dict.fromkeys(row.label for group in members for row in group.rows)
    lines = [Line(label, tuple(_over(members, label, column) for column in shown)) for label in labels]
    leading = next((place for place, column in enumerate(shown) if column.name == members[0].leading), 0)
    lines.sort(key=lambda line: _order(line, leading, shown[leading]) if shown else (True, 0.0))
    title, remark = f"{members[0].dataset} · {rest}", next((group.remark for group in members if group.remark), "")
    return Family(f"{title} †" if remark else title, len(members), tuple(lines), remark)


def _order(line: Line, place: int, column: Column) -> tuple[bool, float]:
    number = line.numbers[place]
    return number is None, 0.0 if number is None else number[0] * (1 if column.better == "lower" else -1)


def _over(members: list[Group], label: str, column: Column) -> tuple[float, float] | None:
    """Mean and standard deviation (n − 1) over the folds; None unless every fold has a number."""
    rows = [row for group in members for row in group.rows if row.label == label]
    values = [row.estimate(column.name).value for row in rows if row.complete]
    known = [value for value in values if value is not None]
    if len(known) < len(members):
        return None
    return float(np.mean(known)), float(np.std(known, ddof=1))
