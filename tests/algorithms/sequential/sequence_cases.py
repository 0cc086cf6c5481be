"""Small random histories with repeated items and times, and questions that end them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bench.types import Interactions, Query, Side, Training

DAY = 86_400  # seconds


def sequences(*histories: list[int], n_items: int, times: list[int] | None = None) -> Interactions:
    """The interactions of users 0, 1, …, oldest first; `times` has one entry for each."""
    users = np.repeat(np.arange(len(histories), dtype=np.int32), [len(history) for history in histories])
    items = np.array([item for history in histories for item in history], np.int32)
    when = None if times is None else np.array(times, np.int64)
    return Interactions(users, items, None, when, len(histories), n_items, ordered=True)


def random_sequences(n_users=30, n_items=20, longest=25, seed=0, times=False) -> Interactions:
    """Some users have nothing, items come several times, the last item never comes."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(0, longest + 1, n_users)
    histories = [rng.integers(0, n_items - 1, length).tolist() for length in lengths]
    data = sequences(*histories, n_items=n_items)
    if not times:
        return data
    when = np.concatenate([np.sort(rng.choice(10_000, length, replace=False)) for length in lengths]) * DAY
    return replace(data, times=when.astype(np.int64))


def training(data: Interactions) -> Training:
    return Training(data, Side(()), Side(()))


def questions(data: Interactions, *, known=True) -> Query:
    """What every user has had; as a known user or as a stranger."""
    users = np.arange(data.n_users, dtype=np.int32) if known else np.full(data.n_users, -1, np.int32)
    return Query(np.arange(data.n_users), users, data.offsets, data.items, None, data.times, data.n_items)


def asked(*histories: list[int], n_items: int, user=-1) -> Query:
    """Questions of one user."""
    data = sequences(*histories, n_items=n_items)
    return replace(questions(data), users=np.full(len(histories), user, np.int32))


def histories(data: Interactions) -> list[list[int]]:
    """The history of each user, oldest first."""
    return [data.items[low:high].tolist() for low, high in zip(data.offsets[:-1], data.offsets[1:], strict=True)]
