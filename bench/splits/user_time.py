"""user-time: the last share of each user's history is held out.

    history of a user, oldest first:   train … train | validation | test

Equal times are ordered by the data set's own rule (docs/data.md), so the order of rows in a file does not matter.
"""

from __future__ import annotations

import numpy as np

from bench.params import Params, number
from bench.splits.divide import TEST, TRAIN, VALIDATION, Parts, places, shares
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
    place, total = places(interactions)
    test, validation = shares(total, options.test, options.validation)
    left = total - place  # 1 for the last interaction of a user
    return np.select([left <= test, left <= test + validation], [TEST, VALIDATION], TRAIN).astype(np.int8)
