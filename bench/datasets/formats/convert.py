"""From pyarrow columns to the values that `tables` promises, without a Python object for each cell.

These functions only say yes or no: where a cell is bad or unusual they raise ValueError, and `tables` looks for the
place and the reason in plain Python.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from bench.datasets.formats.cells import Column, seconds
from bench.datasets.ids import encoded

MICROSECONDS = 1e6


def converted(cells: Any, column: Column) -> Any:
    """Ids as one dictionary-encoded array, texts as a chunked array, numbers and dates as float64 (n,).

    `cells` are text, or of a type that fits already. Raises ValueError (pyarrow's errors are some) where one is bad.
    """
    if column.kind == "number":
        return in_bounds(cells.cast(pa.float64()).to_numpy(), column)
    if column.kind == "date":
        return _seconds(cells)
    if column.kind == "text":
        return pc.fill_null(cells.cast(pa.string()), "")
    ids = encoded(cells)
    if ids.null_count or pc.any(pc.match_substring_regex(ids.dictionary, r"^$|[\r\n]")).as_py():
        raise ValueError
    return ids


def in_bounds(values: NDArray[np.float64], column: Column) -> NDArray[np.float64]:
    """The values. Raises ValueError where one is out of bounds or NaN."""
    if not ((values >= column.low) & (values <= column.high)).all():  # NaN is in no range
        raise ValueError
    return values


def _seconds(cells: Any) -> NDArray[np.float64]:
    """ISO 8601 dates as seconds since 1970: all of one form in one go, others one by one."""
    if cells.null_count:
        raise ValueError
    for zone in (None, "UTC"):
        try:
            micro = cells.cast(pa.timestamp("us", zone)).cast(pa.int64())
        except pa.ArrowInvalid:
            continue
        return np.asarray(micro.to_numpy() / MICROSECONDS)
    return np.array([seconds(text) for text in cells.to_pylist()], np.float64)
