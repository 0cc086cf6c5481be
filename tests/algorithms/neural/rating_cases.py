"""Small rated data whose answer is known: even users give 5 to even items and 1 to odd ones, odd users the reverse."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from bench.splits.questions import held_out
from bench.types import HeldOut, Interactions, Side, Training

USERS, ITEMS = 30, 24


def rated(users: Any, items: Any, ratings: Any, n_users: int, n_items: int) -> Interactions:
    """Read-only ratings, given user by user and oldest first."""
    columns = np.array(users, np.int32), np.array(items, np.int32), np.array(ratings, np.float32)
    for column in columns:
        column.setflags(write=False)
    return Interactions(*columns, None, n_users, n_items, ordered=True, scale=(1, 5))


def opinions(seed: int = 0, users: int = USERS, share: float = 0.6) -> tuple[Interactions, Interactions]:
    """About `share` of all pairs for training, in random order for each user, and the others for validation."""
    random = np.random.default_rng(seed)
    who, what = np.indices((users, ITEMS)).reshape(2, -1)
    order = np.lexsort([random.random(len(who)), who])
    who, what = who[order], what[order]
    data = rated(who, what, np.where((who + what) % 2 == 0, 5, 1), users, ITEMS)
    kept = random.random(len(who)) < share
    return data.take(kept), data.take(~kept)


def training(data: Interactions, validation: Interactions | None = None, **more: Any) -> Training:
    """Training without features; validation questions are asked with the histories in it."""
    items, users = (Side(tuple(map(str, range(n)))) for n in (data.n_items, data.n_users))
    asked = None if validation is None else held_out(data, validation)
    return Training(data, items, users, validation=asked, **more)


def described(train: Training) -> Training:
    """The same with the parity of users and items as two features; nothing is known of the first."""
    sides = []
    for side in (train.items, train.users):
        features = np.eye(2, dtype=np.float32)[np.arange(len(side)) % 2]
        features[0] = 0
        sides.append(replace(side, features=csr_matrix(features), feature_names=("even", "odd")))
    return replace(train, items=sides[0], users=sides[1])


def asked(train: Interactions, answers: Interactions) -> HeldOut:
    """One question for each user with answers."""
    return held_out(train, answers)


def errors(model: Any, questions: HeldOut) -> Any:
    """(m,) predicted minus true ratings."""
    return model.predict(questions.query, questions.rows, questions.items) - questions.ratings
