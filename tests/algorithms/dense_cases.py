"""Interactions as what algorithms get: training data, a question for each user, a dense matrix."""

from __future__ import annotations

import numpy as np

from bench.types import Interactions, Query, Side, Training


def training(data: Interactions) -> Training:
    return Training(data, Side(()), Side(()))


def questions(data: Interactions, *, known=True) -> Query:
    users = np.arange(data.n_users, dtype=np.int32) if known else np.full(data.n_users, -1, np.int32)
    return Query(np.arange(data.n_users), users, data.offsets, data.items, None, None, data.n_items)


def dense(data: Interactions) -> np.ndarray:
    X = np.zeros((data.n_users, data.n_items))
    X[data.users, data.items] = 1
    return X
