"""user-holdout: strong generalisation; some users do not train, and part of their history is shown when they ask.

Marlin (2004) named it; the shares of 80 % shown and 20 % held out, drawn at random, are those of Liang, Krishnan,
Hoffman and Jebara (2018, "Variational autoencoders for collaborative filtering", section 4.1). They also leave out
held-out items that no training user has; here those stay, and count against every algorithm alike.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from bench.errors import Unsupported
from bench.params import Params, choice, number
from bench.splits.divide import Parts
from bench.splits.draws import roles, shuffled
from bench.splits.portions import shares, shown_first
from bench.types import Interactions

ORDER = False


class Options(Params):
    """Who is held out, and how much of their history is shown."""

    test: float = number(0.1, low=0.001, high=0.9)
    """Share of the users who ask for the test."""
    validation: float = number(0.1, low=0, high=0.9)
    """Share of the users who ask for the validation; 0 for none."""
    shown: float = number(0.8, low=0.01, high=0.99)
    """Share of a held-out user's interactions that are shown as the history."""
    by: Literal["random", "time"] = choice("random", tune=False)
    """Whether the shown ones are drawn or are the earliest."""
    min_interactions: int = number(5, low=2, high=1_000_000)
    """Users with fewer interactions always train; the shares are those of the others."""
    seed: int = number(0, low=0, high=2**31 - 1)
    """Which draw; not the seed of the algorithms."""


def parts(interactions: Interactions, options: Options) -> Parts:
    """(n,) the part of each interaction. Raises Unsupported where there is no order, or nobody to hold out."""
    if options.by == "time" and not interactions.ordered:
        raise Unsupported("by = 'time' needs times or an order, and there is neither")
    drawn = shuffled(interactions, options.seed) if options.by == "random" else None
    lengths = np.diff(interactions.offsets) if drawn is None else drawn.lengths
    eligible = np.flatnonzero(lengths >= options.min_interactions)
    what = f"users with at least {options.min_interactions} interactions"
    who = roles(eligible, interactions.n_users, options.test, options.validation, options.seed, what)
    held, _ = shares(lengths, 1 - options.shown, 0)
    result = shown_first(lengths, who, lengths - held)
    return result if drawn is None else drawn.parts(result)
