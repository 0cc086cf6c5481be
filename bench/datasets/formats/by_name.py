"""Files and frames that people have, behind one face: it is asked for columns and gives a `tables.Table`.

The name of a file says its format: .parquet, .inter and .item (RecBole's atomic files), .jsonl, .ndjson and .json
(one object a line), .tsv and .tab; anything else holds commas. All but Parquet may be compressed (.gz).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from bench.datasets.formats import tables
from bench.datasets.formats.cells import Column, Kind
from bench.errors import BadConfig

JSON_LINES = {".jsonl", ".ndjson", ".json"}
ATOMIC = {".inter", ".item"}
USUAL = {"user": "user", "item": "item", "id": "item"}  # role -> column, where nobody names one
FEATURE_SEPARATOR = "|"


class Reader(Protocol):
    """A table from which columns can be read by name."""

    @property
    def place(self) -> str:
        """What errors call it."""

    def usual(self, role: str) -> str | None:
        """The column that has the role `user`, `item`, `rating`, `time` or `id` (of items) if nobody names one."""

    def kind_of_times(self, name: str, unit: str | None) -> Kind:
        """Whether a column holds numbers or dates."""

    def read(self, columns: Sequence[Column]) -> tables.Table:
        """The cells of `columns`. Raises BadData with the place of the first bad one."""

    def between_features(self, name: str) -> str:
        """What stands between the names in a column of features."""


@dataclass(frozen=True)
class Options:
    """How a file is to be read; `separator` and `header` count for delimited text only."""

    separator: str | None = None
    header: bool = True
    encoding: str = "utf-8"
    on_bad_row: str = "error"


def reader(path: Path, options: Options) -> Reader:
    """The reader for a file of this name. Raises BadConfig for an option that does not fit the format."""
    suffix = Path(path.name.lower().removesuffix(".gz")).suffix
    if options.separator is not None and suffix in {*ATOMIC, *JSON_LINES, ".parquet"}:
        raise BadConfig(f"{path}: a separator belongs to CSV and TSV files, not to {suffix}")
    if suffix in ATOMIC:
        from bench.datasets.formats.atomic import Atomic

        return Atomic(path, options)
    if suffix in JSON_LINES:
        from bench.datasets.formats.json_lines import JsonLines

        return JsonLines(path, options.encoding, options.on_bad_row)
    return Plain(path, options)


@dataclass(frozen=True)
class Plain:
    """CSV, TSV and Parquet."""

    path: Path
    options: Options

    @property
    def place(self) -> str:
        """The path."""
        return str(self.path)

    def usual(self, role: str) -> str | None:
        """Columns called user and item; ratings and times only if named."""
        return USUAL.get(role)

    def kind_of_times(self, name: str, unit: str | None) -> Kind:
        """By the declared unit, the type in Parquet, or the first cell."""
        return tables.kind_of_times(self.path, name, unit, vars(self.options))

    def read(self, columns: Sequence[Column]) -> tables.Table:
        """See `tables.read`."""
        return tables.read(self.path, columns, **vars(self.options))

    def between_features(self, name: str) -> str:
        """A bar."""
        return FEATURE_SEPARATOR


def joined(names: Sequence[Any]) -> str:
    """A list of names as one text. Raises ValueError for what is no list of names without bars."""
    if not all(isinstance(name, str) for name in names):
        raise ValueError("expected a list of texts")
    if any(FEATURE_SEPARATOR in name for name in names):
        raise ValueError(f"expected names without {FEATURE_SEPARATOR}, which stands between names")
    return FEATURE_SEPARATOR.join(names)


def unicode_text(text: str) -> str:
    """The same text. Raises ValueError for half a pair of surrogates, which is no character and cannot be written."""
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("expected text, found half a pair of surrogates")
    return text
