"""What each algorithm costs: seconds of each phase, the wait for one list, memory, and whether cells ran together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reports.csv_table import csv_table
from reports.model import Group, Results, Row

PHASES = ("load", "fit", "recommend", "predict", "write")
PERCENTILES = ("p50", "p95", "p99")


@dataclass(frozen=True)
class Costs:
    """The costs of one row, averaged over those of its seeds that have them.

    None where none has, and wherever a seed has no answer: what ended early or late says nothing about the others.
    """

    row: Row
    walls: tuple[float | None, ...]  # seconds of each of PHASES
    cpu: float | None  # seconds of training, all threads
    waits: tuple[float | None, ...]  # seconds for one list of ten, asked one at a time: each of PERCENTILES
    total: float | None  # seconds of the whole cell
    peak: int | None  # bytes, the highest of all seeds
    shared: bool  # another cell may have run beside one of them


def of_row(row: Row) -> Costs:
    """The costs of a row."""
    records = [cell.record for cell in row.cells] if row.complete else []
    phases = {name: [r.phases[name] for r in records if name in r.phases] for name in PHASES}
    waits = [[r.latency[name] for r in records if name in r.latency] for name in PERCENTILES]
    return Costs(
        row=row,
        walls=tuple(_mean([phase.wall for phase in phases[name]]) for name in PHASES),
        cpu=_mean([phase.cpu for phase in phases["fit"]]),
        waits=tuple(_mean(each) for each in waits),
        total=_mean([record.wall for record in records]),
        peak=max((record.memory for record in records), default=None),
        shared=any(cell.record.provenance.get("shared") for cell in row.cells),
    )


def to_csv(results: Results) -> str:
    """The costs of every row, unrounded, seconds and bytes."""
    seconds = [f"{name}_seconds" for name in PHASES], [f"latency_{name}_seconds" for name in PERCENTILES]
    names = ("dataset", "split", "algorithm", "status")
    header = (*names, *seconds[0], "fit_cpu_seconds", *seconds[1], "total_seconds", "memory_bytes", "shared")
    return csv_table(header, (_values(group, row) for group in results.groups for row in group.rows))


def _values(group: Group, row: Row) -> tuple[Any, ...]:
    """In the order of the header."""
    found = of_row(row)
    costs = (*found.walls, found.cpu, *found.waits, found.total, found.peak, "yes" if found.shared else "no")
    return group.dataset, group.split, row.label, row.status, *costs


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
