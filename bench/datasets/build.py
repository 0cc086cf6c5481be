"""From rows of text ids to a Dataset whose numbers and order do not depend on the order of the rows.

Users and items are numbered in the sorted order (by code point) of their ids. Within a user the interactions are sorted
by time; equal times by a hash of (user number, item number), which favours no item over another; equal pairs by rating.
Without times they keep the order of the rows if that order means something, and are sorted by item otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_matrix

from bench.datasets.fingerprint import fingerprint
from bench.datasets.ids import Ids, number
from bench.datasets.order import by_item, by_number, by_time, repeated, tie_hash
from bench.errors import BadConfig, BadData, did_you_mean
from bench.types import Dataset, Interactions, Ints, Longs, Side, Texts

__all__ = ["Duplicates", "build", "tie_hash"]

Duplicates = Literal["first", "last", "sum", "max", "keep"]
Names = Mapping[str, Iterable[str]]


@dataclass(frozen=True)
class _Rows:
    """Numbered interactions in any order; `when` is finer than the seconds that are kept."""

    users: Ints
    items: Ints
    ratings: NDArray[np.float64] | None
    when: NDArray[Any] | None
    reviews: Texts | None

    def take(self, rows: NDArray[Any]) -> _Rows:
        """The rows at `rows`."""
        kept = (None if column is None else column[rows] for column in (self.ratings, self.when, self.reviews))
        return _Rows(self.users[rows], self.items[rows], *kept)


def build(
    name: str,
    users: Ids,
    items: Ids,
    *,
    ratings: ArrayLike | None = None,
    times: ArrayLike | None = None,
    reviews: Texts | Iterable[str] | None = None,
    ordered: bool = False,
    scale: tuple[float, float] | None = None,
    duplicates: str = "last",
    titles: Mapping[str, str] | None = None,
    texts: Mapping[str, str] | None = None,
    item_features: Names | None = None,
    user_features: Names | None = None,
    notes: Mapping[str, Any] | None = None,
) -> Dataset:
    """A data set of n interactions between `users[r]` and `items[r]`.

    Ids are sequences of str or pyarrow arrays of text, dictionary-encoded or not; the latter are fast.
    `times` are seconds since 1970; fractions decide the order and are then dropped. `reviews` are what the users wrote
    of the items, empty where they wrote nothing; a row that stays keeps its own. `ordered` says that the order of
    the rows is the order in time and counts only without `times`. `duplicates` says what becomes of several rows with
    the same user and item: the `first` or `last` one stays (at equal times the lowest rating is the first, the highest
    the last), `sum` and `max` put one rating in the place of the last, `keep` keeps all. Without ratings `sum` makes
    the number of rows the rating. Items that have a title, a text or features belong to the catalogue even if nobody
    met them; users without interactions do not count.

    Raises BadData for no rows, columns of different lengths, an empty id, a rating that is not finite or outside
    `scale`, a time that is not finite; BadConfig for an unknown policy.
    """
    if duplicates not in get_args(Duplicates):
        raise BadConfig(
            f"unknown duplicates policy {duplicates!r}{did_you_mean(str(duplicates), get_args(Duplicates))}"
        )
    written = None if reviews is None else np.array(reviews, object)
    _check_lengths(name, users, {"items": items, "ratings": ratings, "times": times, "reviews": written})
    described = [side for side in (titles, texts, item_features) if side is not None]
    user_ids, user_of = number(name, "user", users)
    item_ids, item_of = number(name, "item", items, described)
    rows = _Rows(user_of, item_of, _ratings(name, ratings, scale), _when(name, times), written)
    single = _single(rows, ordered, duplicates, len(user_ids), len(item_ids))
    _check_scale(name, single.ratings, scale, "the sum of duplicates")
    interactions = _interactions(single, len(user_ids), len(item_ids), ordered or times is not None, scale)
    user_side, item_side = _side(user_ids, None, None, user_features), _side(item_ids, titles, texts, item_features)
    counts = {"policy": duplicates, "dropped": len(users) - len(interactions)}
    return Dataset(
        name=name,
        interactions=interactions,
        users=user_side,
        items=item_side,
        fingerprint=fingerprint(interactions, user_side, item_side, duplicates),
        notes={**(notes or {}), "duplicates": counts},
    )


def _single(rows: _Rows, ordered: bool, duplicates: str, n_users: int, n_items: int) -> _Rows:
    """The rows in their final order, without duplicates."""
    rows = _same_in_any_order(rows, ordered, n_items)
    return _without_duplicates(rows.take(_order(rows, ordered, n_users, n_items)), duplicates, n_items)


def _interactions(
    rows: _Rows, n_users: int, n_items: int, ordered: bool, scale: tuple[float, float] | None
) -> Interactions:
    return _freeze(
        Interactions(
            users=rows.users,
            items=rows.items,
            ratings=None if rows.ratings is None else rows.ratings.astype(np.float32),
            times=None if rows.when is None else _whole(rows.when),
            n_users=n_users,
            n_items=n_items,
            ordered=ordered,
            scale=scale,
            reviews=rows.reviews,
        )
    )


def _check_lengths(name: str, users: Ids, columns: Mapping[str, Any]) -> None:
    for column, values in columns.items():
        if values is not None and len(values) != len(users):
            raise BadData(f"{name}: {len(users)} users but {len(values)} {column}")
    if len(users) == 0:
        raise BadData(f"{name}: no interactions")


def _ratings(name: str, ratings: ArrayLike | None, scale: tuple[float, float] | None) -> NDArray[np.float64] | None:
    if scale is not None and not (math.isfinite(scale[0]) and math.isfinite(scale[1]) and scale[0] < scale[1]):
        raise BadData(f"{name}: the rating scale {scale[0]} to {scale[1]} is no range")
    if ratings is None:
        return None
    values = np.asarray(ratings, np.float64)
    bad = np.flatnonzero(~np.isfinite(values))
    if len(bad):
        raise BadData(f"{name}: row {bad[0] + 1}: the rating {values[bad[0]]} is not a finite number")
    _check_scale(name, values, scale, "the rating")
    return values


def _check_scale(name: str, ratings: NDArray[np.float64] | None, scale: tuple[float, float] | None, what: str) -> None:
    if ratings is None or scale is None:
        return
    bad = np.flatnonzero((ratings < scale[0]) | (ratings > scale[1]))
    if len(bad):
        value = f"{what} {ratings[bad[0]]:g} is outside the scale {scale[0]:g} to {scale[1]:g}"
        raise BadData(f"{name}: {value} ({len(bad)} in all)")


def _when(name: str, times: ArrayLike | None) -> NDArray[Any] | None:
    if times is None:
        return None
    values = np.asarray(times)
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        raise BadData(f"{name}: row {np.flatnonzero(~np.isfinite(values))[0] + 1}: the time is not a finite number")
    return values


def _whole(when: NDArray[Any]) -> Longs:
    """(n,) seconds without their fractions."""
    return (np.floor(when) if when.dtype.kind == "f" else when).astype(np.int64)


def _same_in_any_order(rows: _Rows, ordered: bool, n_items: int) -> _Rows:
    """Rows of one user and item by what was written, where not even the order of the rows tells them apart."""
    if rows.reviews is None or (ordered and rows.when is None):
        return rows
    places = np.flatnonzero(repeated(rows.users, rows.items, n_items))
    order = np.arange(len(rows.users))
    order[places] = places[np.argsort(rows.reviews[places], kind="stable")]
    return rows.take(order)


def _order(rows: _Rows, ordered: bool, n_users: int, n_items: int) -> Longs:
    """(n,) the positions of the rows in their final order."""
    if rows.when is not None:
        return by_time(rows.users, rows.items, rows.ratings, rows.when, n_users)
    if ordered:
        return by_number(rows.users, n_users)
    return by_item(rows.users, rows.items, rows.ratings, n_users, n_items)


def _without_duplicates(rows: _Rows, policy: str, n_items: int) -> _Rows:
    """One row for each pair of user and item, except with `keep`; the rows are in their final order."""
    if policy == "keep":
        return rows
    summed = policy == "sum" and rows.ratings is None
    twice = repeated(rows.users, rows.items, n_items)
    if not twice.any():
        return replace(rows, ratings=np.ones(len(twice))) if summed else rows
    concerned = np.flatnonzero(twice)
    kept, ratings = _merged(rows.take(concerned), policy)
    stays = ~twice
    stays[concerned[kept]] = True
    if ratings is None:
        return rows.take(stays)
    merged = np.ones(len(twice)) if rows.ratings is None else rows.ratings.copy()
    merged[concerned[kept]] = ratings
    return replace(rows, ratings=merged).take(stays)


def _merged(rows: _Rows, policy: str) -> tuple[Longs, NDArray[np.float64] | None]:
    """Which rows stay, one for each pair, and their new ratings unless they keep their own."""
    by_pair = np.lexsort((rows.items, rows.users))  # stable: the order within a pair stays
    users, items = rows.users[by_pair], rows.items[by_pair]
    begins = np.append(True, (users[1:] != users[:-1]) | (items[1:] != items[:-1]))
    starts = np.flatnonzero(begins)
    ends = np.append(starts[1:], len(users)) - 1
    kept = by_pair[starts if policy == "first" else ends]
    if policy == "max" and rows.ratings is not None:
        return kept, np.maximum.reduceat(rows.ratings[by_pair], starts)
    if policy == "sum":
        added = np.ones(len(users)) if rows.ratings is None else _ascending(rows.ratings[by_pair], begins)
        return kept, np.add.reduceat(added, starts)
    return kept, None


def _ascending(ratings: NDArray[np.float64], begins: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Each pair's ratings sorted, so that rounding does not depend on the order in which they are added."""
    return ratings[np.lexsort((ratings, np.cumsum(begins)))]


def _side(
    ids: tuple[str, ...], titles: Mapping[str, str] | None, texts: Mapping[str, str] | None, names: Names | None
) -> Side:
    """An item without a title shows its id; one without a text is described by its title."""
    shown = None if titles is None else tuple(titles.get(text) or text for text in ids)
    told = None if texts is None else tuple(texts.get(i) or title for i, title in zip(ids, shown or ids, strict=True))
    if names is None:
        return Side(ids, shown, told)
    features = tuple(sorted({name for text in ids for name in names.get(text, ())}))
    column = {name: position for position, name in enumerate(features)}
    owned = [sorted({column[name] for name in names.get(text, ())}) for text in ids]
    offsets = np.concatenate([[0], np.cumsum([len(row) for row in owned])])
    columns = np.array([c for row in owned for c in row], np.int32)
    data = np.ones(len(columns), np.float32)
    return Side(ids, shown, told, csr_matrix((data, columns, offsets), shape=(len(ids), len(features))), features)


def _freeze(interactions: Interactions) -> Interactions:
    names = ("users", "items", "ratings", "times", "reviews")
    for array in (getattr(interactions, name) for name in names):
        if array is not None:
            array.flags.writeable = False
    return interactions
