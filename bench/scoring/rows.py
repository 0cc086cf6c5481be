"""Files of lists, held-out items and training interactions as rows. Strict: what is not clear is an error."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.datasets.formats import tables
from bench.datasets.formats.cells import Column, Kind
from bench.errors import BadConfig, BadData

USUAL = {
    "user": ("user", "user_id"),
    "item": ("item", "item_id"),
    "rank": ("rank",),
    "score": ("score", "rating"),
    "rating": ("rating",),
}
HIGHEST_RANK = 1_000_000


@dataclass(frozen=True)
class Columns:
    """The names that a person gave to columns, by role, and the separator of text files."""

    named: dict[str, str] = field(default_factory=dict)  # role -> column; the usual names where there is none
    separator: str | None = None


@dataclass(frozen=True)
class Rows:
    """n pairs of user and item as they stand in a file."""

    path: Path
    users: list[str]  # (n,)
    items: list[str]  # (n,)
    values: NDArray[np.float64] | None  # (n,) ranks, scores or ratings
    role: str = ""  # which of them: "rank", "score", "rating"
    column: str = ""  # how the file calls them
    separator: str | None = None

    def __len__(self) -> int:
        return len(self.users)

    def place(self, row: int) -> str:
        """`line 7`, or `row 6` in Parquet."""
        if self.path.suffix == ".parquet":
            return f"row {row + 1}"
        lines = (line for line, _ in _records(self.path, self.separator))
        return f"line {next(islice(lines, row + 1, None))}"  # the first is the header

    def bad(self, row: int, problem: str) -> BadData:
        """The error to raise for a row."""
        return BadData(f"{self.path}, {self.place(row)}: {problem}")


def read_lists(path: Path, columns: Columns) -> Rows:
    """Listed items with the column `rank` (1 is the best) or `score` (the highest is the best); ranks come first.

    Raises BadData for what `tables.read` refuses, and for a file with neither column.
    """
    header = _header(path, columns.separator)
    rank, score = (_find(path, header, columns, role) for role in ("rank", "score"))
    if rank is None and score is None and _find(path, header, columns, "user"):  # else the separator may be wrong
        listed = ", ".join(map(repr, header))
        raise BadData(
            f"{path}: no column 'rank' and no column 'score'; the columns are {listed}; name one with --rank or --score"
        )
    if rank is not None and (score is None or "rank" in columns.named or "score" not in columns.named):
        return _read(path, header, columns, "rank", rank)
    return _read(path, header, columns, "score", score or "score")


def read_pairs(path: Path, columns: Columns) -> Rows:
    """Held-out items or training interactions, with the column `rating` where there is one. Raises as `tables.read`."""
    header = _header(path, columns.separator)
    rating = _find(path, header, columns, "rating")
    return _read(path, header, columns, "rating" if rating else "", rating)


def check_named(paths: Sequence[Path], columns: Columns) -> None:
    """Raises BadConfig for a column that a person named and no file has."""
    headers = {path: header for path in paths if (header := _header(path, columns.separator))}
    for role, name in columns.named.items():
        if headers and not any(name in header for header in headers.values()):
            found = "; ".join(f"{path} has {', '.join(map(ascii, header[:20]))}" for path, header in headers.items())
            raise BadConfig(f"--{role} {name}: no file has a column of this name; {found}")


def _read(path: Path, header: list[str], columns: Columns, role: str, column: str | None) -> Rows:
    names = [_find(path, header, columns, wanted) or USUAL[wanted][0] for wanted in ("user", "item")]
    wanted = [Column(name, "id") for name in names]
    if column is not None:
        kind: Kind = "number"
        wanted.append(Column(column, kind, 1, HIGHEST_RANK) if role == "rank" else Column(column, kind))
    table = tables.read(path, wanted, separator=columns.separator)
    users, items, *values = table.columns
    return Rows(path, users, items, values[0] if values else None, role, column or "", columns.separator)


def _find(path: Path, header: list[str], columns: Columns, role: str) -> str | None:
    """The column with this role: the one that a person named, or the only one with a usual name."""
    if columns.named.get(role) in header:
        return columns.named[role]
    found = [name for name in USUAL[role] if name in header]
    if len(found) > 1 and role != "score":
        raise BadConfig(f"{path}: {' and '.join(map(repr, found))} may both be the {role}; name one with --{role}")
    return found[0] if found else None


def _header(path: Path, separator: str | None) -> list[str]:
    """The names of the columns; none where the file cannot be read, which reading it will tell."""
    if path.suffix == ".parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            return list(pq.read_schema(path).names)
        except (OSError, pa.ArrowException):
            return []
    try:
        return next(_records(path, separator), (0, []))[1]
    except (OSError, EOFError, zlib.error, csv.Error, ValueError):
        return []


def _records(path: Path, separator: str | None) -> Iterator[tuple[int, list[str]]]:
    """(line, cells) of the rows of a text file; empty lines are no rows."""
    tabs = path.name.removesuffix(".gz").endswith((".tsv", ".tab"))
    between = separator or ("\t" if tabs else ",")
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as raw:
        text = io.TextIOWrapper(raw, "utf-8-sig", "replace", newline="")
        if len(between) > 1:  # knows no quotes, as in `tables`
            yield from ((n, line.rstrip("\r\n").split(between)) for n, line in enumerate(text, 1) if line.strip("\r\n"))
            return
        reader = csv.reader(text, delimiter=between)
        line = 1
        for record in reader:
            if record:
                yield line, record
            line = reader.line_num + 1
