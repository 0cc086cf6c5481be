"""Users whose traces look made by a machine or by mistake. They are named, never removed; a person decides."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from bench.datasets.order import tie_hash
from bench.types import Bools, Dataset, Interactions, Longs

AT_ONCE = 50  # interactions of one user at one time
IN_A_MINUTE = 100  # interactions of one user within 60 seconds
MINUTE = 60
QUANTILE, TIMES = 0.999, 10  # a count this many times the quantile of all users' counts
SAME = 10  # a history of fewer items may be that of another by chance
EXAMPLES = 5


def suspicions(dataset: Dataset) -> list[dict[str, Any]]:
    """For each rule that can be applied: its words, how many users it finds, and the ids of the first five."""
    return [
        {"rule": rule, "users": int(found.sum()), "examples": _ids(dataset, found)}
        for rule, found in _rules(dataset.interactions)
    ]


def _rules(interactions: Interactions) -> Iterator[tuple[str, Bools]]:
    counts = np.bincount(interactions.users, minlength=interactions.n_users)
    yield f"more than {TIMES} times the interactions of the user at the {QUANTILE:.1%} quantile", far_out(counts)
    yield f"the same items as another user, {SAME} or more", twins(interactions, counts)
    times = interactions.times
    if times is None or not (times % MINUTE).any():  # whole minutes, hours or days: many at once mean nothing
        return
    yield f"more than {AT_ONCE} interactions at the same second", crowded(interactions, times, AT_ONCE, 0)
    yield (
        f"more than {IN_A_MINUTE} interactions within {MINUTE} seconds",
        crowded(interactions, times, IN_A_MINUTE, MINUTE),
    )


def far_out(counts: Longs) -> Bools:
    """(n_users,) whose count is more than `TIMES` the quantile, which is itself a count (the next lower one), so that
    among fewer than a thousand users it is the second largest.
    """
    limit = TIMES * np.quantile(counts, QUANTILE, method="lower")
    return np.asarray(counts > limit)


def twins(interactions: Interactions, counts: Longs) -> Bools:
    """(n_users,) who have exactly the items of another user, by the sum of 64-bit hashes of their items."""
    n_items = interactions.n_items
    hashes = tie_hash(np.zeros(n_items, np.int32), np.arange(n_items, dtype=np.int32))
    starts = interactions.offsets[:-1]
    sums = np.add.reduceat(hashes[interactions.items], starts)  # every user has an interaction; overflow is wanted
    order = np.lexsort((counts, sums))
    same = (sums[order][1:] == sums[order][:-1]) & (counts[order][1:] == counts[order][:-1])
    found = np.zeros(len(counts), np.bool_)
    found[order[1:][same]] = True
    found[order[:-1][same]] = True
    return np.asarray(found & (counts >= SAME))


def crowded(interactions: Interactions, times: Longs, most: int, seconds: int) -> Bools:
    """(n_users,) who have more than `most` interactions within `seconds`; rows of a user are in the order of time."""
    found = np.zeros(interactions.n_users, np.bool_)
    users = interactions.users
    close = (users[most:] == users[:-most]) & (times[most:] - times[:-most] <= seconds)
    found[users[most:][close]] = True
    return found


def _ids(dataset: Dataset, found: Bools) -> list[str]:
    return [dataset.users.ids[user] for user in np.flatnonzero(found)[:EXAMPLES]]
