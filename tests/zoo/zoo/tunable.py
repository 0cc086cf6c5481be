"""A plug-in with something to tune, and settings that go wrong."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path
from typing import Literal

import numpy as np

from bench.algorithm import Algorithm, Can
from bench.params import Params, choice, number
from bench.types import Floats, Query, Training


class TunableParams(Params):
    """Where it is good, and what goes wrong."""

    place: float = number(0.1, low=0, high=1, search=(0, 1))
    """The further from .7, the more noise."""
    trouble: Literal["none", "raises", "dies", "sleeps", "calls-c", "hogs", "reports"] = choice("none", tune=False)
    """What happens in `fit` unless the place is below a tenth."""
    pause: float = number(0, low=0, high=600)
    """How long `fit` takes, in seconds."""


class Tunable(Algorithm[TunableParams]):
    """Popularity and noise; writes each setting that it fits into the file `fits` of the folder named by ZOO_NOTES."""

    name = "zoo-tunable"
    family = "zoo"
    can = Can.RANK
    Params = TunableParams

    def fit(self, train: Training) -> None:
        p = self.params
        if notes := os.environ.get("ZOO_NOTES"):
            with Path(notes, "fits").open("a", encoding="utf-8") as file:
                file.write(f"{p.place!r} {len(train.interactions)}\n")
        time.sleep(p.pause)
        off = abs(p.place - 0.7)
        match p.trouble:
            case "raises":
                raise ValueError(f"no place like {p.place:g}")
            case "dies":
                os._exit(7)
            case "sleeps":
                time.sleep(600)
            case "calls-c":  # and does not come back to Python for minutes
                hashlib.pbkdf2_hmac("sha256", b"", b"", 10**9)
            case "hogs":
                self.held = np.ones(10**9)
            case "reports":
                for epoch in range(1, 6):
                    train.report(epoch, ndcg=1 - off)
        popularity = np.bincount(train.interactions.items, minlength=train.interactions.n_items)
        noise = np.random.default_rng(0).normal(size=len(popularity)) * popularity.max()
        self.scores = popularity * (1 - off) + noise * off

    def score(self, query: Query) -> Floats:
        return np.repeat(self.scores[None, :], len(query), axis=0)
