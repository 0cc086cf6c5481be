"""random: a random share of each user's interactions, or of all interactions, is held out, whatever its time.

It answers "which of the items that this user rated were left out?"; it lets an algorithm learn from the future.
The draw belongs to the (user, item) pairs in their sorted order, so the order of rows in a file does not matter.
"""

from __future__ import annotations

from bench.params import Params, choice, number
from bench.splits.divide import Parts
from bench.splits.draws import Per, shuffled
from bench.splits.portions import portions, shares
from bench.types import Interactions

ORDER = False


class Options(Params):
    """How much is held out, and which draw."""

    test: float = number(0.2, low=0.001, high=0.9)
    """Share in the test part."""
    validation: float = number(0.1, low=0, high=0.9)
    """Share in the validation part; 0 for none."""
    per: Per = choice("user", tune=False)
    """Whether the shares are those of each user's interactions or of all; then chance may leave a user nothing to
    train."""
    seed: int = number(0, low=0, high=2**31 - 1)
    """Which draw; not the seed of the algorithms."""


def parts(interactions: Interactions, options: Options) -> Parts:
    """(n,) the part of each interaction."""
    drawn = shuffled(interactions, options.seed, options.per)
    tests, validations = shares(drawn.lengths, options.test, options.validation)
    return drawn.parts(portions(drawn.lengths, tests, validations))
