"""random: a random share of each user's interactions is held out, whatever its time.

It answers "which of the items that this user rated were left out?"; it lets an algorithm learn from the future.
The draw belongs to the (user, item) pairs in their sorted order, so the order of rows in a file does not matter.
"""

from __future__ import annotations

import numpy as np

from bench.params import Params, number
from bench.splits.divide import TEST, TRAIN, VALIDATION, Parts, places, shares
from bench.types import Interactions

ORDER = False


class Options(Params):
    """How much is held out, and which draw."""

    test: float = number(0.2, low=0.001, high=0.9)
    """Share of each user's interactions in the test part."""
    validation: float = number(0.1, low=0, high=0.9)
    """Share of each user's interactions in the validation part; 0 for none."""
    seed: int = number(0, low=0, high=2**31 - 1)
    """Which draw; not the seed of the algorithms."""


def parts(interactions: Interactions, options: Options) -> Parts:
    """(n,) the part of each interaction."""
    pairs = interactions.users.astype(np.int64) * interactions.n_items + interactions.items
    distinct, inverse = np.unique(pairs, return_inverse=True)
    draw = np.random.default_rng(options.seed).permutation(len(distinct))[inverse]
    shuffled = np.lexsort((draw, interactions.users))  # users stay together
    place, total = places(interactions)
    test, validation = shares(total, options.test, options.validation)
    result = np.empty(len(interactions), np.int8)
    result[shuffled] = np.select([place < test, place < test + validation], [TEST, VALIDATION], TRAIN)
    return result
