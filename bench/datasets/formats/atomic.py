"""RecBole's atomic files: tab-separated, with a header of `name:type` (https://recbole.io/docs/user_guide/data).

The types are token, float, token_seq and float_seq, the last two with spaces between their parts. Columns are named
here without their type.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from bench.datasets.formats import tables
from bench.datasets.formats.by_name import Options
from bench.datasets.formats.cells import Column, Kind, shown
from bench.datasets.formats.decoded import HEAD, utf8
from bench.errors import BadData, did_you_mean

TYPES = ("token", "float", "token_seq", "float_seq")
USUAL = {"user": "user_id", "item": "item_id", "id": "item_id", "rating": "rating", "time": "timestamp"}
SEQUENCES = "item_id_list"


class Atomic:
    """One atomic file. Raises BadData, as `tables.read` does and for a header that is not `name:type`."""

    def __init__(self, path: Path, options: Options) -> None:
        self.path = path
        self.options = replace(options, separator="\t", header=True)

    @property
    def place(self) -> str:
        """The path."""
        return str(self.path)

    def usual(self, role: str) -> str | None:
        """RecBole's own names; ratings and times where the header has them."""
        name = USUAL.get(role)
        return name if name in self._types or role in {"user", "item", "id"} else None

    def kind_of_times(self, name: str, unit: str | None) -> Kind:
        """By the declared unit or the first cell."""
        return tables.kind_of_times(self.path, self._full(name), unit, vars(self.options))

    def read(self, columns: Sequence[Column]) -> tables.Table:
        """See `tables.read`; ids must be of type token."""
        if SEQUENCES in self._types:
            raise BadData(
                f"{self.path}, line 1: the column {SEQUENCES!r} makes each row a sequence and its next item; "
                "import the file of single interactions that it was made from"
            )
        for column in columns:
            kind = self._types.get(column.name)
            if column.kind == "id" and kind is not None and kind != "token":
                raise BadData(f"{self.path}, line 1: ids are of type token, but {column.name!r} is of type {kind}")
        named = [replace(column, name=self._full(column.name)) for column in columns]
        return tables.read(self.path, named, **vars(self.options))

    def between_features(self, name: str) -> str:
        """A space in sequences; a single token is one name, so nothing can stand between."""
        return " " if self._types.get(name, "").endswith("_seq") else "\t"

    @cached_property
    def _types(self) -> dict[str, str]:
        """The type of each column, by name."""
        types = {}
        for cell in self._header().split("\t"):
            name, _, kind = cell.rpartition(":")
            if not name or kind not in TYPES:
                raise BadData(
                    f"{self.path}, line 1: expected name:type with one of the types {', '.join(TYPES)}, "
                    f"found {shown(cell)}"
                )
            types[name] = kind
        return types

    def _header(self) -> str:
        """The first line that is not empty."""
        begin = utf8(self.path, self.options.encoding, HEAD).lstrip(b"\r\n")
        return begin.partition(b"\n")[0].decode().strip("\r")

    def _full(self, name: str) -> str:
        if name not in self._types:
            known = ", ".join(map(shown, self._types))
            raise BadData(
                f"{self.path}, line 1: no column {name!r}; the columns are {known}{did_you_mean(name, self._types)}"
            )
        return f"{name}:{self._types[name]}"
