"""last-out: leave one out; the last item of each user is the test, the one before it the validation.

Users with fewer than three interactions only train.
"""

from __future__ import annotations

import numpy as np

from bench.params import Params
from bench.splits.divide import Parts
from bench.splits.portions import portions
from bench.types import Interactions

ORDER = True


class Options(Params):
    """There is nothing to choose."""


def parts(interactions: Interactions, options: Options) -> Parts:
    """(n,) the part of each interaction."""
    lengths = np.diff(interactions.offsets)
    one = (lengths >= 3).astype(np.int64)
    return portions(lengths, one, one)
