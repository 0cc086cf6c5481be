"""What all models trained by stochastic gradient descent share: the epochs, and the check that nothing has diverged.

Their training takes one thread, whatever `threads` says, as every step begins from what the one before it has learned;
it is deterministic by seed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from algorithms.finite import LARGEST
from bench import memory
from bench.errors import Diverged
from bench.types import Floats


def require_room(rows: int, factors: int) -> None:
    """Raise Unsupported where (rows, factors) float64 numbers and what is kept of them do not fit into memory."""
    memory.require(2 * 8 * rows * factors, f"a table of {rows} × {factors} factors")


def random_factors(rng: np.random.Generator, rows: int, factors: int, deviation: float) -> Floats:
    """(rows, factors) from a normal distribution around 0. Raises Unsupported where they do not fit into memory."""
    require_room(rows, factors)
    return rng.normal(0, deviation, (rows, factors))


def run_epochs(
    name: str, epochs: int, one_pass: Callable[[], float], parameters: list[Any], report: Callable[..., None]
) -> None:
    """Call `one_pass`, which changes the arrays `parameters` and returns a loss, `epochs` times, and report each loss.

    Raises Diverged after the first pass that leaves NaN, infinity or a number beyond 1e15 in one of the arrays.
    """
    for epoch in range(1, epochs + 1):
        loss = one_pass()
        for array in parameters:
            if array.size and not max(array.max(), -array.min()) < LARGEST:  # a NaN is not below anything
                raise Diverged(f"{name}: training left the finite numbers in epoch {epoch}; lower learning_rate")
        report(epoch, loss=loss)
