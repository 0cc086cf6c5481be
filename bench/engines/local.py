"""Run cells on this machine, several at a time, each in its own process."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from bench.plan import Cell
from bench.records import Record
from bench.runner import Runner

GRACE = 10.0  # seconds that running cells get to finish after the first interrupt
Finished = Callable[[Cell, Record], None]
Progress = Callable[[Cell, str, float, int], None]


def run(cells: list[Cell], runner: Runner, jobs: int, finished: Finished, progress: Progress) -> bool:
    """Run all cells; False when it was interrupted.

    One interrupt starts no new cell and gives running ones a grace time; a second one, or the end of that time, stops
    them. A cell that another run holds is left to it. Raises StoreError when results cannot be kept.
    """
    waiting = list(cells)
    running: dict[Future[Record | None], Cell] = {}
    deadline: float | None = None
    with ThreadPoolExecutor(jobs) as pool:
        try:
            while running or (waiting and deadline is None):
                try:
                    while waiting and len(running) < jobs and deadline is None:
                        cell = waiting.pop(0)
                        running[pool.submit(_one, cell, runner, progress)] = cell
                    for future in wait(running, timeout=0.2, return_when=FIRST_COMPLETED).done:
                        cell = running.pop(future)
                        if record := future.result():
                            finished(cell, record)
                    if deadline and time.monotonic() > deadline:
                        runner.stop.set()
                except KeyboardInterrupt:
                    if deadline:
                        runner.stop.set()
                    deadline = deadline or time.monotonic() + GRACE
        except BaseException:
            runner.stop.set()  # the pool waits for its threads, and they must not wait for their cells
            raise
    return deadline is None


def _one(cell: Cell, runner: Runner, progress: Progress) -> Record | None:
    with runner.store.claim(cell.key) as ours:
        if not ours:
            return None
        return runner.run(cell, lambda phase, seconds, memory: progress(cell, phase, seconds, memory))
