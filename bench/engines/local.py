"""Cells on this machine, each in its own process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.plan import Cell
from bench.records import Record
from bench.runner import Runner


@dataclass(frozen=True)
class Local:
    """A number of cells at a time."""

    runner: Runner
    jobs: int

    def slots(self) -> int:
        """See `Engine`."""
        return self.jobs

    def run(self, cell: Cell, folder: Path, progress: Callable[[str, float, int], None]) -> Record:
        """See `Engine`."""
        return self.runner.run(cell, folder, progress)

    def stop(self) -> None:
        """See `Engine`."""
        self.runner.stop.set()
