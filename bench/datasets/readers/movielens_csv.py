"""Readers of GroupLens's releases in CSV: ratings.csv, movies.csv, tags.csv."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from bench.datasets.build import build
from bench.datasets.formats import tables
from bench.datasets.formats.cells import Column
from bench.datasets.readers.described import sentences, top_tags
from bench.datasets.readers.movielens import NO_GENRES
from bench.types import Dataset

USER, ITEM = Column("userId", "id"), Column("movieId", "id")
TAG, TIME = Column("tag", "text"), Column("timestamp", "number")


def _release(name: str, folder: Path, duplicates: str = "last", reviews: bool = False) -> Dataset:
    """A genre is a feature; title, genres and the tags that were given most often make the text of a film.

    With `reviews` a user's own tags for a film come with the rating, see `_written`.
    """
    users, items, ratings, times = tables.read(
        folder / "ratings.csv",
        [USER, ITEM, Column("rating", "number", 0.5, 5), TIME],
    ).arrays
    films = tables.read(folder / "movies.csv", [ITEM, Column("title", "text"), Column("genres", "text")])
    tagged = tables.read(folder / "tags.csv", [ITEM, TAG])
    tags = top_tags(*tagged.columns)
    titles, texts, features = {}, {}, {}
    for item, title, genres in zip(*films.columns, strict=True):
        titles[item] = title.strip()
        features[item] = [] if genres == NO_GENRES else genres.split("|")
        texts[item] = sentences(titles[item], features[item], tags.get(item, []))
    return build(
        name,
        users,
        items,
        ratings=ratings,
        times=times.astype("int64"),
        reviews=_written(folder / "tags.csv", users, items, times) if reviews else None,
        scale=(0.5, 5),
        duplicates=duplicates,
        titles=titles,
        texts=texts,
        item_features=features,
    )


def _written(path: Path, users: Any, items: Any, times: NDArray[Any]) -> list[str]:
    """The tags that each user had given the film when they rated it, oldest first, with commas between them.

    A later tag is left out: it was not known yet when a cut in time falls between both.
    """
    who, what, tags, when = tables.read(path, [USER, ITEM, TAG, TIME]).arrays
    tagged = pa.table({"user": _text(who), "item": _text(what), "tag": _text(tags), "given": when})
    rated = pa.table({"user": _text(users), "item": _text(items), "rated": times, "row": np.arange(len(times))})
    known = tagged.join(rated, ["user", "item"], join_type="inner")
    known = known.filter(pc.less_equal(known["given"], known["rated"])).sort_by(
        [("given", "ascending"), ("tag", "ascending")]
    )
    own: dict[int, list[str]] = {}
    for row, tag in zip(known["row"].to_pylist(), known["tag"].to_pylist(), strict=True):
        own.setdefault(row, []).append(tag)
    return [", ".join(dict.fromkeys(own.get(row, ()))) for row in range(len(times))]


def _text(cells: Any) -> Any:
    """A column of ids or texts, however it was read, as plain text."""
    return pc.cast(cells if isinstance(cells, pa.Array | pa.ChunkedArray) else pa.array(cells), pa.string())


ml_latest_small = partial(_release, "ml-latest-small")
ml_20m = partial(_release, "ml-20m")
ml_25m = partial(_release, "ml-25m")
ml_32m = partial(_release, "ml-32m")
