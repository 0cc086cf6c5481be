"""The heavy part of `imported`: tables in, Parquet files out and back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from bench.datasets import tables, times
from bench.datasets.build import build
from bench.datasets.cells import Column
from bench.errors import BadConfig, BadData
from bench.files import sha256
from bench.types import Dataset

if TYPE_CHECKING:
    from bench.datasets.imported import ItemColumns

INTERACTIONS, ITEMS = "interactions.parquet", "items.parquet"
FEATURE_SEPARATOR = "|"


def read_interactions(
    path: Path,
    user: str,
    item: str,
    rating: str | None,
    time: str | None,
    time_unit: str | None,
    scale: tuple[float, float] | None,
    options: dict[str, Any],
) -> tuple[pa.Table, dict[str, Any]]:
    """A table with the columns user, item and, where named, rating and time (seconds); and notes on how it was read."""
    if scale is not None and not scale[0] < scale[1]:
        raise BadConfig(f"the rating scale goes from low to high, not from {scale[0]:g} to {scale[1]:g}")
    columns = {"user": Column(user, "id"), "item": Column(item, "id")}
    if rating is not None:
        columns["rating"] = Column(rating, "number") if scale is None else Column(rating, "number", *scale)
    if time is not None:
        columns["time"] = Column(time, tables.kind_of_times(path, time, time_unit, options))
    table = tables.read(path, list(columns.values()), **options)
    values = dict(zip(columns, table.columns, strict=True))
    notes: dict[str, Any] = {}
    if time is not None:
        values["time"], warnings = times.to_seconds(values["time"], columns["time"].kind, time_unit)
        values["time"] = times.compact(values["time"])
        notes |= {"warnings": warnings} if warnings else {}
    return pa.table(values), notes | _skipped(table, "rows")


def read_items(path: Path, columns: ItemColumns, options: dict[str, Any]) -> tuple[pa.Table, dict[str, Any]]:
    """A table with the columns id and, where named, title, text and features; and notes on how it was read.

    Raises BadData for an item described twice.
    """
    named = {role: getattr(columns, role) for role in ("title", "text", "features")}
    wanted = {"id": Column(columns.id, "id")}
    wanted |= {role: Column(column, "text") for role, column in named.items() if column is not None}
    table = tables.read(path, list(wanted.values()), **options)
    values = dict(zip(wanted, table.columns, strict=True))
    seen: set[str] = set()
    for text in values["id"]:
        if text in seen:
            raise BadData(f"{path}: item {text[:40]!r} is described twice")
        seen.add(text)
    return pa.table(values), _skipped(table, "item rows")


def _skipped(table: tables.Table, what: str) -> dict[str, Any]:
    return (
        {f"{what} skipped": table.skipped, f"first of the {what} skipped": table.first_skipped} if table.skipped else {}
    )


def write(folder: Path, interactions: pa.Table, items: pa.Table | None) -> dict[str, str]:
    """Write the tables; the SHA-256 of each file."""
    files = {INTERACTIONS: interactions} | ({} if items is None else {ITEMS: items})
    for name, table in files.items():
        pq.write_table(table, folder / name, compression="zstd")
    return {name: sha256(folder / name) for name in files}


def load(folder: Path, meta: dict[str, Any], duplicates: str) -> Dataset:
    """The data set made of the files that `write` wrote."""
    rows = pq.read_table(folder / INTERACTIONS)
    sides: dict[str, Any] = {}
    if ITEMS in meta["files"]:
        items = {name: column.to_pylist() for name, column in _columns(pq.read_table(folder / ITEMS))}
        ids = items.pop("id")
        roles = {"title": "titles", "text": "texts"}
        sides = {roles[role]: dict(zip(ids, items[role], strict=True)) for role in roles if role in items}
        if "features" in items:
            split = ([name for name in text.split(FEATURE_SEPARATOR) if name] for text in items["features"])
            sides["item_features"] = dict(zip(ids, split, strict=True))
    numbers = {name: column.to_numpy() for name, column in _columns(rows) if name in {"rating", "time"}}
    return build(
        meta["name"],
        rows.column("user").to_pylist(),
        rows.column("item").to_pylist(),
        ratings=numbers.get("rating"),
        times=numbers.get("time"),
        ordered=meta["ordered"],
        scale=None if meta["scale"] is None else (float(meta["scale"][0]), float(meta["scale"][1])),
        duplicates=duplicates,
        notes=meta["notes"],
        **sides,
    )


def _columns(table: pa.Table) -> Any:
    return zip(table.column_names, table.columns, strict=True)
