"""The Parquet side of `tables`: types are known there, so ids must be text or whole numbers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.datasets.formats.cells import Column, parse
from bench.datasets.formats.convert import MICROSECONDS, converted
from bench.datasets.formats.tables import Table
from bench.datasets.ids import encoded
from bench.errors import BadData, did_you_mean


def read_parquet(path: Path, columns: Sequence[Column], on_bad_row: str) -> Table:
    """The cells of `columns`; see `tables.read`. Rows count from 1."""
    table = _table(path, [column.name for column in columns])
    cells = [_fitting(path, table.column(column.name), column) for column in columns]
    del table
    try:
        return Table([converted(found, column) for found, column in zip(cells, columns, strict=True)])
    except ValueError:  # pyarrow's errors are some
        return _exact(path, cells, columns, on_bad_row)


def first_cell(path: Path, name: str) -> str:
    """The first value of a column that is not missing as text, dates as ISO 8601; empty where there is none."""
    cells = _table(path, [name]).column(name).drop_null()
    return str(cells[0].as_py()) if len(cells) else ""


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


def _fitting(path: Path, cells: Any, column: Column) -> Any:
    """Text, dictionary-encoded for ids; numbers as float64; dates as text or times. BadData for any other type."""
    kind = cells.type
    if pa.types.is_dictionary(kind):
        if column.kind == "id" and _textual(kind.value_type):
            return cells
        return _fitting(path, cells.cast(kind.value_type), column)
    if _textual(kind):
        return cells.cast(pa.string())
    if pa.types.is_integer(kind) and column.kind in {"id", "text"}:
        return _named(cells)
    numeric = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    if numeric and column.kind == "number":
        return cells.cast(pa.float64(), safe=False)
    if column.kind == "date" and (pa.types.is_timestamp(kind) or pa.types.is_date(kind)):
        return cells.cast(pa.timestamp("us"), safe=False)
    wanted = {"id": "text or whole numbers", "text": "text", "number": "numbers", "date": "dates"}[column.kind]
    raise BadData(f"{path}, column {column.name!r}: expected {wanted}, found the type {kind}")


def _textual(kind: Any) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _named(numbers: Any) -> Any:
    """Whole numbers as dictionary-encoded text."""
    found = encoded(numbers)
    return pa.chunked_array([pa.DictionaryArray.from_arrays(found.indices, found.dictionary.cast(pa.string()))])


def _exact(path: Path, cells: list[Any], columns: Sequence[Column], on_bad_row: str) -> Table:
    """The same with the place and the reason where a cell is bad."""
    values, bad, first = [], np.zeros(len(cells[0]), np.bool_), ""
    for column, found in zip(columns, cells, strict=True):
        good, wrong, reason = _checked(found, column)
        values.append(good)
        if reason and on_bad_row == "error":
            raise BadData(f"{path}, {reason}")
        bad, first = bad | wrong, first or (f"{path}, {reason}" if reason else "")
    kept = np.flatnonzero(~bad)
    values = [column[kept] if isinstance(column, np.ndarray) else [column[k] for k in kept] for column in values]
    return Table(values, int(bad.sum()), first)


def _checked(found: Any, column: Column) -> tuple[Any, Any, str]:
    """(values, which rows are bad, why the first one is)."""
    if pa.types.is_floating(found.type):
        values = found.to_numpy()
        wrong = ~((values >= column.low) & (values <= column.high))
        return values, wrong, _reason(values, wrong, column)
    values = []
    wrong, reason = np.zeros(len(found), np.bool_), ""
    for row, cell in enumerate(_plain(found)):
        try:
            values.append(cell if isinstance(cell, float) else parse(cell or "", column))
        except ValueError as error:
            values.append("" if column.kind == "id" else np.nan)
            wrong[row] = True
            reason = reason or f"row {row + 1}, column {column.name!r}: {error}"
    return (values if column.kind in {"id", "text"} else np.array(values, np.float64)), wrong, reason


def _plain(cells: Any) -> list[Any]:
    """Texts and None; times as seconds."""
    if not pa.types.is_timestamp(cells.type):
        return cells.to_pylist()  # type: ignore[no-any-return]
    micro = cells.cast(pa.int64()).to_pylist()
    return [None if count is None else count / MICROSECONDS for count in micro]


def _reason(found: Any, wrong: Any, column: Column) -> str:
    rows = np.flatnonzero(wrong)
    if not len(rows):
        return ""
    expected = f"expected a finite number from {column.low:g} to {column.high:g}"
    return f"row {rows[0] + 1}, column {column.name!r}: {expected}, found {found[rows[0]]:g}"
