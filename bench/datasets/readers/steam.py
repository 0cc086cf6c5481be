"""Reader of Steam's reviews and games: objects in Python's notation, one a line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bench.datasets.build import build
from bench.datasets.readers.described import sentences
from bench.datasets.readers.literals import objects
from bench.errors import BadData
from bench.types import Dataset


def steam(folder: Path, duplicates: str = "last") -> Dataset:
    """`steam` from steam_reviews.json.gz (username, product_id, date), steam_games.json.gz (id, title, genres, tags).

    Users are their names; the time is the day of a review. Hours are no rating and are left out. Genres and tags of a
    game are its features and, with the title, its text. Described are only games with a review.
    """
    path = folder / "steam_reviews.json.gz"
    users: list[str] = []
    items: list[str] = []
    days: list[str] = []
    for line, review in objects(path):
        for column, key in ((users, "username"), (items, "product_id"), (days, "date")):
            value = review.get(key)
            if not isinstance(value, str) or not value:
                raise BadData(f"{path}, line {line}: expected a text under {key!r}, found {value!r}")
            column.append(value)
    games = _games(folder / "steam_games.json.gz", set(items))
    return build(
        "steam",
        pa.array(users, pa.string()),
        pa.array(items, pa.string()),
        times=_seconds(path, days),
        duplicates=duplicates,
        titles={item: title for item, (title, _) in games.items()},
        texts={item: sentences(title, names) for item, (title, names) in games.items()},
        item_features={item: names for item, (_, names) in games.items()},
    )


def _seconds(path: Path, days: list[str]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """(n,) the first second of each day; days are written 2017-12-17."""
    try:
        return np.asarray(pc.cast(pa.array(days), pa.date32()).cast(pa.timestamp("s")).cast(pa.int64()))
    except pa.ArrowInvalid as error:
        raise BadData(f"{path}: expected dates such as 2017-12-17 ({error})") from None


def _games(path: Path, wanted: set[str]) -> dict[str, tuple[str, list[str]]]:
    """Game -> title, genres and tags. A few games have no id or no title; the latter are called by `app_name`."""
    found = {}
    for _, game in objects(path):
        item = game.get("id")
        if isinstance(item, str) and item in wanted:
            title = str(game.get("title") or game.get("app_name") or item)
            found[item] = title, list(dict.fromkeys([*_names(game, "genres"), *_names(game, "tags")]))
    return found


def _names(game: dict[str, Any], key: str) -> list[str]:
    names = game.get(key)
    return [str(name) for name in names] if isinstance(names, list) else []
