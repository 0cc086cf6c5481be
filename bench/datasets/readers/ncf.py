"""Reader of MovieLens 1M as NCF numbers it: users and items from 0, in the order of their first rating."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bench.datasets.build import build
from bench.datasets.formats import tables
from bench.datasets.formats.cells import Column
from bench.datasets.readers.renumbered_films import described_films
from bench.types import Dataset

PAIR = [Column("1", "id"), Column("2", "id"), Column("3", "number", 1, 5)]
TIME = Column("4", "number")


def ncf_ml_1m(folder: Path, duplicates: str = "last") -> Dataset:
    """`ncf-ml-1m`: the rows of ml-1m.train.rating and ml-1m.test.rating (user, item, rating, time) together.

    ml-1m.train.user-item-rating.tsv.gz will do for the first, but has no times, so then there are none. Titles,
    genres and abstracts come from the files of `ml-1m` through item-id-map.tsv, where they are.
    """
    timed = (folder / "ml-1m.train.rating").is_file()
    train = folder / ("ml-1m.train.rating" if timed else "ml-1m.train.user-item-rating.tsv.gz")
    columns = [*PAIR, TIME] if timed else PAIR
    parts = [
        tables.read(path, columns, separator="\t", header=False).columns
        for path in (train, folder / "ml-1m.test.rating")
    ]
    users, items = ([*first, *second] for first, second in zip(parts[0][:2], parts[1][:2], strict=True))
    ratings, *times = (np.concatenate(both) for both in zip(parts[0][2:], parts[1][2:], strict=True))
    return build(
        "ncf-ml-1m",
        users,
        items,
        ratings=ratings,
        times=times[0].astype("int64") if times else None,
        scale=(1, 5),
        duplicates=duplicates,
        **described_films(folder, "item-id-map.tsv", "\t"),
    )
