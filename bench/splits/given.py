"""given: training, test and perhaps validation part are brought along, as files or as rows.

For reproducing published numbers on published splits. Ids must be those of the data set, whose titles, scale and
catalogue are used; its own interactions are not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from bench.datasets import sources, tables
from bench.datasets.build import tie_hash
from bench.datasets.cells import Column
from bench.errors import BadData, did_you_mean
from bench.params import Params
from bench.splits.asking import Asking
from bench.splits.divide import Pieces, assemble
from bench.types import Dataset, Interactions, Ints, Split

ORDER = False


class Options(Params):
    """Which files, and what is in which column."""

    train: str
    """File of the training part; looked for here, then in the data folder."""
    test: str
    """File of the test part."""
    validation: str | None = None
    """File of the validation part."""
    user: str = "user"
    """Column of user ids; without a header the columns are called 1, 2, 3 …"""
    item: str = "item"
    """Column of item ids."""
    rating: str | None = None
    """Column of ratings."""
    time: str | None = None
    """Column of times, in seconds."""
    separator: str | None = None
    """What stands between columns; by the name of the file if left out."""
    header: bool = True
    """Whether the first line names the columns."""


@dataclass(frozen=True)
class Rows:
    """One part: n interactions in text ids; without times the order of the rows is the order of a history."""

    users: Sequence[str]
    items: Sequence[str]
    ratings: ArrayLike | None = None
    times: ArrayLike | None = None


def make(dataset: Dataset, options: Options, asking: Asking) -> Split:
    """The split in the files. Raises BadData for unreadable files and unknown ids."""
    parts = {name: getattr(options, name) for name in ("train", "test", "validation")}
    rows = {name: _read(path, options) for name, path in parts.items() if path}
    return from_rows(dataset, **rows, params=options.model_dump(mode="json"), asking=asking)


def from_rows(
    dataset: Dataset,
    train: Rows,
    test: Rows,
    validation: Rows | None = None,
    params: dict[str, Any] | None = None,
    asking: Asking | None = None,
) -> Split:
    """A split with these rows as its parts. Raises BadData for ids that the data set does not have."""
    first, second, third = (_interactions(dataset, part) for part in (train, validation or Rows([], [], [], []), test))
    both = _joined(first, second)
    pieces = Pieces(first, second, third, both, validation_history=first, test_history=both, test_training=first)
    return assemble(dataset, "given", params or {}, pieces, asking or Asking())


def _read(path: str, options: Options) -> Rows:
    found = next(
        (place for place in (Path(path), *(f / path for f in sources.data_folders())) if place.is_file()), None
    )
    if found is None:
        raise BadData(f"{path}: not found here or in a data folder")
    wanted = {"users": Column(options.user, "id"), "items": Column(options.item, "id")}
    wanted |= {"ratings": Column(options.rating, "number")} if options.rating else {}
    wanted |= {"times": Column(options.time, "number")} if options.time else {}
    table = tables.read(found, list(wanted.values()), separator=options.separator, header=options.header)
    return Rows(**dict(zip(wanted, table.columns, strict=True)))


def _interactions(dataset: Dataset, rows: Rows) -> Interactions:
    empty = not len(rows.users)
    like = dataset.interactions
    users = _numbers(rows.users, dataset.users.ids, "user", dataset.name)
    items = _numbers(rows.items, dataset.items.ids, "item", dataset.name)
    ratings = None if rows.ratings is None or (empty and like.ratings is None) else np.asarray(rows.ratings, np.float32)
    if ratings is not None and like.scale is not None:
        wrong = np.flatnonzero(~((ratings >= like.scale[0]) & (ratings <= like.scale[1])))
        if len(wrong):
            scale = f"{like.scale[0]:g} to {like.scale[1]:g}"
            raise BadData(f"split 'given': row {wrong[0] + 1} of a part is rated {ratings[wrong[0]]:g}, not {scale}")
    times = None if rows.times is None or (empty and like.times is None) else np.asarray(rows.times).astype(np.int64)
    part = Interactions(users, items, ratings, times, like.n_users, like.n_items, times is not None or like.ordered)
    return _sorted(replace(part, scale=like.scale))


def _joined(first: Interactions, second: Interactions) -> Interactions:
    if not len(second):
        return first
    both: dict[str, Any] = {}
    for name in ("users", "items", "ratings", "times"):
        parts = getattr(first, name), getattr(second, name)
        both[name] = None if any(part is None for part in parts) else np.concatenate(parts)
    return _sorted(replace(first, **both))


def _sorted(rows: Interactions) -> Interactions:
    """By user, then by time with the data sets' rule for ties, or in the order of the rows."""
    if rows.times is None:
        return rows.take(np.argsort(rows.users, kind="stable"))
    return rows.take(np.lexsort((tie_hash(rows.users, rows.items), rows.times, rows.users)))


def _numbers(ids: Sequence[str], known: tuple[str, ...], kind: str, dataset: str) -> Ints:
    places = {name: number for number, name in enumerate(known)}
    try:
        return np.fromiter((places[name] for name in ids), np.int32, len(ids))
    except KeyError as error:
        name = str(error.args[0])
        raise BadData(
            f"split 'given': {kind} {name!r} is not in data set {dataset!r}{did_you_mean(name, known)}"
        ) from None
