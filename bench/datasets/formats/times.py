"""Times in a file: which kind they are, in which unit, and seconds since 1970 from them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.datasets.formats.cells import NUMBER, Kind
from bench.errors import BadConfig, did_you_mean

UNITS = {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}  # how many of them are a second
LARGEST = {"s": 1e11, "ms": 1e14, "us": 1e17, "ns": np.inf}  # a larger median is taken for the next unit: year 5138
EARLIEST_DAY, LATEST_DAY = 19000101, 21001231


def kind_of(first: str, unit: str | None) -> Kind:
    """Whether a column of times holds numbers or dates, from the declared unit or else the first cell.

    Raises BadConfig for an unknown unit.
    """
    if unit is not None and unit not in UNITS and unit != "date":
        raise BadConfig(f"unknown time unit {unit!r}, there are {', '.join(UNITS)} and date{did_you_mean(unit, UNITS)}")
    if unit is None:
        return "number" if NUMBER.fullmatch(first.strip()) or not first else "date"
    return "date" if unit == "date" else "number"


def to_seconds(times: NDArray[np.float64], kind: Kind, unit: str | None) -> tuple[NDArray[np.float64], list[str]]:
    """(n,) seconds since 1970, and what has to be said about them."""
    warnings = []
    if kind == "number":
        guessed = _guess(times)
        if unit is None and guessed != "s":
            warnings.append(f"the times look like {guessed} and were read so; declare the unit to be sure")
        if unit is None and _written_days(times):
            warnings.append("the times look like days written 20140301, but were read as seconds; is the unit date?")
        times = times / UNITS[unit or guessed]
    if len(times) > 1 and times.min() == times.max():
        warnings.append("all times are equal, so the order within a user means nothing")
    return times, warnings


def _guess(times: NDArray[np.float64]) -> str:
    """The unit in which the median lies within some thousand years of 1970."""
    middle = float(np.median(np.abs(times)))
    return next(unit for unit, largest in LARGEST.items() if middle <= largest)


def _written_days(times: NDArray[np.float64]) -> bool:
    """Whether all are whole numbers that read as year, month and day; as seconds they would lie in August 1970."""
    months, days = times // 100 % 100, times % 100
    likely = (times >= EARLIEST_DAY) & (times <= LATEST_DAY) & (months >= 1) & (months <= 12) & (days >= 1)
    return bool((likely & (days <= 31) & (times == np.floor(times))).all())


def compact(times: NDArray[np.float64]) -> NDArray[Any]:
    """Whole seconds as integers, where all are whole."""
    whole = times.astype(np.int64)
    return whole if np.array_equal(whole, times) else times
