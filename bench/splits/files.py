"""Files of published splits that are no tables: a user and all his items a line, and NCF's listed negatives."""

from __future__ import annotations

import re
from pathlib import Path

from bench.datasets import sources
from bench.datasets.formats import by_name
from bench.datasets.formats.cells import Column, shown
from bench.datasets.readers.lines import lines
from bench.errors import BadData
from bench.splits.rows import Rows

_ASKED = re.compile(r"\((.+),(.+)\)")  # (user,held-out item)


def find(path: str) -> Path:
    """The file at `path`, from here or from a data folder. Raises BadData where there is none."""
    places = (Path(path), *(folder / path for folder in sources.data_folders()))
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        raise BadData(f"{path}: not found here or in a data folder")
    return found


def user_lines(path: Path) -> Rows:
    """`user item item …` with spaces between, as LightGCN's files have it; a user without items is none.

    Raises BadData for a file that is no such text.
    """
    users: list[str] = []
    items: list[str] = []
    for _, line in lines(path):
        words = line.split()
        users.extend(words[:1] * (len(words) - 1))
        items.extend(words[1:])
    return Rows(users, items)


def negatives(path: Path) -> Rows:
    """`(user,held-out item)`, then items with tabs between, as in NCF's `test.negative`; the held-out item is not read.

    Raises BadData with the line that is different.
    """
    users: list[str] = []
    items: list[str] = []
    for number, line in lines(path):
        asked, *others = line.split("\t")
        match = _ASKED.fullmatch(asked)
        if match is None or not all(others):
            raise BadData(
                f"{path}, line {number}: expected `(user,item)` and items with tabs between, found {shown(line)}"
            )
        users.extend([match[1]] * len(others))
        items.extend(others)
    return Rows(users, items)


def listed(path: Path) -> Rows:
    """Pairs of user and item. `.negative` says NCF's form, `.txt` a user a line, all else a table with a header."""
    kind = path.name.removesuffix(".gz").rpartition(".")[2]
    if kind == "negative":
        return negatives(path)
    if kind == "txt":
        return user_lines(path)
    reader = by_name.reader(path, by_name.Options())
    names = (reader.usual(role) or role for role in ("user", "item"))
    return Rows(*reader.read([Column(name, "id") for name in names]).arrays)
