"""Every attempt at every cell: what became of it, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bench.titles import Titles
from reports import columns
from reports.csv_table import csv_table
from reports.model import OK, Cell, Results

MOST = 1000  # attempts that the page lists; `tables/attempts.csv` has all


def of_results(results: Results) -> list[dict[str, Any]]:
    """What the page shows of the newest `MOST` attempts, oldest first."""
    titles = Titles(cell.record.slot for cell in results.attempts)
    return [_shown(cell, titles) for cell in results.attempts[-MOST:]]


def troubles(results: Results) -> tuple[list[dict[str, Any]], int]:
    """The first `MOST` attempts that count and did not finish, or finished with warnings, and how many there are."""
    titles = Titles(cell.record.slot for cell in results.attempts)
    found = [cell for cell in results.attempts if not cell.replaced and (cell.status != OK or cell.warnings)]
    return [_shown(cell, titles) for cell in found[:MOST]], len(found)


def _shown(cell: Cell, titles: Titles) -> dict[str, Any]:
    record = cell.record
    return {
        "cell": cell,
        "record": record,
        "place": " · ".join(titles.of(record.slot)),
        "value": columns.MISSING if cell.value is None else f"{cell.value:.4f}",
        "refused": record.counts.get("refused", 0),
        "notes": [note for note in (cell.reason, *cell.warnings) if note],
    }


_FIELDS = (
    *("dataset", "split", "algorithm", "seed", "status", "replaced", "reason", "warnings", "started"),
    *("leading_metric", "wall_seconds", "peak_bytes", "share_nan_scores", "share_tied", "key", "attempt"),
)


def to_csv(results: Results) -> str:
    """All attempts, oldest first, unrounded."""
    titles = Titles(cell.record.slot for cell in results.attempts)
    return csv_table(_FIELDS, (_values(cell, titles) for cell in results.attempts))


def _values(cell: Cell, titles: Titles) -> Sequence[Any]:
    record = cell.record
    what = (*titles.of(record.slot), record.label, record.slot.seed, cell.status, cell.replaced)
    said = (cell.reason, "; ".join(cell.warnings), record.started)
    numbers = (cell.value, record.wall, record.memory, cell.unscored, cell.tied)
    return *what, *said, *numbers, record.key, record.attempt
