"""Files with one line for each user, all its items on it: `user item item …`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from bench.datasets.build import build
from bench.datasets.readers.lines import lines, numbers
from bench.errors import BadData
from bench.types import Dataset


def gowalla(folder: Path, duplicates: str = "last") -> Dataset:
    """`gowalla` from train.txt, valid.txt and test.txt, taken together; lines without items do not count."""
    parts = [read_adjacency(folder / f"{part}.txt") for part in ("train", "valid", "test")]
    users = [user for part in parts for user in part[0]]
    counts = np.concatenate([part[1] for part in parts])
    items = [item for part in parts for item in part[2]]
    return build("gowalla", repeated(users, counts), pa.array(items, pa.string()), duplicates=duplicates)


def read_adjacency(path: Path) -> tuple[list[str], np.ndarray[tuple[int], np.dtype[np.int64]], list[str]]:
    """The user of each line, the number of its items (n_lines,), and all items one after the other.

    Raises BadData for words that are no whole numbers and for a user with two lines.
    """
    users: dict[str, int] = {}
    items: list[str] = []
    for line, text in lines(path):
        user, *own = numbers(path, line, text.split())
        if user in users:
            raise BadData(f"{path}, line {line}: user {user} has a second line")
        users[user] = len(own)
        items += own
    if not items:
        raise BadData(f"{path}: no items")
    return list(users), np.fromiter(users.values(), np.int64, len(users)), items


def repeated(users: Sequence[str], counts: np.ndarray[tuple[int], np.dtype[np.int64]]) -> pa.Array:
    """(sum of counts,) each user as often as it has items."""
    return pa.DictionaryArray.from_arrays(
        pa.array(np.repeat(np.arange(len(users), dtype=np.int32), counts)), pa.array(users, pa.string())
    )
