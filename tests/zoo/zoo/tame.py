"""Well-behaved plug-ins: what the others do must not change their numbers."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np

from bench.algorithm import Algorithm, Can
from bench.params import Params, number
from bench.types import Floats, Query, Training


class Tame(Algorithm[Params]):
    """Scores that depend on all training pairs and on the user, so that a changed input would show."""

    name = "zoo-tame"
    family = "zoo"
    can = Can.RANK

    def fit(self, train: Training) -> None:
        users, items = train.interactions.users, train.interactions.items
        weights = 1.0 + np.sin(users.astype(np.float64) + self.seed)
        self.counts = np.bincount(items, weights, minlength=train.interactions.n_items)

    def score(self, query: Query) -> Floats:
        items = np.arange(query.n_items)
        return self.counts[None, :] + 0.1 * np.cos(query.users[:, None] * 7.0 + items[None, :])


class Constant(Algorithm[Params]):
    """All items are equally good."""

    name = "zoo-constant"
    family = "zoo"
    can = Can.RANK

    def fit(self, train: Training) -> None:
        """There is nothing to learn."""

    def score(self, query: Query) -> Floats:
        return np.zeros((len(query), query.n_items), np.float32)


class SlowParams(Params):
    """How slow, and which of several cells."""

    seconds: float = number(0.3, low=0, high=600)
    """How long `fit` takes."""
    variant: int = number(0, low=0, high=10**6)
    """Tells cells apart."""


class Slow(Tame):
    """Tame, but `fit` takes a while; says when it begins in a file of the folder named by ZOO_NOTES."""

    name = "zoo-slow"
    Params = SlowParams

    def fit(self, train: Training) -> None:
        super().fit(train)
        self.counts += self.params.variant % 7 * np.arange(len(self.counts)) ** 0.5  # each variant its own ranking
        if notes := os.environ.get("ZOO_NOTES"):
            Path(notes, f"slow-{self.params.variant}-{os.getpid()}").write_text("fit", encoding="utf-8")
        time.sleep(self.params.seconds)
