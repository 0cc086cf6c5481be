"""Readers of GroupLens's releases in CSV: ratings.csv, movies.csv, tags.csv."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from bench.datasets.build import build
from bench.datasets.formats import tables
from bench.datasets.formats.cells import Column
from bench.datasets.readers.described import sentences, top_tags
from bench.datasets.readers.movielens import NO_GENRES
from bench.types import Dataset


def _release(name: str, folder: Path, duplicates: str = "last") -> Dataset:
    """A genre is a feature; title, genres and the tags that were given most often make the text of a film."""
    users, items, ratings, times = tables.read(
        folder / "ratings.csv",
        [
            Column("userId", "id"),
            Column("movieId", "id"),
            Column("rating", "number", 0.5, 5),
            Column("timestamp", "number"),
        ],
    ).arrays
    films = tables.read(
        folder / "movies.csv", [Column("movieId", "id"), Column("title", "text"), Column("genres", "text")]
    )
    tagged = tables.read(folder / "tags.csv", [Column("movieId", "id"), Column("tag", "text")])
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
        scale=(0.5, 5),
        duplicates=duplicates,
        titles=titles,
        texts=texts,
        item_features=features,
    )


ml_latest_small = partial(_release, "ml-latest-small")
ml_20m = partial(_release, "ml-20m")
ml_25m = partial(_release, "ml-25m")
ml_32m = partial(_release, "ml-32m")
