"""Seeded draws over pairs, users and items in their sorted order, so that the order of rows in a file does not matter.

All interactions of one user with one item are one pair: no draw puts them into different parts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from bench.errors import Unsupported
from bench.splits.divide import TEST, TRAIN, VALIDATION, Parts
from bench.splits.portions import shares
from bench.types import Interactions, Longs

Per = Literal["user", "all"]


@dataclass(frozen=True)
class Shuffled:
    """The p distinct pairs of a data set in random order: group after group, a group for each user or one for all."""

    lengths: Longs  # (g,) pairs in each group
    order: Longs  # (p,) pairs, numbered in the order of (user, item), as they were drawn
    pair: Longs  # (n,) the pair of each interaction

    def parts(self, drawn: Parts) -> Parts:
        """(n,) the part of each interaction, given those (p,) of the pairs as they were drawn."""
        of_pair = np.empty(len(self.order), np.int8)
        of_pair[self.order] = drawn
        return of_pair[self.pair]


def shuffled(interactions: Interactions, seed: int, per: Per = "user") -> Shuffled:
    """The pairs in random order."""
    users, pair = _pairs(interactions)
    generator = np.random.default_rng(seed)
    if per == "all":
        return Shuffled(np.array([len(users)]), generator.permutation(len(users)), pair)
    keys = users.astype(np.int64) << 32 | generator.integers(0, 2**32, len(users), np.uint32)
    order = np.argsort(keys, kind="stable")  # users stay together; so few keys are equal that it does not matter
    return Shuffled(np.bincount(users, minlength=interactions.n_users), order, pair)


def _pairs(interactions: Interactions) -> tuple[Longs, Longs]:
    """The users (p,) of the distinct pairs in the order of (user, item), and the pair (n,) of each interaction."""
    pairs = interactions.users.astype(np.int64) * interactions.n_items + interactions.items
    ascending = np.argsort(pairs, kind="stable")
    pairs = pairs[ascending]
    first = np.append(True, pairs[1:] != pairs[:-1])
    pair = np.empty(len(pairs), np.int64)
    pair[ascending] = np.cumsum(first) - 1
    return interactions.users[ascending[first]], pair


def roles(eligible: Longs, n: int, test: float, validation: float, seed: int | None, what: str) -> Parts:
    """(n,) TRAIN, VALIDATION or TEST for each of the users or items 0 … n − 1, of which only `eligible` are held out.

    ⌊share · number of eligible⌋ each, at least one, are drawn by `seed`; with None they are the last ones, of which
    the very last are the test's. Raises Unsupported, with the count, where fewer than two are eligible.
    """
    if len(eligible) < 2:
        raise Unsupported(f"{what} to choose from: {len(eligible)}; one must train and one be held out")
    tests, validations = (int(count[0]) for count in shares(np.array([len(eligible)]), test, validation))
    # A stream of its own: who is drawn has nothing to do with which of their interactions are (`shuffled`).
    order = eligible if seed is None else np.random.default_rng([seed, 1]).permutation(eligible)
    result = np.full(n, TRAIN, np.int8)
    result[order[len(order) - tests - validations :]] = VALIDATION
    result[order[len(order) - tests :]] = TEST
    return result
