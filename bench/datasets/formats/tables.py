"""A strict reader of CSV, TSV and Parquet files. Ids stay the text that they are; nothing is guessed or mended.

Delimited text goes through two parsers: a fast one for plain files, which only says yes or no, and one in plain Python,
which reads the others and, where the fast one said no, finds line, column and reason.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from bench.datasets.formats import times
from bench.datasets.formats.cells import Column, Kind, parse, shown
from bench.datasets.formats.decoded import HEAD, line_blocks, utf8
from bench.datasets.formats.quotes import well_quoted
from bench.datasets.size import require_memory
from bench.errors import BadConfig, BadData, did_you_mean

SEPARATORS = {",": "a comma", "\t": "a tab", ";": "a semicolon", "|": "a bar", " ": "a space", "::": "two colons"}
BAD_ROWS = ("error", "skip")
BLOCK = 1 << 21  # bytes that pyarrow parses at a time: few dictionaries to bring together, little memory


@dataclass(frozen=True)
class Table:
    """The columns that were asked for, in their order: text as pyarrow arrays or lists, numbers and dates as (n,).

    Columns of ids are dictionary-encoded where the fast parser read them; `build` takes them as they are.
    """

    arrays: list[Any]
    skipped: int = 0  # rows left out because one of their cells was bad
    first_skipped: str = ""  # where and why

    def __len__(self) -> int:
        return len(self.arrays[0])

    @cached_property
    def columns(self) -> list[Any]:
        """The same with text as lists of str, which costs some 60 bytes a row."""
        from bench.datasets.ids import texts

        return [array if isinstance(array, list | np.ndarray) else texts(array) for array in self.arrays]


def read(
    path: Path,
    columns: Sequence[Column],
    *,
    separator: str | None = None,
    header: bool = True,
    encoding: str = "utf-8",
    on_bad_row: str = "error",
    width: int | None = None,
) -> Table:
    """The cells of `columns`. A name ending in .parquet says Parquet, .tsv tabs, anything else commas; .gz may follow.

    Without `header` the columns are called 1, 2, 3 …, and `width` may say how many there must be. With the separator ::
    quotes mean nothing. With on_bad_row="skip" bad rows are counted instead of refused; an unclosed quote is an error
    always, since it hides the rest of the file.

    Raises BadData, which names file, line (or row), column and what was expected; BadConfig for a wrong option;
    Unsupported where the file needs more memory than there is.
    """
    if on_bad_row not in BAD_ROWS:
        raise BadConfig(f"unknown choice {on_bad_row!r} for bad rows; there are {' and '.join(BAD_ROWS)}")
    require_memory([path])
    if path.suffix.lower() == ".parquet":
        from bench.datasets.formats.columnar import read_parquet

        table = read_parquet(path, columns, on_bad_row)
    else:
        text = _open(path, columns, separator, header, encoding)
        text.check_width(width)
        table = _fast(text) or _exact(text, on_bad_row)
    if not len(table):
        every = f"; all {table.skipped} rows were bad, the first: {table.first_skipped}" if table.skipped else ""
        raise BadData(f"{path}: no rows below the header{every}")
    return table


def kind_of_times(path: Path, name: str, unit: str | None, options: dict[str, Any]) -> Kind:
    """Whether a column holds numbers or dates: by the declared unit, the type in Parquet, or the first full cell."""
    if path.suffix.lower() == ".parquet":
        from bench.datasets.formats.columnar import first_cell

        return times.kind_of(first_cell(path, name), unit)
    text = _open(path, [Column(name, "text")], options["separator"], options["header"], options["encoding"], HEAD)
    cells = (row[text.places[0]] for _, row in text.rows() if len(row) == text.width)
    return times.kind_of(next(filter(None, cells), ""), unit)


class _Text:
    """A delimited file, in UTF-8 without byte order mark, with the places of the wanted columns in its rows."""

    def __init__(self, path: Path, raw: bytes, separator: str, header: bool, columns: Sequence[Column]) -> None:
        self.path, self.raw, self.separator, self.columns = path, raw, separator, columns
        _, first = next(self._records(), (0, []))
        if not first:
            names = ", ".join(repr(column.name) for column in columns)
            raise BadData(f"{path}: is empty; expected a header line with the columns {names}")
        known = first if header else [str(number + 1) for number in range(len(first))]
        self.header, self.width = header, len(first)
        self.places = [self._place(column.name, known) for column in columns]

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """(line, cells) of each row below the header; empty lines are no rows."""
        records = self._records()
        if self.header:
            next(records)
        return records

    def check_width(self, width: int | None) -> None:
        """Raise BadData unless the first row has `width` cells."""
        if width not in {None, self.width}:
            raise BadData(f"{self.path}, line 1: {self.width} columns, expected {width}")

    def plain(self) -> bool:
        """Whether every quote belongs to a well-formed cell on one line, and every line ends in LF or CRLF."""
        if b"\r" in self.raw and self.raw.count(b"\r") != self.raw.count(b"\r\n"):
            return False
        if self.separator == "::" or b'"' not in self.raw:  # with two colons a quote is a letter like any other
            return True
        return all(well_quoted(block, self.separator) for block in line_blocks(self.raw))

    def body(self) -> memoryview:
        """The bytes below the header of a plain file."""
        if not self.header:
            return memoryview(self.raw)
        begin = re.compile(rb"[\r\n]*[^\n]*\n?").match(self.raw)
        return memoryview(self.raw)[begin.end() if begin else 0 :]

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        text = io.TextIOWrapper(io.BytesIO(self.raw), "utf-8", newline="")
        return self._split(text) if self.separator == "::" else self._parsed(text)

    def _parsed(self, text: io.TextIOWrapper) -> Iterator[tuple[int, list[str]]]:
        reader = csv.reader(text, delimiter=self.separator, strict=True)
        line = 1
        try:
            for record in reader:
                if record:
                    yield line, record
                line = reader.line_num + 1
        except csv.Error as error:
            raise BadData(f"{self.path}, line {line}: not a row of a table ({error})") from None

    def _split(self, text: io.TextIOWrapper) -> Iterator[tuple[int, list[str]]]:
        """A separator of two characters knows no quotes."""
        for line, row in enumerate(text, 1):
            if cells := row.rstrip("\r\n"):
                yield line, cells.split(self.separator)

    def _place(self, name: str, names: list[str]) -> int:
        places = [place for place, known in enumerate(names) if known == name]
        if len(places) == 1:
            return places[0]
        if places:
            raise BadData(f"{self.path}, line 1: {len(places)} columns are called {name!r}")
        found = ", ".join(shown(known) for known in names)
        raise BadData(
            f"{self.path}, line 1: no column {name!r}; "
            f"separated by {SEPARATORS.get(self.separator, repr(self.separator))}, the columns are {found}"
            f"{self._other_separator(name) or did_you_mean(name, names)}"
        )

    def _other_separator(self, name: str) -> str:
        """A hint where another separator would have found the column."""
        line = self.raw[:HEAD].decode("utf-8", "replace").lstrip("\r\n").splitlines()[0]
        others = {sign: said for sign, said in SEPARATORS.items() if sign != self.separator}
        near = [said for sign, said in others.items() if name in (cell.strip('"') for cell in line.split(sign))]
        return f"; is the separator {near[0]}?" if near else ""


def _open(
    path: Path, columns: Sequence[Column], separator: str | None, header: bool, encoding: str, limit: int = -1
) -> _Text:
    """The file, or about its first `limit` bytes."""
    if separator is None:
        separator = "\t" if path.name.lower().removesuffix(".gz").endswith((".tsv", ".tab")) else ","
    if separator != "::" and (len(separator) != 1 or separator in '"\r\n'):
        raise BadConfig(f"the separator is one character or ::, not {separator!r}")
    return _Text(path, utf8(path, encoding, limit), separator, header, columns)


def _fast(text: _Text) -> Table | None:
    """The table, or None where anything is unusual; such files are left to `_exact`."""
    if not text.plain():
        return None
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    from bench.datasets.formats.convert import converted

    types = _types(text)
    pair = text.separator == "::"  # read as columns between single colons, every second of which is empty
    names = [
        name for place in range(text.width) for name in ([f"empty {place}"] if pair and place else []) + [str(place)]
    ]
    try:
        table = arrow_csv.read_csv(
            pa.py_buffer(text.body()),
            arrow_csv.ReadOptions(column_names=names, block_size=BLOCK),
            arrow_csv.ParseOptions(delimiter=text.separator[0], quote_char=not pair and '"'),
            arrow_csv.ConvertOptions(column_types=types, include_columns=list(types), null_values=[""]),
        )
        values = []
        for number, (place, column) in enumerate(zip(text.places, text.columns, strict=True)):
            values.append(converted(table.column(str(place)), column))
            if place not in text.places[number + 1 :]:
                table = table.drop_columns(str(place))  # its memory is needed
    except (pa.ArrowInvalid, ValueError):
        return None
    pa.default_memory_pool().release_unused()
    return Table(values)


def _types(text: _Text) -> dict[str, Any]:
    """What pyarrow reads each wanted column as; text where it is wanted in two ways."""
    import pyarrow as pa

    kinds = {"id": pa.dictionary(pa.int32(), pa.string()), "number": pa.float64()}
    types: dict[str, Any] = {}
    for place, column in zip(text.places, text.columns, strict=True):
        wanted = kinds.get(column.kind, pa.string())
        types[str(place)] = wanted if types.get(str(place), wanted) == wanted else pa.string()
    if text.separator == "::":
        types |= {f"empty {place}": pa.null() for place in range(1, text.width)}
    return types


def _exact(text: _Text, on_bad_row: str) -> Table:
    """The same in plain Python, which can say where the trouble is."""
    good: list[list[Any]] = []
    skipped, first = 0, ""
    for line, row in text.rows():
        try:
            good.append(_cells(text, line, row))
        except BadData as error:
            if on_bad_row == "error":
                raise
            skipped, first = skipped + 1, first or str(error)
    values = [list(column) for column in zip(*good, strict=True)] or [[] for _ in text.columns]
    arrays = [
        np.array(cells, np.float64) if column.kind in {"number", "date"} else cells
        for cells, column in zip(values, text.columns, strict=True)
    ]
    return Table(arrays, skipped, first)


def _cells(text: _Text, line: int, row: list[str]) -> list[Any]:
    if len(row) != text.width:
        expected = f"expected {text.width} as in the first line"
        raise BadData(f"{text.path}, line {line}: {len(row)} columns, {expected}")
    cells = []
    for place, column in zip(text.places, text.columns, strict=True):
        try:
            cells.append(parse(row[place], column))
        except ValueError as error:
            raise BadData(f"{text.path}, line {line}, column {column.name!r}: {error}") from None
    return cells
