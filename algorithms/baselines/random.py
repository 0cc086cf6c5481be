"""Random scores: the level that chance reaches, below which an algorithm is broken."""

from __future__ import annotations

import numpy as np

from bench.algorithm import Algorithm, Can
from bench.params import Params
from bench.types import Floats, Query, Training


class Random(Algorithm[Params]):
    """s(q, i) ~ U(0, 1), drawn independently for each question q and item i from the seed."""

    name = "random"
    family = "baseline"
    can = Can.RANK | Can.SERVE_NEW_USERS | Can.SCORE_NEW_ITEMS

    def fit(self, train: Training) -> None:
        """Nothing to learn."""

    def score(self, query: Query) -> Floats:
        """(b, n_items) uniform numbers; a question gets the same ones in whatever slice it comes."""
        scores = np.empty((len(query), query.n_items), np.float32)
        for row, key in enumerate(query.keys.tolist()):
            scores[row] = np.random.default_rng((self.seed, key)).random(query.n_items, np.float32)
        return scores
