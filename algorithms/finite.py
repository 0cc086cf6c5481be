"""One check for every model trained by gradient steps."""

from __future__ import annotations

from typing import Any

import numpy as np

from bench.errors import Diverged


def require_finite(name: str, **arrays: Any) -> None:
    """Raise Diverged, naming the algorithm and the first array that holds NaN or infinity."""
    for what, array in arrays.items():
        bad = int(array.size - np.isfinite(array).sum())
        if bad:
            raise Diverged(f"{name}: {bad} of {array.size} numbers in {what} are not finite after training")
