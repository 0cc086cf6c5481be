"""MovieLens 100K in the five folds that the library Surprise has published errors on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import surprise
from surprise.model_selection import KFold

from bench import notebook
from bench.datasets import sources
from bench.datasets.build import build
from bench.splits import given
from bench.splits.rows import Rows
from bench.types import Dataset, Side, Split


def drawn() -> Iterator[Split]:
    """By the library itself from `u.data` in file order, `KFold(n_splits=5, random_state=0)`."""
    path = sources.data_folders()[0] / "ml-100k" / "u.data"
    data = surprise.Dataset.load_from_file(path, surprise.Reader(line_format="user item rating timestamp", sep="\t"))
    known = notebook.load("ml-100k")
    for trainset, test in KFold(n_splits=5, random_state=0).split(data):
        yield _split(known, trainset, test)


def _split(known: Dataset, trainset: Any, test: list[tuple[str, str, float]]) -> Split:
    """The fold with ids that sort as the library numbers users and items, and its ratings in the library's order.

    So a model draws its random start for the same user, and goes through the ratings in the same order, as there.
    """
    users = _ids(trainset.to_raw_uid(u) for u in trainset.all_users())
    items = _ids([*map(trainset.to_raw_iid, trainset.all_items()), *(item for _, item, _ in test)])
    train = [(trainset.to_raw_uid(u), trainset.to_raw_iid(i), rating) for u, i, rating in trainset.all_ratings()]
    parts = [[(users[user], items[item], rating) for user, item, rating in part] for part in (train, test)]
    everybody, everything, ratings = zip(*parts[0], *parts[1], strict=True)
    features = {"item_features": _features(known.items, items), "user_features": _features(known.users, users)}
    dataset = build("ml-100k", everybody, everything, ratings=ratings, ordered=True, scale=(1, 5), **features)
    return given.from_rows(dataset, *(Rows(*zip(*part, strict=True)) for part in parts))


def _features(side: Side, ids: dict[str, str]) -> dict[str, list[str]]:
    """The names of the features of each user or item, by its new id."""
    assert side.features is not None
    rows = zip(side.ids, side.features, strict=True)
    return {ids[raw]: [side.feature_names[column] for column in row.indices] for raw, row in rows if raw in ids}


def _ids(raw: Iterable[str]) -> dict[str, str]:
    return {name: f"{number:05d}" for number, name in enumerate(dict.fromkeys(raw))}
