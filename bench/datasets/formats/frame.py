"""Columns of a pandas DataFrame, read as strictly as those of a file. Rows count from 1."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from bench.datasets.formats import times
from bench.datasets.formats.by_name import FEATURE_SEPARATOR, USUAL, joined, unicode_text
from bench.datasets.formats.cells import Column, Kind, parse, shown
from bench.datasets.formats.convert import MICROSECONDS
from bench.datasets.formats.tables import Table
from bench.errors import BadData, did_you_mean


@dataclass(frozen=True)
class Frame:
    """A DataFrame. `read` raises BadData, which names row, column and what was expected.

    Ids are text or whole numbers (categories of these, too), never floats: pandas makes floats of whole numbers where
    one is missing.
    """

    frame: pd.DataFrame
    place: str = "the DataFrame"

    def usual(self, role: str) -> str | None:
        """Columns called user and item; ratings and times only if named."""
        return USUAL.get(role)

    def kind_of_times(self, name: str, unit: str | None) -> Kind:
        """By the declared unit, the type, or the first cell that is not missing."""
        cells = self._column(name).dropna()
        return times.kind_of(str(cells.iloc[0]) if len(cells) else "", unit)

    def between_features(self, name: str) -> str:
        """A bar; lists of names are joined with bars when they are read."""
        return FEATURE_SEPARATOR

    def read(self, columns: Sequence[Column]) -> Table:
        """The cells of `columns`: ids and texts as pyarrow arrays of strings, numbers and dates as float64 (n,)."""
        cells = [(self._column(column.name), column) for column in columns]
        if not len(self.frame):
            raise BadData(f"{self.place}: no rows")
        return Table([self._converted(series, column) for series, column in cells])

    def _column(self, name: str) -> pd.Series:
        known = list(map(str, self.frame.columns))
        places = [place for place, column in enumerate(known) if column == name]
        if not places:
            listed = ", ".join(map(repr, known))
            raise BadData(f"{self.place}: no column {name!r}; the columns are {listed}{did_you_mean(name, known)}")
        if len(places) > 1:
            raise BadData(f"{self.place}: {len(places)} columns are called {name!r}")
        return self.frame.iloc[:, places[0]]

    def _converted(self, series: pd.Series, column: Column) -> Any:
        cells = _typed(series)
        if column.kind == "number":
            return self._bounded(self._numbers(cells, column), column)
        if column.kind == "date":
            return self._bounded(self._dates(cells, column), column)
        texts = self._texts(cells, series, column)
        return texts.fill_null("") if column.kind == "text" else self._ids(texts, column)

    def _texts(self, cells: Any, series: pd.Series, column: Column) -> Any:
        """A pyarrow array of strings, null where a cell is missing."""
        if cells is None or (column.kind == "text" and pa.types.is_list(cells.type)):
            return pa.array(self._each(series, _text, column), pa.string())
        if not (_is_text(cells.type) or pa.types.is_integer(cells.type) or pa.types.is_null(cells.type)):
            raise self._wrong_type(cells, column, "text or whole numbers")
        return cells.cast(pa.string())

    def _ids(self, texts: Any, column: Column) -> Any:
        bad = pc.or_(pc.equal(texts, ""), pc.match_substring_regex(texts, r"[\r\n]"))
        row = pc.index(pc.fill_null(bad, True), True).as_py()
        if row >= 0:
            self._each([texts[row].as_py()], _text, column, row)
        return texts

    def _numbers(self, cells: Any, column: Column) -> Any:
        kind = None if cells is None else cells.type
        if kind is None or not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)):
            raise self._wrong_type(cells, column, "numbers")
        return cells.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)

    def _dates(self, cells: Any, column: Column) -> Any:
        """(n,) seconds since 1970, NaN where there is none. A time without zone is UTC."""
        kind = None if cells is None else cells.type
        if kind is not None and (pa.types.is_timestamp(kind) or pa.types.is_date(kind)):
            micro = cells.cast(pa.timestamp("us", tz=getattr(kind, "tz", None)), safe=False).cast(pa.int64())
            return micro.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False) / MICROSECONDS
        if kind is None or not _is_text(kind):
            raise self._wrong_type(cells, column, "dates")
        return np.array(self._each(cells.to_pylist(), lambda text, column: parse(text or "", column), column))

    def _each(
        self, cells: Iterable[Any], act: Callable[[Any, Column], Any], column: Column, first: int = 0
    ) -> list[Any]:
        """What `act` makes of each cell; its ValueError as BadData with the row, counted from `first`."""
        found = []
        for row, cell in enumerate(cells, first):
            try:
                found.append(act(cell, column))
            except ValueError as error:
                raise BadData(f"{self._cell(row, column)}: {error}") from None
        return found

    def _bounded(self, values: Any, column: Column) -> Any:
        bad = np.flatnonzero(~((values >= column.low) & (values <= column.high)))
        if len(bad):
            low, high = f"{column.low:g}", f"{column.high:g}"
            wanted = "a date" if column.kind == "date" else f"a finite number from {low} to {high}"
            value = values[bad[0]]
            found = "an empty cell" if np.isnan(value) else f"{value:g}"
            raise BadData(f"{self._cell(int(bad[0]), column)}: expected {wanted}, found {found}")
        return values

    def _cell(self, row: int, column: Column) -> str:
        return f"{self.place}, row {row + 1}, column {column.name!r}"

    def _wrong_type(self, cells: Any, column: Column, wanted: str) -> BadData:
        found = "cells of several types" if cells is None else f"the type {cells.type}"
        whole = column.kind == "id" and cells is not None and pa.types.is_floating(cells.type)
        hint = "; where they are whole numbers, astype('Int64') says so" if whole else ""
        return BadData(f"{self.place}, column {column.name!r}: expected {wanted}, found {found}{hint}")


def _typed(series: pd.Series) -> Any:
    """The cells as a pyarrow array, null where one is missing; None for Python objects of several types."""
    try:
        cells = pa.array(series, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError, UnicodeEncodeError):
        return None
    return cells.cast(cells.type.value_type) if pa.types.is_dictionary(cells.type) else cells


def _is_text(kind: Any) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _text(cell: Any, column: Column) -> Any:
    """The text of one Python object. Raises ValueError with what was expected."""
    if column.kind == "text" and isinstance(cell, list | tuple | np.ndarray):
        return joined(list(cell))
    if cell is None or (pd.api.types.is_scalar(cell) and pd.isna(cell)):
        return parse("", column)
    if isinstance(cell, str):
        return parse(unicode_text(cell), column)
    if isinstance(cell, int | np.integer) and not isinstance(cell, bool):
        return str(cell)
    raise ValueError(f"expected text or a whole number, found {shown(repr(cell))}")
