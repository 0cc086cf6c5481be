"""cold-items: some items have no training interaction; every interaction with them is held out.

A user asks with the interactions with other items as the history; somebody who has none is a new user who asks without
one. An algorithm finds such items only through what is known of them (titles, texts, features).
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from bench.datasets.build import tie_hash
from bench.errors import Unsupported
from bench.params import Params, choice, number
from bench.splits.divide import Parts
from bench.splits.draws import roles
from bench.types import Interactions, Longs

ORDER = False


class Options(Params):
    """Which items are held out."""

    test: float = number(0.2, low=0.001, high=0.9)
    """Share of the items that only the test part has."""
    validation: float = number(0.1, low=0, high=0.9)
    """Share of the items that only the validation part, and the histories of the test, have; 0 for none."""
    by: Literal["random", "time"] = choice("random", tune=False)
    """Whether they are drawn, or are those that were met last for the first time; equal times by a hash."""
    seed: int = number(0, low=0, high=2**31 - 1)
    """Which draw; not the seed of the algorithms."""


def parts(interactions: Interactions, options: Options) -> Parts:
    """(n,) the part of each interaction. Raises Unsupported without times for `by = "time"`, or with one item only."""
    items = np.flatnonzero(np.bincount(interactions.items, minlength=interactions.n_items))
    seed: int | None = options.seed
    if options.by == "time":
        items, seed = items[_by_first_time(interactions, items)], None
    of_item = roles(items, interactions.n_items, options.test, options.validation, seed, "items")
    return of_item[interactions.items]


def _by_first_time(interactions: Interactions, items: Longs) -> Longs:
    """The places of `items` in the order of their first interactions."""
    if interactions.times is None:
        raise Unsupported("by = 'time' needs times, and there are none")
    first = np.full(interactions.n_items, np.iinfo(np.int64).max)
    np.minimum.at(first, interactions.items, interactions.times)
    return np.lexsort((tie_hash(np.zeros(len(items), np.int32), items.astype(np.int32)), first[items]))
