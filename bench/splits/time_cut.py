"""time-cut: one moment for everybody; what was before it trains, what is from then on is the test.

    all interactions by time:   train … train | validation | test (| left out)
                                              v            c     e

Let N(t) be how many of the n interactions are at t or later. With `test` = s the moment c is the first second with
N(c) ≤ s·n, so interactions of one moment are never divided. The validation part is what lies in v ≤ time < c, where v
is the first second for which these are at most `validation`·n. With w `windows` there are w moments, the i-th the first
with N(cᵢ) ≤ (w − i + 1)·s·n; the test part of window i ends where the next begins, and what is later is left out.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime

import numpy as np
from pydantic import Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from bench.errors import Unsupported
from bench.params import Params, number
from bench.splits.divide import LEFT_OUT, TEST, TRAIN, UNASKED, VALIDATION, Parts
from bench.types import Interactions, Longs

ORDER = True
TIMES = True
NEVER = np.iinfo(np.int64).max


class Options(Params):
    """Where the moment is. Dates are in UTC."""

    test: float | None = Field(default=None, ge=0.001, le=0.9)
    """Share of all interactions in the test part (of each window); 0.2 where there is no `cut`."""
    cut: str | None = None
    """In the place of a share: the date from which on interactions are the test."""
    until: str | None = None
    """The date from which on they are left out again; only beside `cut`."""
    validation: float | str = 0.1
    """Share of all interactions in the validation part, just before the test part, or the date when it begins."""
    windows: int = number(1, low=1, high=100)
    """How many windows follow each other, the last one at the end of the data."""
    window: int | None = Field(default=None, ge=1)
    """Which of them, from 1; left out: each in its turn, as splits of their own."""
    new_users: bool = False
    """Whether users are asked of whom nothing is known before the moment."""

    @model_validator(mode="before")
    @classmethod
    def _usual(cls, values: dict[str, object]) -> dict[str, object]:
        said = values.get("test") is not None or values.get("cut") is not None
        return values if said else {**values, "test": 0.2}

    @field_validator("cut")
    @classmethod
    def _date(cls, date: str | None, info: ValidationInfo) -> str | None:
        if date is not None:
            seconds(date)
        if date is not None and info.data.get("test") is not None:
            raise PydanticCustomError("cut", "expected `cut` or `test`, and only one of them")
        return date

    @field_validator("until")
    @classmethod
    def _later(cls, date: str | None, info: ValidationInfo) -> str | None:
        cut = info.data.get("cut", "0001-01-01")  # not there where it is wrong itself
        if date is not None and (cut is None or seconds(date) <= seconds(cut)):
            raise PydanticCustomError("until", "expected a date after `cut`")
        return date

    @field_validator("validation")
    @classmethod
    def _share_or_date(cls, value: float | str, info: ValidationInfo) -> float | str:
        if isinstance(value, float) and not 0 <= value <= 0.9:
            raise PydanticCustomError("share", "expected a share from 0 to 0.9")
        cut = info.data.get("cut", "9999-12-31")  # not there where it is wrong itself
        if isinstance(value, str) and (cut is None or seconds(value) >= seconds(cut)):
            raise PydanticCustomError("validation", "expected a share, or a date before `cut`")
        return value

    @field_validator("windows")
    @classmethod
    def _fit(cls, windows: int, info: ValidationInfo) -> int:
        if windows > 1 and info.data.get("cut") is not None:
            raise PydanticCustomError("windows", "expected 1 beside `cut`")
        if windows * (info.data.get("test") or 0) >= 1:
            raise PydanticCustomError("windows", "expected so few windows that `windows` · `test` is below 1")
        return windows

    @field_validator("window")
    @classmethod
    def _exists(cls, window: int | None, info: ValidationInfo) -> int | None:
        windows = info.data.get("windows")  # None where it is wrong itself
        if window is not None and windows is not None and window > windows:
            raise PydanticCustomError("window", "expected one of the {windows} windows", {"windows": windows})
        return window


def seconds(date: str) -> int:
    """A date, or a date and time, in seconds since 1970; in UTC where it does not say otherwise."""
    try:
        moment = datetime.fromisoformat(date)
    except ValueError:
        raise PydanticCustomError("date", "expected a date such as 2015-01-01") from None
    return math.ceil((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def several(options: Options) -> list[Options]:
    """One split for each window, if none is chosen."""
    windows = range(1, options.windows + 1) if options.window is None else [options.window]
    return [options.model_copy(update={"window": window}) for window in windows]


def parts(interactions: Interactions, options: Options) -> Parts:
    """(n,) the part of each interaction."""
    times, users = interactions.times, interactions.users
    assert times is not None
    validation, test, end = moments(times, options)
    if options.cut is not None and not times.min() < test <= times.max():
        first, last = (datetime.fromtimestamp(int(t), UTC).date() for t in (times.min(), times.max()))
        raise Unsupported(f"the moment {options.cut} is not within the times of the data, {first} to {last}")
    result = np.full(len(times), TRAIN, np.int8)
    for begin, part in ((validation, VALIDATION), (test, TEST), (end, LEFT_OUT)):
        result[times >= begin] = part
    if not options.new_users:
        for part, before, instead in ((TEST, test, LEFT_OUT), (VALIDATION, validation, UNASKED)):
            known = np.zeros(interactions.n_users, np.bool_)
            known[users[times < before]] = True
            result[(result == part) & ~known[users]] = instead
    return result


def moments(times: Longs, options: Options) -> tuple[int, int, int]:
    """When the validation part begins, when the test part begins, and when it ends."""
    ascending = np.sort(times)
    if options.cut is not None:
        cut, end = seconds(options.cut), NEVER if options.until is None else seconds(options.until)
    else:
        assert options.test is not None and options.window is not None
        share, left = options.test * len(times), options.windows - options.window
        cut = _newest(ascending, share * (left + 1))
        end = _newest(ascending, share * left) if left else NEVER
    if isinstance(options.validation, str):
        return seconds(options.validation), cut, end
    before = ascending[: np.searchsorted(ascending, cut)]
    return (_newest(before, options.validation * len(times)) if len(before) else cut), cut, end


def _newest(ascending: Longs, count: float) -> int:
    """The first second such that at most `count` of the ascending times are at it or later."""
    last_before = len(ascending) - math.floor(count + 1e-9) - 1
    return int(ascending[last_before]) + 1 if last_before >= 0 else int(ascending[0])
