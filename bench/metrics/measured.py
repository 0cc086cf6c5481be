"""The value of one metric together with the parts of which it is made, so that it can be resampled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class Measured:
    """value = finish(Σ numerator / Σ denominator) over q questions; finish is the square root if `root`.

    A bootstrap draws questions (or users) and applies the same formula to the parts that it drew. A value that is not
    defined is None and has a reason; it is never 0 and never NaN.
    """

    metric: str  # "ndcg@10"
    value: float | None
    reason: str = ""  # why the value is None
    numerator: Doubles | None = None  # (q,); None where the value is no quotient of sums (a union of lists)
    denominator: Doubles | None = None  # (q,); 0 where a question has nothing to say
    root: bool = False

    @property
    def per_question(self) -> Doubles | None:
        """(q,) the metric of each question alone, NaN where it is undefined; None where there are no parts."""
        if self.numerator is None or self.denominator is None:
            return None
        values = np.full(len(self.numerator), np.nan)
        np.divide(self.numerator, self.denominator, out=values, where=self.denominator > 0)
        return np.sqrt(values) if self.root else values


def undefined(reason: str) -> Measured:
    """A metric that has no value."""
    return Measured("", None, reason)


def whole(value: float) -> Measured:
    """A value without parts."""
    return Measured("", float(value))


def quotient(numerator: ArrayLike, denominator: ArrayLike, reason: str, *, root: bool = False) -> Measured:
    """Σ numerator / Σ denominator of two (q,) arrays, or `reason` where the denominators add up to 0."""
    upper, lower = np.asarray(numerator, np.float64), np.asarray(denominator, np.float64)
    total = float(lower.sum())
    if total == 0:
        return Measured("", None, "there are no questions" if len(lower) == 0 else reason, upper, lower, root)
    value = float(upper.sum()) / total
    if not np.isfinite(value):
        return undefined("the sum over the questions is not a finite number")
    return Measured("", value**0.5 if root else value, "", upper, lower, root)


def mean(values: NDArray[Any], defined: NDArray[np.bool_], reason: str) -> Measured:
    """The mean of the (q,) values of the questions where the metric is defined; others are never looked at."""
    return quotient(np.where(defined, values, 0.0), defined, reason)
