"""A catalogue of six items small enough to be worked out by hand, and questions about it."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

from bench.types import Interactions, Query, Side, Training

TEXTS = (
    "Alien war. War",
    "War and love",
    "Love, LOVE: an Alien",
    "unheard-of",  # no word that another item has
    "alien alien alien",
    "love war",
)
FEATURES = ("Action", "Drama", "Space")
OWNED = ((0, 2), (0, 1), (1,), (), (0, 2), (0, 1))  # features of each item; the fourth has none


def matrix(owned=OWNED, names=FEATURES) -> csr_matrix:
    dense = np.zeros((len(owned), len(names)), np.float32)
    for item, features in enumerate(owned):
        dense[item, list(features)] = 1
    return csr_matrix(dense)


def side(texts=TEXTS, owned=OWNED) -> Side:
    ids = tuple(f"i{number}" for number in range(len(texts or owned)))
    features = None if owned is None else matrix(owned)
    return Side(ids, texts=texts, features=features, feature_names=() if owned is None else FEATURES)


def interactions(histories=((0, 1), (2,)), n_items=6, ratings=None) -> Interactions:
    users = np.repeat(np.arange(len(histories)), [len(h) for h in histories]).astype(np.int32)
    items = np.array([item for history in histories for item in history], np.int32)
    values = None if ratings is None else np.array(ratings, np.float32)
    return Interactions(users, items, values, None, len(histories), n_items)


def training(items: Side, data: Interactions | None = None) -> Training:
    return Training(data or interactions(n_items=len(items)), items, Side(()))


def question(*histories, n_items=6, ratings=None) -> Query:
    """One question of a new user for each history."""
    data = interactions(histories, n_items, ratings)
    users = np.full(len(histories), -1, np.int32)
    return Query(np.arange(len(histories)), users, data.offsets, data.items, data.ratings, None, n_items)
