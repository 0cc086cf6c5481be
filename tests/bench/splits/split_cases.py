"""Rows for split tests, and what a split holds in plain Python."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from bench.datasets.build import build
from bench.types import Dataset, HeldOut, Interactions, Split

Row = tuple[str, str, int]  # user, item, time


def dataset(rows: Sequence[Row], *, times: bool = True, **options: Any) -> Dataset:
    """A data set of rows, with or without their times; every rating is 1 plus the last digit of the time, halved."""
    users, items, when = ([row[i] for row in rows] for i in range(3))
    ratings = [1.0 + (time % 9) / 2 for time in when]
    return build("made-up", users, items, ratings=ratings, times=when if times else None, **options)


def history(user: str, length: int) -> list[Row]:
    """`length` items i01, i02 … of one user, in this order of time."""
    return [(user, f"i{place:02}", 100 + place) for place in range(1, length + 1)]


def items_of(split: Split, part: Interactions | HeldOut | None, user: str) -> list[str]:
    """The items of a user in one part, in the order in which they lie there."""
    ids, number = split.dataset.items.ids, split.dataset.users.ids.index(user)
    if part is None:
        return []
    if isinstance(part, Interactions):
        return [ids[i] for i in part.items[part.users == number]]
    return [ids[i] for row in rows_of(part, number) for i in part.items[part.offsets[row] : part.offsets[row + 1]]]


def asked_with(split: Split, part: HeldOut, user: str) -> list[str]:
    """The history with which the question of a user is asked."""
    number, query = split.dataset.users.ids.index(user), part.query
    rows = rows_of(part, number)
    return [split.dataset.items.ids[i] for r in rows for i in query.items[query.offsets[r] : query.offsets[r + 1]]]


def rows_of(part: HeldOut, user: int) -> Iterable[int]:
    """The questions of a user."""
    return [row for row, asker in enumerate(part.askers.tolist()) if asker == user]


def pairs(part: Interactions | HeldOut | None) -> list[tuple[int, int]]:
    """(user, item) of everything in a part."""
    if part is None:
        return []
    users = part.users if isinstance(part, Interactions) else part.askers[part.rows]
    return list(zip(users.tolist(), part.items.tolist(), strict=True))


def letters(split: Split, user: str) -> str:
    """What became of a user's interactions, in their order: t(rain), v(alidation), T(est), h(istory only), -."""
    number, ids = split.dataset.users.ids.index(user), split.dataset.items.ids
    found = dict.fromkeys((pair for pair in pairs(split.dataset.interactions) if pair[0] == number), "-")
    for part in (split.validation, split.test):
        if part is not None:
            found |= {(number, ids.index(name)): "h" for name in asked_with(split, part, user)}
    for letter, piece in (("t", split.train), ("v", split.validation), ("T", split.test)):
        found |= {(number, ids.index(name)): letter for name in items_of(split, piece, user)}
    return "".join(found.values())
