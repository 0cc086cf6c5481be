"""Reader of citeulike-a: line n is user (or paper) n, counted from 0: a count, then as many numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from bench.datasets.build import build
from bench.datasets.formats import tables
from bench.datasets.formats.cells import Column
from bench.datasets.readers.adjacency import repeated
from bench.datasets.readers.described import sentences
from bench.datasets.readers.lines import lines, numbers
from bench.errors import BadData
from bench.types import Dataset


def citeulike_a(folder: Path, duplicates: str = "last") -> Dataset:
    """`citeulike-a` from users.dat; with item-tag.dat and tags.dat the tags of the papers are features and text.

    Where raw-data.csv is there (papers counted from 1), the papers have titles and abstracts, too.
    """
    owned = list(_counted(folder / "users.dat"))
    users = repeated([str(user) for user in range(len(owned))], np.array([len(items) for items in owned], np.int64))
    tags = _tags(folder) if (folder / "item-tag.dat").is_file() and (folder / "tags.dat").is_file() else {}
    papers = _papers(folder / "raw-data.csv")
    texts = {item: sentences(*papers.get(item, ()), tags.get(item, [])) for item in {**papers, **tags}}
    return build(
        "citeulike-a",
        users,
        pa.array([item for items in owned for item in items], pa.string()),
        duplicates=duplicates,
        titles={item: title for item, (title, _) in papers.items()} or None,
        texts=texts or None,
        item_features=tags or None,
    )


def _counted(path: Path) -> Iterator[Sequence[str]]:
    """The numbers on each line, without the count before them. Raises BadData where the count is wrong."""
    for line, text in lines(path):
        count, *own = numbers(path, line, text.split(" "))
        if int(count) != len(own):
            raise BadData(f"{path}, line {line}: {len(own)} numbers follow, not {count} as it says")
        yield own


def _tags(folder: Path) -> dict[str, list[str]]:
    """Paper -> its tags."""
    words = [word for _, word in lines(folder / "tags.dat")]
    found = {}
    for item, own in enumerate(_counted(folder / "item-tag.dat")):
        if any(int(tag) >= len(words) for tag in own):
            raise BadData(f"{folder / 'item-tag.dat'}, line {item + 1}: a tag beyond the {len(words)} of tags.dat")
        found[str(item)] = [words[int(tag)] for tag in own]
    return found


def _papers(path: Path) -> dict[str, tuple[str, str]]:
    """Paper, counted from 0 -> title and abstract; nothing where there is no such file."""
    if not path.is_file():
        return {}
    wanted = [Column("doc.id", "number", 1), Column("raw.title", "text"), Column("raw.abstract", "text")]
    numbered, titles, abstracts = tables.read(path, wanted).columns
    return {
        str(int(paper) - 1): (title.strip(), abstract.strip())
        for paper, title, abstract in zip(numbered, titles, abstracts, strict=True)
    }
