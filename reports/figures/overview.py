"""Data sets by algorithms: how near each comes to the best one there, and where it failed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from reports import columns
from reports.figures import tiles
from reports.figures.tiles import Tiles
from reports.model import Group, Row

MARKS = {
    **{"failed": "✗", "crashed": "⚡", "timeout": "⌛", "oom": "▣", "invalid_output": "≠", "no_result": "∅"},
    **{"skipped": "–", "interrupted": "‖", "corrupt": "☠"},
}
UNFINISHED = "…"


def draw(groups: Sequence[Group]) -> Figure:
    """A column for each data set and split, its best algorithm 1; a mark where there is no number."""
    labels = _by_mean(groups)
    by_group = [{row.label: row for row in group.rows} for group in groups]
    values = np.array(
        [[share(group, rows.get(label)) for group, rows in zip(groups, by_group, strict=True)] for label in labels]
    )
    texts = [[_text(group, rows.get(label)) for group, rows in zip(groups, by_group, strict=True)] for label in labels]
    scale = f"{columns.metric_title(groups[0].leading)}, best of the column = 1"
    return tiles.draw(Tiles(values, labels, [group.title for group in groups], texts, scale, 0.0, 1.0))


def share(group: Group, row: Row | None) -> float:
    """The number as a share of the best one of the group."""
    value = row.estimate(group.leading).value if row and row.complete else None
    best = group.rows[0].estimate(group.leading).value if group.rows else None
    return tiles.share(value, best, columns.of_metric(group.leading).sign)


def mark(status: str) -> str:
    """A sign for a status that is not ok; some seeds with and some without an answer are unfinished."""
    return MARKS.get(status, UNFINISHED)


def marks(groups: Sequence[Group]) -> str:
    """The signs that stand in the picture, in words."""
    found = {mark(row.status): row.status for group in groups for row in group.rows if not row.complete}
    said = [f"{sign} {status if sign != UNFINISHED else 'some seeds only'}" for sign, status in sorted(found.items())]
    return f" White tiles have no number: {', '.join(said)}." if said else ""


def _text(group: Group, row: Row | None) -> str:
    if row is None:
        return ""
    if not row.complete:
        return mark(row.status)
    return columns.of_metric(group.leading).text(row.estimate(group.leading).value)


def _by_mean(groups: Sequence[Group]) -> list[str]:
    """Labels by their mean share, best first."""
    shares: dict[str, list[float]] = {}
    for group in groups:
        for row in group.rows:
            shares.setdefault(row.label, []).append(np.nan_to_num(share(group, row)))
    return sorted(shares, key=lambda label: (-float(np.sum(shares[label])), label))
