"""The cells of a run, handed to an engine as it has room for them; only this writes results into the store."""

from __future__ import annotations

import shutil
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Protocol

from bench.files import storage
from bench.plan import Cell
from bench.records import Record, stamp
from bench.store import Store

GRACE = 10.0  # seconds that running cells get to finish after the first interrupt
HELD = 0.5  # seconds until a cell that another run holds is looked at again
MOST = 1024  # cells at a time, whatever the engine says
Finished = Callable[[Cell, Record], None]
Progress = Callable[[Cell, str, float, int], None]
Admits = Callable[[Cell], bool]


class Engine(Protocol):
    """Who runs single cells, and where."""

    def slots(self) -> int:
        """How many cells may run at a time now. Raises BenchError when there is nobody left to run any."""

    def run(self, cell: Cell, folder: Path, progress: Callable[[str, float, int], None]) -> Record:
        """The record of one attempt, its files in the new folder `folder`/output; called from many threads.

        Raises StoreError when the files cannot be kept.
        """

    def stop(self) -> None:
        """End the running cells soon, as interrupted."""


def run(
    cells: list[Cell],
    store: Store,
    engine: Engine,
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
    with ThreadPoolExecutor(MOST) as pool:
        try:
            while running or (waiting and deadline is None):
                try:
                    while waiting and deadline is None and len(running) < min(engine.slots(), MOST):
                        cell = waiting.popleft()
                        if admits(cell):
                            running[pool.submit(_one, cell, store, engine, progress, since)] = cell
                    for future in wait(running, timeout=0.2, return_when=FIRST_COMPLETED).done:
                        cell = running.pop(future)
                        if record := future.result():
                            finished(cell, record)
                        else:
                            waiting.append(cell)
                    if deadline and time.monotonic() > deadline:
                        engine.stop()
                except KeyboardInterrupt:
                    if deadline:
                        engine.stop()
                    deadline = deadline or time.monotonic() + GRACE
        except BaseException:
            engine.stop()  # the pool waits for its threads, and they must not wait for their cells
            raise
    return deadline is None


def _one(cell: Cell, store: Store, engine: Engine, progress: Progress, began: str) -> Record | None:
    """The record of a cell, by whoever made it since `began`; None while another run is at it."""
    with store.claim(cell.key) as ours:
        if ours:
            return store.since(cell.key, began) or _attempt(cell, store, engine, progress)
    time.sleep(HELD)
    return None


def _attempt(cell: Cell, store: Store, engine: Engine, progress: Progress) -> Record:
    """One attempt, in the store."""
    began = stamp()
    with storage(store.folder):
        folder = store.begin()
    try:
        record = engine.run(cell, folder, lambda phase, seconds, memory: progress(cell, phase, seconds, memory))
        return store.commit(folder / "output", record, began)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
