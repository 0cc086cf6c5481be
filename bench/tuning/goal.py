"""What a search makes as good as it can: a metric on the validation part."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from bench.algorithm import Algorithm
from bench.errors import Diverged
from bench.tuning.trials import Trial
from bench.types import HeldOut
from bench.validation import ndcg_on, rmse_on

RMSE = "rmse"


class Goal:
    """`ndcg@k`, or `rmse`; as `bench.matrix.GOALS` says."""

    def __init__(self, metric: str) -> None:
        self.metric, self.larger = metric, metric != RMSE
        self.k = int(metric.partition("@")[2]) if self.larger else 0

    def value(self, model: Algorithm[Any], held_out: HeldOut) -> float:
        """Of a fitted model. Raises Diverged for what is no finite number, and whatever the model raises."""
        found = ndcg_on(model.score, held_out, self.k) if self.larger else rmse_on(model.predict, held_out)
        if found is None or not math.isfinite(found):
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
