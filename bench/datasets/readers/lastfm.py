"""Reader of Last.fm HetRec 2011: tab-separated with headers, quotes are letters."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bench.datasets.build import build
from bench.datasets.formats import tables
from bench.datasets.formats.cells import Column
from bench.datasets.readers.described import sentences, top_tags
from bench.datasets.readers.lines import cells
from bench.errors import BadData
from bench.types import Dataset


def lastfm_2k(folder: Path, duplicates: str = "last") -> Dataset:
    """`lastfm-2k` from user_artists.dat (userID, artistID, weight) and artists.dat (id, name, url, picture; UTF-8).

    The rating is the number of listenings. Where tags.dat (Latin-1) and user_taggedartists.dat are there, the tags that
    were given most often to an artist are its features and, with its name, its text.
    """
    users, items, counts = tables.read(
        folder / "user_artists.dat",
        [Column("userID", "id"), Column("artistID", "id"), Column("weight", "number", 0)],
        separator="\t",
    ).arrays
    titles = {item: name for _, (item, name, *_) in cells(folder / "artists.dat", "\t", 4, header=("id", "name"))}
    tags = top_tags(*_tagged(folder)) if (folder / "user_taggedartists.dat").is_file() else {}
    return build(
        "lastfm-2k",
        users,
        items,
        ratings=np.asarray(counts, np.float64),
        duplicates=duplicates,
        titles=titles,
        texts={item: sentences(title, tags.get(item, [])) for item, title in titles.items()},
        item_features=tags or None,
    )


def _tagged(folder: Path) -> tuple[list[str], list[str]]:
    """The artist and the word of each tag that a user gave."""
    path = folder / "user_taggedartists.dat"
    words = {tag: word for _, (tag, word) in cells(folder / "tags.dat", "\t", 2, encoding="latin-1", header=("tagID",))}
    rows = list(_rows(path, words))
    return [item for item, _ in rows], [word for _, word in rows]


def _rows(path: Path, words: dict[str, str]) -> Iterator[tuple[str, str]]:
    for line, (_, item, tag, *_) in cells(path, "\t", 6, header=("userID", "artistID", "tagID")):
        if tag not in words:
            raise BadData(f"{path}, line {line}: tag {tag} is not in tags.dat")
        yield item, words[tag]
