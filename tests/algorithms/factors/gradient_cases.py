"""Small data for the models trained by stochastic gradient descent, and the questions put to them."""

import numpy as np
from scipy.sparse import csr_matrix

from bench.types import Interactions, Query, Side, Training

N_USERS, N_ITEMS = 12, 9
STRANGER, UNSEEN_USER, UNSEEN_ITEM = -1, 11, 8
ITEM_FEATURES = np.array([[1, 0], [1, 0], [0, 1], [0, 1], [1, 1], [0, 1], [1, 0], [0, 0], [0, 1]], np.float32)
USER_FEATURES = np.eye(3, dtype=np.float32)[np.arange(N_USERS) % 3]


def ratings(constant: float | None = None) -> Interactions:
    """Half of all pairs with ratings 1 … 5; the last user and the last item have none."""
    rng = np.random.default_rng(0)
    users, items = np.nonzero(rng.random((N_USERS - 1, N_ITEMS - 1)) < 0.5)
    stars = rng.integers(1, 6, len(users)) if constant is None else np.full(len(users), constant)
    pairs = users.astype(np.int32), items.astype(np.int32)
    return Interactions(*pairs, stars.astype(np.float32), None, N_USERS, N_ITEMS, scale=(1, 5))


def training(data: Interactions, described: bool = True) -> Training:
    items = Side(tuple(map(str, range(data.n_items))), features=csr_matrix(ITEM_FEATURES) if described else None)
    users = Side(tuple(map(str, range(data.n_users))), features=csr_matrix(USER_FEATURES) if described else None)
    return Training(data, items, users)


def fitted(ours, values=None, data=None, seed=3):
    algorithm = ours(ours.Params(**(values or {})), seed=seed)
    algorithm.fit(training(ratings() if data is None else data))
    return algorithm


def question(user: int, items: tuple = (), stars: tuple = (), n_items: int = N_ITEMS, features=None) -> Query:
    """One question with this history."""
    history, given = np.array(items, np.int32), np.array(stars or [3] * len(items), np.float32)
    offsets = np.array([0, len(items)])
    return Query(
        np.zeros(1, np.int64), np.array([user]), offsets, history, given, None, n_items, user_features=features
    )
