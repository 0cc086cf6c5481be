"""Run cells on this machine, several at a time, each in its own process."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from bench.plan import Cell
from bench.records import Record
from bench.runner import Runner
from bench.store import stamp

GRACE = 10.0  # seconds that running cells get to finish after the first interrupt
HELD = 0.5  # seconds until a cell that another run holds is looked at again
Finished = Callable[[Cell, Record], None]
Progress = Callable[[Cell, str, float, int], None]
Admits = Callable[[Cell], bool]


def run(
    cells: list[Cell],
    runner: Runner,
    jobs: int,
    finished: Finished,
    progress: Progress,
    began: str | None = None,
    admits: Admits = lambda cell: True,
) -> bool:
    """Run all cells; False when it was interrupted. What another run finished since `began` is taken from there.

    `admits` is asked right before a cell starts; one that it refuses is left out.

    One interrupt starts no new cell and gives running ones a grace time; a second one, or the end of that time, stops
    them. A cell that another run holds is put off until that run has finished it.

    Raises StoreError when results cannot be kept.
    """
    waiting, since = deque(cells), began or stamp()
    running: dict[Future[Record | None], Cell] = {}
    deadline: float | None = None
    with ThreadPoolExecutor(jobs) as pool:
        try:
            while running or (waiting and deadline is None):
                try:
                    while waiting and len(running) < jobs and deadline is None:
                        cell = waiting.popleft()
                        if admits(cell):
                            running[pool.submit(_one, cell, runner, progress, since)] = cell
                    for future in wait(running, timeout=0.2, return_when=FIRST_COMPLETED).done:
                        cell = running.pop(future)
                        if record := future.result():
                            finished(cell, record)
                        else:
                            waiting.append(cell)
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


def _one(cell: Cell, runner: Runner, progress: Progress, began: str) -> Record | None:
    """The record of a cell, by whoever made it since `began`; None while another run is at it."""
    with runner.store.claim(cell.key) as ours:
        if ours:
            made = runner.store.since(cell.key, began)
            return made or runner.run(cell, lambda phase, seconds, memory: progress(cell, phase, seconds, memory))
    time.sleep(HELD)
    return None
