"""Parts of a split that are brought along: rows of text ids, and the interactions of a data set that they stand for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from bench.datasets.ids import Ids, number
from bench.datasets.order import tie_hash
from bench.errors import BadData, did_you_mean
from bench.types import Dataset, Interactions, Ints


@dataclass(frozen=True)
class Rows:
    """One part: n interactions in text ids; without times the order of the rows is the order of a history."""

    users: Ids
    items: Ids
    ratings: ArrayLike | None = None
    times: ArrayLike | None = None


@dataclass(frozen=True)
class Parts:
    """A whole split; `listed` are the items that are ranked for a user beside the held-out ones."""

    train: Rows
    test: Rows
    validation: Rows | None = None
    listed: Rows | None = None


def numbered(dataset: Dataset, rows: Rows) -> Interactions:
    """The rows in the numbers and the order of a data set. Raises BadData for what the data set does not know."""
    empty = not len(rows.users)
    like = dataset.interactions
    users = numbers(rows.users, dataset.users.ids, "user", dataset.name)
    items = numbers(rows.items, dataset.items.ids, "item", dataset.name)
    ratings = None if rows.ratings is None or (empty and like.ratings is None) else np.asarray(rows.ratings, np.float32)
    if ratings is not None and like.scale is not None:
        wrong = np.flatnonzero(~((ratings >= like.scale[0]) & (ratings <= like.scale[1])))
        if len(wrong):
            scale = f"{like.scale[0]:g} to {like.scale[1]:g}"
            raise BadData(f"split 'given': row {wrong[0] + 1} of a part is rated {ratings[wrong[0]]:g}, not {scale}")
    times = None if rows.times is None or (empty and like.times is None) else np.asarray(rows.times).astype(np.int64)
    part = Interactions(users, items, ratings, times, like.n_users, like.n_items, times is not None or like.ordered)
    return _sorted(replace(part, scale=like.scale))


def joined(first: Interactions, second: Interactions) -> Interactions:
    """Both parts in one; the second is the later one where there are no times."""
    return _sorted(concatenated(first, second)) if len(second) else first


def concatenated(first: Interactions, second: Interactions) -> Interactions:
    """One after the other, in no order; a column that one of them lacks is not there."""
    both: dict[str, Any] = {}
    for name in ("users", "items", "ratings", "times", "reviews"):
        parts = getattr(first, name), getattr(second, name)
        both[name] = None if any(part is None for part in parts) else np.concatenate(parts)
    return replace(first, **both)


def numbers(ids: Ids, known: tuple[str, ...], kind: str, dataset: str) -> Ints:
    """(n,) the number of each id. Raises BadData for one that is not known."""
    met, places = number(f"a split of data set {dataset!r}", kind, ids)
    place = {name: position for position, name in enumerate(known)}
    unknown = [name for name in met if name not in place]
    if unknown:
        more = f" ({len(unknown)} such {kind}s)" if len(unknown) > 1 else ""
        hint = did_you_mean(unknown[0], known)
        raise BadData(f"{kind} {unknown[0]!r} of a split is not in data set {dataset!r}{hint}{more}")
    return np.fromiter(map(place.__getitem__, met), np.int32, len(met))[places]


def _sorted(rows: Interactions) -> Interactions:
    """By user, then by time with the data sets' rule for ties, or in the order of the rows."""
    if rows.times is None:
        return rows.take(np.argsort(rows.users, kind="stable"))
    return rows.take(np.lexsort((tie_hash(rows.users, rows.items), rows.times, rows.users)))
