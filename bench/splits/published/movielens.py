"""The splits in the archive of MovieLens 100K: `u1` to `u5`, whose tests share no rating, and `ua` and `ub`."""

from __future__ import annotations

from pathlib import Path

from bench.datasets.formats import tables
from bench.datasets.formats.cells import Column
from bench.errors import BadData
from bench.splits.rows import Parts, Rows

_COLUMNS = [Column("1", "id"), Column("2", "id"), Column("3", "number"), Column("4", "number")]


def ratings(folder: Path, name: str) -> Parts:
    """`NAME.base` and `NAME.test`: user, item, rating and time with tabs between.

    Raises BadData where one is missing.
    """
    train, test = (_read(folder / f"{name}.{part}") for part in ("base", "test"))
    return Parts(train, test)


def _read(path: Path) -> Rows:
    if not path.is_file():
        raise BadData(f"{path} is missing; GroupLens's archive of MovieLens 100K holds it")
    return Rows(*tables.read(path, _COLUMNS, separator="\t", header=False).arrays)
