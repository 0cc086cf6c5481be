"""Hybrids that describe items by text, small enough for tests, and how well they rank new items."""

from __future__ import annotations

import numpy as np
from described_items import N_ITEMS

from bench import registry
from bench.types import Query

MET = N_ITEMS - 4  # the last two of either kind are new
SMALL = {
    "ease-features": {"l2": 5.0},
    "two-tower": {"factors": 8, "batch_size": 64, "learning_rate": 0.02, "epochs": 60},
    "lightfm": {"epochs": 30, "text_dimensions": 4},
    "lightfm-hybrid": {"epochs": 30, "text_dimensions": 4},
}
if registry.find("lightfm").problem:
    del SMALL["lightfm"], SMALL["lightfm-hybrid"]


def everybody(train):
    data = train.interactions
    users = np.arange(data.n_users, dtype=np.int32)
    return Query(np.arange(data.n_users), users, data.offsets, data.items, None, None, data.n_items)


def share_of_own(scores, new):
    """How often a new item of the user's own kind is before one of the other kind."""
    mine = [[item for item in new if item % 2 == user % 2] for user in range(len(scores))]
    others = [[item for item in new if item % 2 != user % 2] for user in range(len(scores))]
    pairs = [scores[user, i] > scores[user, j] for user in range(len(scores)) for i in mine[user] for j in others[user]]
    assert len(pairs) == 4 * len(scores)
    return np.mean(pairs)
