"""A part of a data set: without low ratings, without rare users and items. What is left is numbered anew."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.datasets.fingerprint import fingerprint
from bench.errors import BadConfig, BadData
from bench.types import Bools, Dataset, Interactions, Ints, Longs, Side


def filtered(dataset: Dataset, min_rating: float | None = None, k_core: int | None = None) -> Dataset:
    """The interactions rated `min_rating` or higher; then, again and again until nothing changes, without users and
    items that have fewer than `k_core` interactions. Users and items that are left with none are left out, too.

    Raises BadConfig for values that are no such numbers, BadData when nothing is left, Unsupported for a minimum rating
    where there are no ratings.
    """
    _check("min_rating", min_rating, (int, float))
    _check("k_core", k_core, (int,))
    interactions = dataset.interactions
    keep = np.ones(len(interactions), np.bool_)
    if min_rating is not None:
        keep &= interactions.known_ratings >= min_rating
    if k_core is not None:
        keep = _core(interactions, keep, k_core)
    if not keep.any():
        raise BadData(f"{dataset.name}: nothing is left with min_rating={min_rating}, k_core={k_core}")
    kept = interactions.take(keep)
    users, user_of = _numbered(kept.users, interactions.n_users)
    items, item_of = _numbered(kept.items, interactions.n_items)
    kept = replace(kept, users=user_of, items=item_of, n_users=len(users), n_items=len(items))
    user_side, item_side = _rows(dataset.users, users), _rows(dataset.items, items)
    policy = dataset.notes["duplicates"]["policy"]
    left_out = {"interactions": int(len(interactions) - len(kept)), "users": len(dataset.users) - len(users)}
    notes = {
        "filters": {"min_rating": min_rating, "k_core": k_core, "applied": "before the split"},
        "left out": {**left_out, "items": len(dataset.items) - len(items)},
    }
    return replace(
        dataset,
        interactions=kept,
        users=user_side,
        items=item_side,
        fingerprint=fingerprint(kept, user_side, item_side, policy),
        notes={**dataset.notes, **notes},
    )


def _numbered(numbers: Ints, count: int) -> tuple[Longs, Ints]:
    """Which of the numbers below `count` occur, rising, and the place of each of `numbers` (n,) among them."""
    used = np.bincount(numbers, minlength=count) > 0
    places = np.cumsum(used, dtype=np.int32) - np.int32(1)
    return np.flatnonzero(used), places[numbers]


def _check(name: str, value: Any, kinds: tuple[type, ...]) -> None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, kinds)):
        whole = "a number" if float in kinds else "a whole number"
        raise BadConfig(f"data set option {name!r} is {whole}, not {value!r}")
    if isinstance(value, int) and name == "k_core" and value < 1:
        raise BadConfig(f"data set option {name!r} is 1 or more, not {value}")


def _core(interactions: Interactions, keep: Bools, k: int) -> Bools:
    """The k-core of the graph of users and items; a round costs O(what was left by the round before)."""
    rows = np.flatnonzero(keep)
    users, items = interactions.users[rows], interactions.items[rows]
    while True:
        many = (np.bincount(users) >= k)[users] & (np.bincount(items) >= k)[items]
        if many.all():
            break
        rows, users, items = rows[many], users[many], items[many]
    left = np.zeros(len(interactions), np.bool_)
    left[rows] = True
    return left


def _rows(side: Side, numbers: NDArray[Any]) -> Side:
    """The descriptions of `numbers`; all feature columns stay."""

    def chosen(texts: tuple[str, ...] | None) -> tuple[str, ...] | None:
        return None if texts is None else tuple(texts[number] for number in numbers)

    return replace(
        side,
        ids=tuple(side.ids[number] for number in numbers),
        titles=chosen(side.titles),
        texts=chosen(side.texts),
        features=None if side.features is None else side.features[numbers],
    )
