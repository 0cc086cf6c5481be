"""A strict reader of CSV, TSV and Parquet files. Ids stay the text that they are; nothing is guessed or mended.

Delimited text goes through two parsers: a fast one for plain files, which only says yes or no, and one in plain Python,
which reads the others and, where the fast one said no, finds line, column and reason.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.datasets import times
from bench.datasets.cells import Column, Kind, parse, seconds, shown
from bench.errors import BadConfig, BadData, did_you_mean

SEPARATORS = {",": "a comma", "\t": "a tab", ";": "a semicolon", "|": "a bar", " ": "a space"}
BAD_ROWS = ("error", "skip")


@dataclass(frozen=True)
class Table:
    """The columns that were asked for, in their order: lists of text, or arrays (n,) of numbers."""

    columns: list[Any]
    skipped: int = 0  # rows left out because one of their cells was bad
    first_skipped: str = ""  # where and why

    def __len__(self) -> int:
        return len(self.columns[0])


def read(
    path: Path,
    columns: Sequence[Column],
    *,
    separator: str | None = None,
    header: bool = True,
    encoding: str = "utf-8",
    on_bad_row: str = "error",
) -> Table:
    """The cells of `columns`. A name ending in .parquet says Parquet, .tsv tabs, anything else commas; .gz may follow.

    Without `header` the columns are called 1, 2, 3 … With on_bad_row="skip" bad rows are counted instead of refused;
    an unclosed quote is an error always, since it hides the rest of the file.

    Raises BadData, which names file, line (or row), column and what was expected; BadConfig for a wrong option.
    """
    if on_bad_row not in BAD_ROWS:
        raise BadConfig(f"unknown choice {on_bad_row!r} for bad rows; there are {' and '.join(BAD_ROWS)}")
    if path.suffix == ".parquet":
        from bench.datasets.columnar import read_parquet

        table = read_parquet(path, columns, on_bad_row)
    else:
        text = _open(path, columns, separator, header, encoding)
        table = _fast(text) or _exact(text, on_bad_row)
    if not len(table):
        every = f"; all {table.skipped} rows were bad, the first: {table.first_skipped}" if table.skipped else ""
        raise BadData(f"{path}: no rows below the header{every}")
    return table


def kind_of_times(path: Path, name: str, unit: str | None, options: dict[str, Any]) -> Kind:
    """Whether a column holds numbers or dates: by the declared unit, the type in Parquet, or the first cell."""
    if path.suffix == ".parquet":
        from bench.datasets.columnar import first_cell

        return times.kind_of(first_cell(path, name), unit)
    text = _open(path, [Column(name, "text")], options["separator"], options["header"], options["encoding"])
    return times.kind_of(next((row[text.places[0]] for _, row in text.rows() if len(row) == text.width), ""), unit)


class _Text:
    """The text of a delimited file, with the places of the wanted columns in its rows."""

    def __init__(self, path: Path, text: str, separator: str, header: bool, columns: Sequence[Column]) -> None:
        self.path, self.text, self.separator, self.columns = path, text, separator, columns
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

    def plain(self) -> bool:
        """Whether every quote belongs to a well-formed cell on one line, and every line ends in LF or CRLF."""
        if self.text.count("\r") != self.text.count("\r\n"):
            return False
        border = re.escape(self.separator)
        quoted = re.compile(rf'(?:^|{border})("[^"\r\n]*(?:""[^"\r\n]*)*")(?={border}|\r?$)', re.MULTILINE)
        quotes = self.text.count('"')
        return quotes == 0 or quotes == sum(cell.count('"') for cell in quoted.findall(self.text))

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        reader = csv.reader(io.StringIO(self.text, newline=""), delimiter=self.separator, strict=True)
        line = 1
        try:
            for record in reader:
                if record:
                    yield line, record
                line = reader.line_num + 1
        except csv.Error as error:
            raise BadData(f"{self.path}, line {line}: not a row of a table ({error})") from None

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
        line = self.text.lstrip("\r\n").splitlines()[0]
        near = [said for sign, said in SEPARATORS.items() if name in (cell.strip('"') for cell in line.split(sign))]
        return f"; is the separator {near[0]}?" if near else ""


def _open(path: Path, columns: Sequence[Column], separator: str | None, header: bool, encoding: str) -> _Text:
    if separator is None:
        separator = "\t" if path.name.removesuffix(".gz").endswith((".tsv", ".tab")) else ","
    if len(separator) != 1 or separator in '"\r\n':
        raise BadConfig(f"the separator is one character, not {separator!r}")
    return _Text(path, _decoded(path, encoding), separator, header, columns)


def _decoded(path: Path, encoding: str) -> str:
    """The text without byte order mark. BadData where the bytes are no such text."""
    try:
        raw = path.read_bytes()
        if path.suffix == ".gz":
            raw = gzip.decompress(raw)
        return raw.decode(encoding).removeprefix("\ufeff")
    except LookupError:
        raise BadConfig(f"unknown encoding {encoding!r}") from None
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - raw.rfind(b"\n", 0, error.start)
        found = f"byte 0x{raw[error.start]:02X} is not {encoding}"
        raise BadData(f"{path}, line {line}, byte {column}: {found}; convert the file or name its encoding") from None
    except (OSError, EOFError) as error:
        raise BadData(f"{path}: cannot be read ({getattr(error, 'strerror', None) or error})") from None


def _fast(text: _Text) -> Table | None:
    """The table, or None where anything is unusual; such files are left to `_exact`."""
    if not text.plain():
        return None
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    names = [str(place) for place in range(text.width)]
    used = list(dict.fromkeys(str(place) for place in text.places))
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(text.text.encode()),
            arrow_csv.ReadOptions(column_names=names),
            arrow_csv.ParseOptions(delimiter=text.separator),
            arrow_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), include_columns=used),
        ).slice(1 if text.header else 0)
        values = [_converted(table.column(str(p)), c) for p, c in zip(text.places, text.columns, strict=True)]
    except (pa.ArrowInvalid, ValueError):
        return None
    return Table(values)


def _converted(cells: Any, column: Column) -> Any:
    """The values of a pyarrow column of strings. Raises ValueError (ArrowInvalid is one) where one is bad."""
    if column.kind == "number":
        values = cells.cast("float64").to_numpy()
        if not ((values >= column.low) & (values <= column.high)).all():  # NaN is in no range
            raise ValueError
        return values
    texts = cells.to_pylist()
    if column.kind == "date":
        return np.array([seconds(text) for text in texts], np.float64)
    if column.kind == "id" and "" in texts:
        raise ValueError
    return texts


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
