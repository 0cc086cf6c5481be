"""user-time: the last share of each user's history is held out.

    history of a user, oldest first:   train … train | validation | test

Equal times are ordered by the data set's own rule (docs/data.md), so the order of rows in a file does not matter.
"""

from __future__ import annotations

import numpy as np

from bench.params import Params, number
from bench.splits.divide import Parts
from bench.splits.portions import portions, shares
from bench.types import Interactions

ORDER = True  # needs data whose order means something


class Options(Params):
    """How much is held out."""

    test: float = number(0.2, low=0.001, high=0.9)
    """Share of each user's interactions in the test part."""
    validation: float = number(0.1, low=0, high=0.9)
    """Share of each user's interactions in the validation part, just before the test part; 0 for none."""


def parts(interactions: Interactions, options: Options) -> Parts:
    """(n,) the part of each interaction."""
    lengths = np.diff(interactions.offsets)
    return portions(lengths, *shares(lengths, options.test, options.validation))
