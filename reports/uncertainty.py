"""Where the uncertainty of each number comes from: users, seeds, folds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bench.types import Floats
from reports.model import Group, Row
from reports.statistics.bootstrap import MIN_USERS, sums_of
from reports.statistics.variance import Sources, sources


def of_group(group: Group, groups: Sequence[Group]) -> list[tuple[Row, Sources]]:
    """For rows with several seeds or folds; none where nothing but the users could have been others."""
    folds = [member for member in groups if member.part_of == group.title] if group.folds else [group]
    rows = [row for row in group.complete if len(row.seeds) > 1 or group.folds]
    values = [_values(fold, [row.label for row in rows]) for fold in folds]
    if not rows or any(value is None for value in values):
        return []
    return list(zip(rows, sources([value for value in values if value is not None]), strict=True))


def _values(group: Group, labels: Sequence[str]) -> Floats | None:
    """(m, S, U) of the rows with these labels; the mean over everything is the metric of each.

    None where a row has no sums over users, other seeds, or not the metric for the same users.
    """
    by_label = {row.label: row for row in group.complete}
    if group.context is None or any(label not in by_label for label in labels):
        return None
    parts = [by_label[label].parts for label in labels]
    if len({len(each) for each in parts}) != 1 or not all(parts) or any(p.root for each in parts for p in each):
        return None
    flat = [p for each in parts for p in each]
    sums = sums_of(group.context.users, flat)  # (U, 2 · m · S)
    numerators, denominators = sums[:, 0::2], sums[:, 1::2]
    known = denominators[:, 0] > 0
    if (denominators != denominators[:, :1]).any() or known.sum() < MIN_USERS:
        return None
    scaled = numerators[known] * known.sum() / denominators[known, 0].sum()
    return np.ascontiguousarray(scaled.T).reshape(len(parts), -1, int(known.sum()))
