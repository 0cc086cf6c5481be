"""What a search makes as good as it can: a metric on the validation part."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from bench.algorithm import Algorithm
from bench.errors import Diverged, Unsupported
from bench.evaluation import predict
from bench.tuning.trials import Trial
from bench.types import HeldOut, Interactions, Training
from bench.validation import ndcg_on

RMSE = "rmse"


class Goal:
    """`ndcg@k`, or `rmse`; as `bench.limits.GOALS` says."""

    def __init__(self, metric: str) -> None:
        self.metric, self.larger = metric, metric != RMSE
        self.k = int(metric.partition("@")[2]) if self.larger else 0

    def value(self, model: Algorithm[Any], training: Training) -> float:
        """Of a model that learnt from it, on its validation part, as the same metric is computed on the test part.

        Raises Diverged for what is no finite number, and whatever the model raises.
        """
        held_out = training.validation
        assert held_out is not None, "no search is planned for a split without a validation part"
        found = ndcg_on(model.score, held_out, self.k) if self.larger else _rmse(model, held_out, training.interactions)
        if not math.isfinite(found):
            raise Diverged(f"{self.metric} on the validation part is {found}")
        return found

    def heard(self, values: Mapping[str, float]) -> float | None:
        """What a report of progress says of the goal, if anything."""
        return values.get("ndcg") if self.larger else values.get(RMSE)

    def best(self, trials: Iterable[Trial]) -> Trial | None:
        """The first of those with the best value that ran to their end."""
        ended = [trial for trial in trials if trial.status == "ok" and trial.value is not None]
        sign = 1 if self.larger else -1
        return max(ended, key=lambda trial: sign * (trial.value or 0), default=None)


def _rmse(model: Algorithm[Any], held_out: HeldOut, learnt: Interactions) -> float:
    """√ mean (r̂ − r)²; what is not predicted is the mean of training, and all is clipped to the scale."""
    if held_out.ratings is None or not len(held_out.ratings):
        raise Unsupported("nothing in the validation part is rated")
    predicted, _ = predict(model, held_out, float(learnt.known_ratings.mean(dtype="float64")))
    clipped = predicted if learnt.scale is None else np.clip(predicted, *learnt.scale)
    return float(np.sqrt(np.mean((clipped - held_out.ratings) ** 2)))
