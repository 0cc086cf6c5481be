"""In which order cells run, and which of them run at all when there is only so much time."""

from __future__ import annotations

import time
from collections.abc import Callable

from bench.plan import Cell
from bench.records import canonical

ORDERS = ("given", "shortest", "longest")
Seconds = Callable[[Cell], float]  # what a cell is expected to take


def ordered(cells: list[Cell], order: str, seconds: Seconds) -> list[Cell]:
    """Cells in one of `ORDERS`; equals stay in the order of the matrix."""
    if order == "given":
        return list(cells)
    return sorted(cells, key=seconds, reverse=order == "longest")


def informative(cells: list[Cell], planned: list[Cell]) -> list[Cell]:
    """Every algorithm on the first data set, split and seed of the plan first, then on the next data set.

    After the data sets come the other splits, and the other seeds last. Cells of one such group stay in their order.
    """
    seeds, splits, datasets = (
        {value: place for place, value in enumerate(dict.fromkeys(map(name, planned)))}
        for name in (_seed, _split, _dataset)
    )
    return sorted(cells, key=lambda cell: (seeds[_seed(cell)], splits[_split(cell)], datasets[_dataset(cell)]))


class Budget:
    """Time for all cells together, from now on. A cell starts only if its estimate fits in what is left."""

    def __init__(self, seconds: float, guess: Seconds) -> None:
        self.left_out: list[Cell] = []
        self._end, self._guess = time.monotonic() + seconds, guess

    def admits(self, cell: Cell) -> bool:
        """Whether the cell may start now; one that may not is left out for good."""
        fits = self._guess(cell) <= self._end - time.monotonic()
        if not fits:
            self.left_out.append(cell)
        return fits


def _seed(cell: Cell) -> str:
    return str(cell.slot.seed)


def _split(cell: Cell) -> str:
    return canonical(cell.slot.split)


def _dataset(cell: Cell) -> str:
    return canonical(cell.slot.dataset)
