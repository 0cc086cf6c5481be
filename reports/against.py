"""Rows compared with one of them, by the same users."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bench.types import Ints
from reports.columns import of_metric
from reports.model import Row
from reports.statistics.bootstrap import Parts, mean
from reports.statistics.comparison import Comparison, compare


def against(rows: Sequence[Row], other: Row, users: Ints, metric: str) -> list[Comparison]:
    """Each of the complete rows minus the other one in the leading `metric`; `users` (q,) says who asked.

    p-values are corrected for as many comparisons as there are rows. Better and worse are said of users, so they turn
    with a metric whose lower values are better.
    """
    found = compare(users, [_averaged(row) for row in rows], _averaged(other))
    if of_metric(metric).sign < 0:
        return [replace(c, better=c.worse, worse=c.better) for c in found]
    return found


def _averaged(row: Row) -> Parts | None:
    return mean(row.parts) if row.parts else None
