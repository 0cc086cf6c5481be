"""Plug-ins with odd news about their training."""

from __future__ import annotations

import numpy as np

from bench.types import Training
from zoo.tame import Constant


class ReportsNan(Constant):
    """The loss of one epoch is NaN, and that of another infinite."""

    name = "zoo-reports-nan"

    def fit(self, train: Training) -> None:
        train.report(1, loss=float("nan"))
        train.report(2, loss=float("inf"))


class ReportsNumpy(Constant):
    """Numbers as NumPy has them."""

    name = "zoo-reports-numpy"

    def fit(self, train: Training) -> None:
        train.report(np.int64(1), loss=np.float32(0.5), users=np.int64(7))


class ReportsMuch(Constant):
    """Reports each step as if it were an epoch."""

    name = "zoo-reports-much"

    def fit(self, train: Training) -> None:
        for step in range(5000):
            train.report(step, loss=1.0)
