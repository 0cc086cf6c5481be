"""Several algorithms against one, on the same users: differences, intervals, tests, sizes, or why there are none."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from bench.types import Floats, Ints
from reports.statistics import paired
from reports.statistics.bootstrap import MIN_USERS, Interval, Parts, differences, refusal
from reports.statistics.corrections import benjamini_hochberg, holm


@dataclass(frozen=True)
class Comparison:
    """A metric of one algorithm minus that of the other; numbers are None where `reason` says why."""

    value: float | None = None
    interval: Interval = field(default_factory=Interval)
    users: int = 0
    p: float | None = None  # randomization test
    holm: float | None = None  # the same, corrected for all comparisons made at once
    false_discovery: float | None = None  # the same, Benjamini and Hochberg
    t_test: float | None = None
    wilcoxon: float | None = None
    effect: float | None = None  # Cohen's d for paired data
    better: float = 0.0  # shares of users
    same: float = 0.0
    worse: float = 0.0
    detectable: float | None = None  # the smallest difference that as many users would show
    reason: str = ""

    @property
    def significant(self) -> bool:
        """Whether the two differ, at 5 % over all comparisons made at once."""
        return self.holm is not None and self.holm < paired.SIGNIFICANT


def compare(users: Ints, ones: Sequence[Parts | None], other: Parts | None) -> list[Comparison]:
    """Each of `ones` against `other`; `users` (q,) says who asked each question.

    For the root of a mean of squares the tests, sizes and shares are about the squares, with the sign of the
    difference. All intervals and tests use the same random numbers.
    """
    each = [None if one is None or other is None else paired.per_user(users, one, other) for one in ones]
    found = [_refused(one is not None and other is not None, d) for one, d in zip(ones, each, strict=True)]
    places = [place for place, comparison in enumerate(found) if not comparison.reason]
    if other is None or not places:
        return found
    pairs = [(one, other) for place in places if (one := ones[place]) is not None]
    columns = np.stack([d for place in places if (d := each[place]) is not None], axis=1)  # (U, m)
    limits = differences(users, pairs)
    tests = [paired.randomization(columns), paired.t_test(columns), paired.wilcoxon(columns), paired.effect(columns)]
    sizes, least = paired.shares(columns), paired.detectable(columns)
    corrected = holm(tests[0]), benjamini_hochberg(tests[0])
    for number, place in enumerate(places):
        p, t, w, size, h, b = (_number(values[number]) for values in (*tests, *corrected))
        (one, _), interval = pairs[number], limits[number]
        value = (one.value or 0.0) - (other.value or 0.0)
        better, same, worse = (float(share) for share in sizes[:, number])
        smallest = None if one.root or not least[number] else float(least[number])
        found[place] = Comparison(
            value, interval, len(columns), p, h, b, t, w, size, better, same, worse, smallest, interval.reason
        )
    return found


def _refused(sums: bool, differences: Floats | None) -> Comparison:
    """A comparison with nothing but the reason why there is none, or with nothing at all."""
    if not sums:
        return Comparison(reason="no test: the metric is not a sum over users")
    if differences is None:
        return Comparison(reason="no test: the two are not measured on the same questions")
    n_users = len(differences)
    if n_users < MIN_USERS:
        return Comparison(users=n_users, reason=refusal(n_users).reason.replace("interval", "test"))
    if not differences.any():
        same = "no test: every user has the same value from both"
        return Comparison(0.0, users=n_users, same=1.0, reason=same)
    return Comparison()


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
