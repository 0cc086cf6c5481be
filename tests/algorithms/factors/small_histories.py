"""Small data for factor models: a user and two items without interactions, short and long histories."""

from __future__ import annotations

import numpy as np

from bench.types import Interactions, Query, Side, Training

N_USERS, N_ITEMS = 60, 50
UNSEEN_USER, UNSEEN_ITEMS = 59, [48, 49]
KNOWN = slice(0, 48)


def play_data(seed: int = 0, ratings: bool = False) -> Interactions:
    """Random pairs, some users with few and some with many; ratings 1 … 5 that depend on both sides."""
    rng = np.random.default_rng(seed)
    chosen = rng.random((N_USERS, N_ITEMS)) < np.linspace(0.05, 0.9, N_USERS)[:, None]
    chosen[UNSEEN_USER], chosen[:, UNSEEN_ITEMS] = False, False
    users, items = (axis.astype(np.int32) for axis in np.nonzero(chosen))
    stars = None
    if ratings:
        taste = (
            rng.normal(size=N_USERS)[users] * rng.normal(size=N_ITEMS)[items] + 0.7 * rng.normal(size=N_ITEMS)[items]
        )
        stars = np.clip(np.rint(3 + taste), 1, 5).astype(np.float32)
    return Interactions(users, items, stars, None, N_USERS, N_ITEMS)


def nothing() -> Interactions:
    """Two users and three items, no interactions."""
    return Interactions(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.float32), None, 2, 3)


def training(data: Interactions) -> Training:
    return Training(data, Side(()), Side(()))


def questions(data: Interactions) -> Query:
    """One for each user, with the history of training."""
    users = np.arange(data.n_users, dtype=np.int32)
    return Query(users.astype(np.int64), users, data.offsets, data.items, data.ratings, None, data.n_items)


def strangers(*histories: list[int], ratings: list[list[float]] | None = None) -> Query:
    """One for each history, from users unknown to training."""
    offsets = np.cumsum([0, *map(len, histories)])
    items = np.array([item for history in histories for item in history], np.int32)
    stars = None if ratings is None else np.array([star for mine in ratings for star in mine], np.float32)
    users = np.full(len(histories), -1, np.int32)
    return Query(np.arange(len(histories)), users, offsets, items, stars, None, N_ITEMS)
