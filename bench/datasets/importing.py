"""The heavy part of `imported`: tables in, Parquet files out and back, a data set from either."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bench.datasets.build import build
from bench.datasets.formats import tables, times
from bench.datasets.formats.by_name import FEATURE_SEPARATOR, Reader
from bench.datasets.formats.cells import Column
from bench.datasets.formats.frame import Frame
from bench.datasets.formats.roles import InteractionColumns, ItemColumns
from bench.datasets.ids import encoded
from bench.errors import BadConfig, BadData
from bench.files import sha256
from bench.types import Dataset

INTERACTIONS, ITEMS = "interactions.parquet", "items.parquet"
ROW_GROUP = 1 << 24  # each has a dictionary of ids of its own, and few are quick to bring together


@dataclass(frozen=True)
class Parts:
    """What was read: `interactions` with the columns user, item (dictionaries of text), and perhaps rating, time
    (seconds) and review; `items` with id, and perhaps title, text and features; notes on how it was read.
    """

    interactions: pa.Table
    items: pa.Table | None = None
    notes: dict[str, Any] = field(default_factory=dict)


def read(
    interactions: Reader,
    columns: InteractionColumns,
    items: Reader | None = None,
    item_columns: ItemColumns | None = None,
) -> Parts:
    """The columns of both tables. Raises BadData for a bad cell and for an item described twice."""
    _check_scale(columns.scale)
    if (items is None) != (item_columns is None):
        raise BadConfig("a table of items and the columns in it go together")
    rows, notes = _interactions(interactions, columns)
    if items is None or item_columns is None:
        return Parts(rows, None, notes)
    described, more = _items(items, item_columns)
    return Parts(rows, described, notes | more)


def _check_scale(scale: Any) -> None:
    if scale is None:
        return
    try:
        low, high = (value + 0.0 for value in scale)
    except (TypeError, ValueError):
        raise BadConfig(f"the rating scale is two numbers, the lowest and the highest, not {scale!r}") from None
    if not low < high:
        raise BadConfig(f"the rating scale goes from low to high, not from {low:g} to {high:g}")


def read_frames(
    frame: pd.DataFrame,
    columns: InteractionColumns,
    items: pd.DataFrame | None = None,
    item_columns: ItemColumns | None = None,
) -> Parts:
    """The same from DataFrames."""
    described = None if items is None else Frame(items, "the DataFrame of items")
    return read(Frame(frame), columns, described, item_columns)


def _interactions(reader: Reader, named: InteractionColumns) -> tuple[pa.Table, dict[str, Any]]:
    roles = ("user", "item", "rating", "time", "review")
    names = {role: name for role in roles if (name := getattr(named, role) or reader.usual(role))}
    if names["user"] == names["item"]:
        raise BadConfig(f"{names['user']!r} cannot be the column of users and that of items")
    if "time" not in names and named.time_unit is not None:
        raise BadConfig("a time unit without a column of times")
    columns = {role: Column(names[role], "id") for role in ("user", "item")}
    if "rating" in names:
        columns["rating"] = Column(names["rating"], "number", *(named.scale or ()))
    if "time" in names:
        columns["time"] = Column(names["time"], reader.kind_of_times(names["time"], named.time_unit))
    if "review" in names:
        columns["review"] = Column(names["review"], "text")
    table = reader.read(list(columns.values()))
    values = dict(zip(columns, table.arrays, strict=True))
    notes = _skipped(table, "rows")
    if "time" in names:
        values["time"], warnings = times.to_seconds(values["time"], columns["time"].kind, named.time_unit)
        values["time"] = times.compact(values["time"])
        notes |= {"warnings": warnings} if warnings else {}
    for role in ("user", "item"):
        values[role] = encoded(_arrow(values[role]))
    if "review" in names:
        values["review"] = _arrow(values["review"])
    return pa.table(values), notes


def _items(reader: Reader, named: ItemColumns) -> tuple[pa.Table, dict[str, Any]]:
    names = {role: name for role in ("title", "text", "features") if (name := getattr(named, role))}
    wanted = {"id": Column(named.id or reader.usual("id") or "item", "id")}
    wanted |= {role: Column(name, "text") for role, name in names.items()}
    table = reader.read(list(wanted.values()))
    values = {role: _arrow(column).cast(pa.string()) for role, column in zip(wanted, table.arrays, strict=True)}
    counts = pc.value_counts(values["id"])
    twice = pc.index(pc.greater(counts.field("counts"), 1), True).as_py()
    if twice >= 0:
        raise BadData(f"{reader.place}: item {counts.field('values')[twice].as_py()[:40]!r} is described twice")
    if "features" in names:
        values["features"] = _with_bars(reader, names["features"], values["features"])
    return pa.table(values), _skipped(table, "item rows")


def _arrow(column: Any) -> Any:
    """A column of texts as a pyarrow array, whatever held them."""
    return column if isinstance(column, pa.Array | pa.ChunkedArray) else pa.array(column, pa.string())


def _with_bars(reader: Reader, name: str, cells: Any) -> Any:
    """Names of features with | between them, in place of what is between them in the file."""
    between = reader.between_features(name)
    if between == FEATURE_SEPARATOR:
        return cells
    barred = pc.index(pc.match_substring(cells, FEATURE_SEPARATOR), True).as_py()
    if barred >= 0:
        found = cells[barred].as_py()[:40]
        raise BadData(
            f"{reader.place}, column {name!r}: {FEATURE_SEPARATOR} stands between names of features, found {found!r}"
        )
    return pc.replace_substring(cells, between, FEATURE_SEPARATOR)


def _skipped(table: tables.Table, what: str) -> dict[str, Any]:
    return (
        {f"{what} skipped": table.skipped, f"first of the {what} skipped": table.first_skipped} if table.skipped else {}
    )


def write(folder: Path, parts: Parts) -> dict[str, str]:
    """Write the tables; the SHA-256 of each file."""
    files = {INTERACTIONS: parts.interactions} | ({} if parts.items is None else {ITEMS: parts.items})
    for name, table in files.items():
        repeating = [column for column in table.column_names if column != "time"]  # a dictionary of times saves nothing
        pq.write_table(
            table,
            folder / name,
            row_group_size=ROW_GROUP,
            compression="zstd",
            use_dictionary=repeating,
            write_statistics=False,  # nothing reads a part by its values
        )
    return {name: sha256(folder / name) for name in files}


def load(folder: Path, meta: Mapping[str, Any], duplicates: str) -> Dataset:
    """The data set made of the files that `write` wrote."""
    items = pq.read_table(folder / ITEMS) if ITEMS in meta["files"] else None
    parts = Parts(pq.read_table(folder / INTERACTIONS), items, meta["notes"])
    return made(parts, meta["name"], scale=meta["scale"], ordered=meta["ordered"], duplicates=duplicates)


def made(parts: Parts, name: str, *, scale: tuple[float, float] | None, ordered: bool, duplicates: str) -> Dataset:
    """The data set made of what was read; the same before and after it was written."""
    rows = parts.interactions
    numbers = {role: rows.column(role).to_numpy() for role in ("rating", "time") if role in rows.column_names}
    return build(
        name,
        rows.column("user"),
        rows.column("item"),
        ratings=numbers.get("rating"),
        times=numbers.get("time"),
        reviews=rows.column("review").to_pylist() if "review" in rows.column_names else None,
        ordered=ordered,
        scale=None if scale is None else (float(scale[0]), float(scale[1])),
        duplicates=duplicates,
        notes=parts.notes,
        **_sides(parts.items),
    )


def _sides(items: pa.Table | None) -> dict[str, Any]:
    """What `build` wants to know about items."""
    if items is None:
        return {}
    columns = {name: items.column(name).to_pylist() for name in items.column_names}
    ids = columns["id"]
    roles = {"title": "titles", "text": "texts"}
    sides: dict[str, Any] = {
        roles[role]: dict(zip(ids, columns[role], strict=True)) for role in roles if role in columns
    }
    if "features" in columns:
        names = ([name for name in text.split(FEATURE_SEPARATOR) if name] for text in columns["features"])
        sides["item_features"] = dict(zip(ids, names, strict=True))
    return sides
