"""last-out: leave one out; the last item of each user is the test, the one before it the validation.

Users with fewer than three interactions only train.
"""

from __future__ import annotations

import numpy as np

from bench.params import Params
from bench.splits.divide import TEST, TRAIN, VALIDATION, Parts, places
from bench.types import Interactions

ORDER = True


class Options(Params):
    """There is nothing to choose."""


def parts(interactions: Interactions, options: Options) -> Parts:
    """(n,) the part of each interaction."""
    place, total = places(interactions)
    left = np.where(total < 3, 3, total - place)
    return np.select([left == 1, left == 2], [TEST, VALIDATION], TRAIN).astype(np.int8)
