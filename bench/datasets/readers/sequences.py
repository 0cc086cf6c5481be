"""The reader of sequence files: one `user item` per line, the lines of a user in the order of time, no times."""

from __future__ import annotations

from pathlib import Path

from bench.datasets.formats import tables
from bench.datasets.formats.cells import Column
from bench.datasets.ids import Ids
from bench.errors import BadData


def pairs(path: Path) -> tuple[Ids, Ids]:
    """The two columns of a space-separated text file, compressed if its name ends in .gz.

    Raises BadData for a line that is not two words.
    """
    columns = [Column("1", "id"), Column("2", "id")]
    try:
        users, items = tables.read(path, columns, separator=" ", header=False, width=2).arrays
    except BadData as error:
        raise BadData(f"{error}; expected two words on each line") from None
    return users, items
