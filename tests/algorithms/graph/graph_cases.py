"""Small random data for the graph algorithms, dense."""

from __future__ import annotations

import numpy as np

from bench.types import Interactions


def play_data(n_users=30, n_items=20, seed=0, share=0.2) -> Interactions:
    """Random pairs; the last item and the last user have none."""
    rng = np.random.default_rng(seed)
    chosen = rng.random((n_users - 1, n_items - 1)) < share
    chosen[0] = chosen[:, 0] = True
    users, items = (axis.astype(np.int32) for axis in np.nonzero(chosen))
    return Interactions(users, items, None, None, n_users, n_items)


def inverse(degrees: np.ndarray, power: float) -> np.ndarray:
    """Degrees to a negative power, 0 where the degree is 0."""
    with np.errstate(divide="ignore"):
        return np.where(degrees > 0, degrees.astype(float) ** -power, 0)
