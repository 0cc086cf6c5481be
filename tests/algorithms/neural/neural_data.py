"""Small data whose answer is known: even users like even items, odd users odd ones."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.splits.questions import held_out
from bench.types import Interactions, Query, Side, Training

SIDE = 24  # users and items of the board


def interactions(pairs: Iterable[tuple[int, int]], n_users: int, n_items: int) -> Interactions:
    """Read-only interactions without ratings."""
    users, items = (np.array(column, np.int32) for column in zip(*sorted(pairs), strict=True))
    users.setflags(write=False)
    items.setflags(write=False)
    return Interactions(users, items, None, None, n_users, n_items)


def training(data: Interactions, validation: Interactions | None = None, **more: object) -> Training:
    """Training on `data`; validation questions are asked with the histories in it."""
    names = Side(tuple(map(str, range(data.n_items)))), Side(tuple(map(str, range(data.n_users))))
    questions = None if validation is None else held_out(data, validation)
    return Training(data, *names, validation=questions, **more)  # type: ignore[arg-type]


def board(seed: int = 0) -> tuple[Interactions, Interactions]:
    """About two thirds of all liked pairs for training, the others for validation."""
    random = np.random.default_rng(seed)
    liked = [(user, item) for user in range(SIDE) for item in range(SIDE) if (user + item) % 2 == 0]
    kept = random.random(len(liked)) < 2 / 3
    parts = [[pair for pair, keep in zip(liked, kept, strict=True) if keep == side] for side in (True, False)]
    return interactions(parts[0], SIDE, SIDE), interactions(parts[1], SIDE, SIDE)


def query(users: list[int], n_items: int) -> Query:
    """Questions with empty histories."""
    count = len(users)
    nothing = np.zeros(count + 1, np.int64), np.empty(0, np.int32)
    return Query(np.arange(count), np.array(users, np.int32), *nothing, None, None, n_items)


def own_kind_first(scores: NDArray[Any], train: Interactions) -> float:
    """Of all pairs of an unseen liked and a disliked item of the board, (users, items) scores: the share in order.

    Chance is 0.5.
    """
    likes = np.add.outer(np.arange(SIDE), np.arange(SIDE)) % 2 == 0
    each = zip(scores, likes, train.matrix().toarray() > 0, strict=True)
    return float(np.mean([np.mean(row[like & ~old][:, None] > row[~like]) for row, like, old in each]))
