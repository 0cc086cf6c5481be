"""cold-users: some users have no training interaction; they are asked after their first few, or after none at all.

The users who are held out depend on `seed` only: for every value of `shown` the training part is the same, and whoever
asks after five interactions also asks after none. Those with no more than `shown` interactions, or than `after`, are
not asked.
"""

from __future__ import annotations

import numpy as np

from bench.params import Params, number
from bench.splits.divide import Parts
from bench.splits.draws import roles, shuffled
from bench.splits.portions import shown_first
from bench.types import Interactions

ORDER = False


class Options(Params):
    """Who is held out, and how much of them is known."""

    test: float = number(0.2, low=0.001, high=0.9)
    """Share of the users who ask for the test."""
    validation: float = number(0.1, low=0, high=0.9)
    """Share of the users who ask for the validation; 0 for none."""
    shown: int = number(0, low=0, high=1_000_000)
    """How many interactions are their history: the first ones; where the data has no order, drawn ones."""
    after: int = number(0, low=0, high=1_000_000)
    """After how many interactions what is held out begins, if later than after the shown ones: several values of
    `shown` are then asked about the same items, to see how quality grows."""
    seed: int = number(0, low=0, high=2**31 - 1)
    """Which draw; not the seed of the algorithms."""


def parts(interactions: Interactions, options: Options) -> Parts:
    """(n,) the part of each interaction. Raises Unsupported where there are fewer than two users."""
    drawn = None if interactions.ordered else shuffled(interactions, options.seed)
    lengths = np.diff(interactions.offsets) if drawn is None else drawn.lengths
    users = np.flatnonzero(lengths)
    who = roles(users, interactions.n_users, options.test, options.validation, options.seed, "users")
    result = shown_first(lengths, who, np.full(len(lengths), options.shown), options.after)
    return result if drawn is None else drawn.parts(result)
