"""Small random data for the item-item models, dense."""

from __future__ import annotations

import numpy as np
from dense_cases import training

from bench.types import Interactions


def play_data(n_users=60, n_items=15, seed=0, share=0.3) -> Interactions:
    """Random pairs, every user with a taste for one half of the items; the last item and the last user have none."""
    rng = np.random.default_rng(seed)
    halves = (np.arange(n_users - 1)[:, None] + np.arange(n_items - 1)) % 2
    chosen = rng.random((n_users - 1, n_items - 1)) < share * (0.5 + halves)
    chosen[0] = chosen[:, 0] = True
    users, items = (axis.astype(np.int32) for axis in np.nonzero(chosen))
    return Interactions(users, items, None, None, n_users, n_items)


def fitted(cls, data, threads=1, **params):
    model = cls(cls.Params(**params), threads=threads)
    model.fit(training(data))
    return model


def nothing() -> Interactions:
    return Interactions(np.empty(0, np.int32), np.empty(0, np.int32), None, None, 2, 3)
