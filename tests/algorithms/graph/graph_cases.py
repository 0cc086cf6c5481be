"""Small random data for the graph algorithms, dense."""

from __future__ import annotations

import numpy as np

from bench.types import Interactions, Query, Side, Training


def play_data(n_users=30, n_items=20, seed=0, share=0.2) -> Interactions:
    """Random pairs; the last item and the last user have none."""
    rng = np.random.default_rng(seed)
    chosen = rng.random((n_users - 1, n_items - 1)) < share
    chosen[0] = chosen[:, 0] = True
    users, items = (axis.astype(np.int32) for axis in np.nonzero(chosen))
    return Interactions(users, items, None, None, n_users, n_items)


def training(data: Interactions) -> Training:
    return Training(data, Side(()), Side(()))


def questions(data: Interactions, *, known=True) -> Query:
    users = np.arange(data.n_users, dtype=np.int32) if known else np.full(data.n_users, -1, np.int32)
    return Query(np.arange(data.n_users), users, data.offsets, data.items, None, None, data.n_items)


def dense(data: Interactions) -> np.ndarray:
    X = np.zeros((data.n_users, data.n_items))
    X[data.users, data.items] = 1
    return X


def inverse(degrees: np.ndarray, power: float) -> np.ndarray:
    """Degrees to a negative power, 0 where the degree is 0."""
    with np.errstate(divide="ignore"):
        return np.where(degrees > 0, degrees.astype(float) ** -power, 0)
