"""Which models a store keeps, and which cells run again because somebody wants to keep theirs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bench.model_files import KEPT
from bench.plan import Decision
from bench.records import Record


def newest(key: str, records: Iterable[Record]) -> Record | None:
    """The newest ok attempt at a cell whose model is kept; `records` are oldest first."""
    kept = [record for record in records if record.key == key and record.status == "ok" and record.model == KEPT]
    return kept[-1] if kept else None


def wanted(decisions: list[Decision], records: Iterable[Record]) -> list[Decision]:
    """The same decisions, where a cell that is done runs again unless its model is kept or could not be.

    What could not be kept once is not tried again: that takes `--rerun all`.
    """
    asked = {record.key for record in records if record.status == "ok" and record.model}
    return [
        replace(decision, runs=True, reason="its model is to be kept")
        if not decision.runs
        and decision.record is not None
        and decision.record.status == "ok"
        and decision.cell.key not in asked
        else decision
        for decision in decisions
    ]
