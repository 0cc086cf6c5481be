"""JSON lines: one object a line, its keys are the columns. As strict as `tables`, with the same kinds of cells.

Ids are text or whole numbers. There are two parsers as in `tables`: pyarrow's, which only says yes or no, and one in
plain Python, which reads what is unusual and finds line, key and reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import json as arrow_json

from bench.datasets.formats import times
from bench.datasets.formats.by_name import FEATURE_SEPARATOR, USUAL
from bench.datasets.formats.cells import Column, Kind, shown
from bench.datasets.formats.convert import converted
from bench.datasets.formats.decoded import utf8
from bench.datasets.formats.json_cells import Pairs, parsed, value
from bench.datasets.formats.tables import BAD_ROWS, Table
from bench.errors import BadConfig, BadData, did_you_mean

BLOCK = 1 << 24  # bytes; a longer line is left to the parser in Python


@dataclass(frozen=True)
class JsonLines:
    """One file. `read` raises BadData, which names file, line, key and what was expected."""

    path: Path
    encoding: str = "utf-8"
    on_bad_row: str = "error"

    @property
    def place(self) -> str:
        """The path."""
        return str(self.path)

    def usual(self, role: str) -> str | None:
        """Keys called user and item; ratings and times only if named."""
        return USUAL.get(role)

    def kind_of_times(self, name: str, unit: str | None) -> Kind:
        """By the declared unit or the first value."""
        return times.kind_of(next(self._values(name), ""), unit)

    def between_features(self, name: str) -> str:
        """A bar; lists of names are joined with bars when they are read."""
        return FEATURE_SEPARATOR

    def read(self, columns: Sequence[Column]) -> Table:
        """The values of `columns`; see `tables.read`."""
        if self.on_bad_row not in BAD_ROWS:
            raise BadConfig(f"unknown choice {self.on_bad_row!r} for bad rows; there are {' and '.join(BAD_ROWS)}")
        table = _fast(self._raw, columns, dict(self._first)) or self._exact(columns)
        if not len(table):
            every = f"; all {table.skipped} were bad, the first: {table.first_skipped}" if table.skipped else ""
            raise BadData(f"{self.path}: no objects{every}")
        return table

    @cached_property
    def _raw(self) -> bytes:
        """The text as UTF-8 without byte order mark."""
        return utf8(self.path, self.encoding)

    @cached_property
    def _first(self) -> Pairs:
        """The first object, or nothing where the first line holds none."""
        try:
            return next((parsed(line) for _, line in self._lines()), Pairs())
        except ValueError:
            return Pairs()

    def _values(self, name: str) -> Iterator[str]:
        """The values of a key as text, where an object has one; lines that are no objects are left out."""
        for _, line in self._lines():
            with suppress(ValueError):
                value = dict(parsed(line)).get(name)
                if value is not None and value != "":
                    yield str(value)

    def _lines(self) -> Iterator[tuple[int, str]]:
        """(number from 1, text) of each line that is not blank. LF alone ends a line: text may hold other breaks."""
        start, number = 0, 0
        while start < len(self._raw):
            end = self._raw.find(b"\n", start)
            end = len(self._raw) if end < 0 else end
            number += 1
            if line := self._raw[start:end].decode().strip():
                yield number, line
            start = end + 1

    def _exact(self, columns: Sequence[Column]) -> Table:
        good: list[list[Any]] = []
        known: dict[str, None] = {}  # all keys, in the order in which they are first seen
        skipped, first = 0, ""
        for number, line in self._lines():
            place = f"{self.path}, line {number}"
            try:
                pairs = _at(place, parsed, line)
                known.update(dict.fromkeys(key for key, _ in pairs))
                good.append([_at(f"{place}, key {column.name!r}", value, pairs, column) for column in columns])
            except BadData as error:
                if self.on_bad_row == "error":
                    _check_keys(place, columns, known)
                    raise
                skipped, first = skipped + 1, first or str(error)
        if good:
            _check_keys(str(self.path), columns, known)
        values = [list(column) for column in zip(*good, strict=True)] or [[] for _ in columns]
        arrays = [
            np.array(cells, np.float64) if column.kind in {"number", "date"} else cells
            for cells, column in zip(values, columns, strict=True)
        ]
        return Table(arrays, skipped, first)


def _at(place: str, act: Callable[..., Any], *given: Any) -> Any:
    """What `act` gives; its ValueError as BadData with the place before it."""
    try:
        return act(*given)
    except ValueError as error:
        raise BadData(f"{place}: {error}") from None


def _check_keys(place: str, columns: Sequence[Column], known: dict[str, None]) -> None:
    """A key that no object had so far is a wrong name, not a bad row."""
    for column in columns:
        if known and column.name not in known:
            listed = ", ".join(map(shown, known))
            raise BadData(f"{place}: no key {column.name!r}; the keys are {listed}{did_you_mean(column.name, known)}")


def _fast(raw: bytes, columns: Sequence[Column], first: dict[str, Any]) -> Table | None:
    """The table, or None where anything is unusual."""
    schema = {column.name: _type(column, first.get(column.name)) for column in columns}
    if None in schema.values():
        return None
    try:
        table = arrow_json.read_json(
            pa.BufferReader(raw),
            arrow_json.ReadOptions(block_size=BLOCK),
            arrow_json.ParseOptions(explicit_schema=pa.schema(schema), unexpected_field_behavior="ignore"),
        )
        if len(table) != raw.count(b"\n") + (not raw.endswith(b"\n")):
            return None  # an object on several lines, several on one, or blank lines
        return Table([converted(table.column(column.name).cast(_cell_type(column)), column) for column in columns])
    except (pa.ArrowInvalid, ValueError):
        return None


def _type(column: Column, first: Any) -> pa.DataType | None:
    """The type that a whole column has if its first value is typical; None if it is unusual."""
    if column.kind == "number":
        return pa.float64() if isinstance(first, int | float) and not isinstance(first, bool) else None
    if column.kind == "id" and isinstance(first, int) and not isinstance(first, bool):
        return pa.int64()
    return pa.string() if isinstance(first, str) else None


def _cell_type(column: Column) -> pa.DataType:
    """What `converted` takes: whole numbers that are ids as text."""
    return pa.float64() if column.kind == "number" else pa.string()
