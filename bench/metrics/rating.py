"""How near predicted ratings are to the true ones, over all held-out ratings alike; formulas in docs/metrics.md.

Without a suffix, predictions are first clipped to the rating scale, as in published values; `_raw` leaves them as they
are. Where the data declares no scale there is nothing to clip to, and both forms are equal.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

import numpy as np

from bench.answers import Answers
from bench.metrics.measured import Doubles, Measured, quotient, undefined

Scale = tuple[float, float] | None
Error = Callable[[Doubles, Doubles, Scale], Doubles]
NO_RATINGS = "there are no held-out ratings"


def _pooled(error: Error, *, root: bool = False) -> Callable[[Answers, Scale], Measured]:
    """The metric that averages error(truth, prediction, scale) over all held-out ratings."""

    @wraps(error)
    def metric(answers: Answers, scale: Scale) -> Measured:
        if answers.ratings is None or len(answers.ratings) == 0:
            return undefined(NO_RATINGS)
        if answers.predictions is None:
            return undefined("the algorithm predicts no ratings")
        values = error(answers.ratings.astype(np.float64), answers.predictions.astype(np.float64), scale)
        counts = np.diff(answers.offsets)
        owners = np.repeat(np.arange(len(counts)), counts)
        return quotient(np.bincount(owners, values, minlength=len(counts)), counts, NO_RATINGS, root=root)

    return metric


def _clipped(predictions: Doubles, scale: Scale) -> Doubles:
    return predictions if scale is None else np.asarray(np.clip(predictions, *scale))


def _squared(truth: Doubles, predictions: Doubles, scale: Scale) -> Doubles:
    return (_clipped(predictions, scale) - truth) ** 2


def _absolute(truth: Doubles, predictions: Doubles, scale: Scale) -> Doubles:
    return np.abs(_clipped(predictions, scale) - truth)


def _squared_raw(truth: Doubles, predictions: Doubles, scale: Scale) -> Doubles:
    return (predictions - truth) ** 2


def _absolute_raw(truth: Doubles, predictions: Doubles, scale: Scale) -> Doubles:
    return np.abs(predictions - truth)


def grid(truth: Doubles, scale: Scale) -> tuple[float, float]:
    """(lowest rating, step): the step is the smallest distance between two ratings that occur, ends of the scale too.

    A step that nearly divides the range is made to divide it, which removes the rounding error of stored float32
    values. With one rating only the step is 1.
    """
    levels = np.unique(np.concatenate([truth, scale or ()]))
    low, reach = float(levels[0]), float(levels[-1] - levels[0])
    if reach == 0:
        return low, 1.0
    step = float(np.diff(levels).min())
    count = round(reach / step)
    return low, reach / count if abs(reach / count - step) < 1e-3 * step else step


def _exact(truth: Doubles, predictions: Doubles, scale: Scale) -> Doubles:
    """1 where the clipped prediction, rounded to the grid with half-way values going up, is the true rating."""
    low, step = grid(truth, scale)
    rounded = np.floor((_clipped(predictions, scale) - low) / step + 0.5)
    return np.where(rounded == np.rint((truth - low) / step), 1.0, 0.0)


rmse = _pooled(_squared, root=True)
mae = _pooled(_absolute)
rmse_raw = _pooled(_squared_raw, root=True)
mae_raw = _pooled(_absolute_raw)
rating_accuracy = _pooled(_exact)
