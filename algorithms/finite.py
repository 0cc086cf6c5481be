"""One check for every model trained by gradient steps."""

from __future__ import annotations

from typing import Any

import numpy as np

from bench.errors import Diverged

LARGEST = 1e15  # beyond it sums of products of two numbers overflow float32


def require_finite(name: str, remedy: str, **arrays: Any) -> None:
    """Raise Diverged, naming the algorithm and the first array that holds NaN, infinity or a number beyond 1e15.

    `remedy` says which parameter to change and how: "lower learning_rate".
    """
    for what, array in arrays.items():
        bad = int(array.size - (np.abs(array) <= LARGEST).sum())  # a NaN is not below anything
        if bad:
            raise Diverged(f"{name}: {bad} of {array.size} numbers in {what} left the finite numbers; {remedy}")
