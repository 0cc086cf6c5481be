"""The Parquet side of `tables`: types are known there, so ids must be text or whole numbers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.datasets.cells import Column, parse
from bench.datasets.tables import Table
from bench.errors import BadData, did_you_mean

MICROSECONDS = 1e6


def read_parquet(path: Path, columns: Sequence[Column], on_bad_row: str) -> Table:
    """The cells of `columns`; see `tables.read`. Rows count from 1."""
    table = _table(path, [column.name for column in columns])
    cells = [_plain(path, table.column(column.name), column) for column in columns]
    values, bad, first = [], np.zeros(len(table), np.bool_), ""
    for column, found in zip(columns, cells, strict=True):
        good, wrong, reason = _checked(found, column)
        values.append(good)
        if reason and on_bad_row == "error":
            raise BadData(f"{path}, {reason}")
        bad, first = bad | wrong, first or (f"{path}, {reason}" if reason else "")
    if bad.any():
        kept = np.flatnonzero(~bad)
        values = [column[kept] if isinstance(column, np.ndarray) else [column[k] for k in kept] for column in values]
    return Table(values, int(bad.sum()), first)


def first_cell(path: Path, name: str) -> str:
    """The first value of a column as text, dates as ISO 8601; empty where there is none."""
    cells = _table(path, [name]).column(name)
    first = cells[0].as_py() if len(cells) else None
    return "" if first is None else str(first)


def _table(path: Path, names: list[str]) -> pa.Table:
    try:
        known = pq.read_schema(path).names
        for name in names:
            if name not in known:
                listed = ", ".join(repr(each) for each in known)
                raise BadData(f"{path}: no column {name!r}; the columns are {listed}{did_you_mean(name, known)}")
        return pq.read_table(path, columns=list(dict.fromkeys(names)))
    except (pa.ArrowException, OSError) as error:
        raise BadData(f"{path}: not a readable Parquet file ({error})") from None


def _plain(path: Path, cells: Any, column: Column) -> Any:
    """Texts as a list with None, numbers and dates as float64 (n,) with NaN. BadData for a type that does not fit."""
    kind = cells.type
    if pa.types.is_dictionary(kind):
        return _plain(path, cells.cast(kind.value_type), column)
    text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    if text or (pa.types.is_integer(kind) and column.kind in {"id", "text"}):
        return (cells if text else cells.cast(pa.string())).to_pylist()
    numeric = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    if numeric and column.kind == "number":
        return _floats(cells)
    if column.kind == "date" and (pa.types.is_timestamp(kind) or pa.types.is_date(kind)):
        micro = cells.cast(pa.timestamp("us"), safe=False)
        return _floats(micro.cast(pa.int64())) / MICROSECONDS
    wanted = {"id": "text or whole numbers", "text": "text", "number": "numbers", "date": "dates"}[column.kind]
    raise BadData(f"{path}, column {column.name!r}: expected {wanted}, found the type {kind}")


def _floats(cells: Any) -> Any:
    return cells.cast(pa.float64(), safe=False).to_numpy()


def _checked(found: Any, column: Column) -> tuple[Any, Any, str]:
    """(values, which rows are bad, why the first one is)."""
    if isinstance(found, np.ndarray):
        wrong = ~((found >= column.low) & (found <= column.high))
        return found, wrong, _reason(found, wrong, column)
    values: list[Any] = []
    wrong, reason = np.zeros(len(found), np.bool_), ""
    for row, text in enumerate(found):
        try:
            values.append(parse(text or "", column))
        except ValueError as error:
            values.append("" if column.kind == "id" else np.nan)
            wrong[row] = True
            reason = reason or f"row {row + 1}, column {column.name!r}: {error}"
    return (values if column.kind in {"id", "text"} else np.array(values, np.float64)), wrong, reason


def _reason(found: Any, wrong: Any, column: Column) -> str:
    rows = np.flatnonzero(wrong)
    if not len(rows):
        return ""
    expected = f"expected a finite number from {column.low:g} to {column.high:g}"
    return f"row {rows[0] + 1}, column {column.name!r}: {expected}, found {found[rows[0]]:g}"
