"""The question of one user: the one that the benchmark asked, or one like it for those whom it did not ask."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.errors import BadConfig, did_you_mean
from bench.handover import with_features
from bench.types import HeldOut, Hidden, Longs, Query, Split, frozen

_FEW = 20_000  # ids: with more of them no near name is looked for


class Unknown(BadConfig):
    """There is no user or item of that id."""


class People:
    """Everybody in the data set of a split, and newcomers with a history of their own.

    A question is a HeldOut of one row without answers. Its history is that of the benchmark's own question, with the
    validation part if the split gives it; who was not asked has what is learnt from and the validation part. Its key,
    which decides ties, is the benchmark's own. The whole catalogue is ranked, whatever candidates the benchmark had.
    Users are named by what `call` makes of their ids.
    """

    def __init__(self, split: Split, call: Callable[[str], str] = str) -> None:
        self._split = split
        self._users, self.items = split.dataset.users, split.dataset.items
        self._numbers = {call(user): number for number, user in enumerate(self._users.ids)}
        self._items = {item: number for number, item in enumerate(self.items.ids)}
        test = with_features(split.test, self._users)
        self._test = replace(test, query=replace(test.query, candidates=None))
        self._rows = {user: row for row, user in enumerate(test.askers.tolist())}

    def __len__(self) -> int:
        return len(self._users)

    def known(self, user: str) -> HeldOut:
        """The question of a user of the data set. Raises Unknown where there is none."""
        number = self._numbers.get(user)
        if number is None:
            raise Unknown(f"unknown user {_short(user)}")  # no near name: it would be that of somebody else
        if number in self._rows:
            row = self._rows[number]
            return without_answers(self._test.slice(row, row + 1))
        return self._unasked(number)

    def newcomer(self, history: Sequence[str], ratings: Sequence[float] | None = None) -> HeldOut:
        """The question of somebody who is new, with a history of item ids, oldest first.

        An item that comes twice counts where it came last. Where the data set has ratings and none are given, all are
        the mean rating of training; where it has times, all are the last time of training. Raises Unknown for an
        item that is not there, BadConfig for ratings that are not one finite number for each item.
        """
        if ratings is not None and len(ratings) != len(history):
            raise BadConfig(f"{len(ratings)} ratings for {len(history)} items of the history; give one for each")
        if ratings is not None and not np.isfinite(np.asarray(ratings, np.float32)).all():
            raise BadConfig("ratings are finite numbers")
        learnt = self._split.learnt
        given = dict.fromkeys(map(self.item, history), 0.0)
        numbers = [self.item(item) for item in history]
        last = {number: place for place, number in enumerate(numbers)}
        items = np.array(sorted(given, key=last.__getitem__), np.int32)
        stars = None
        if learnt.ratings is not None:
            mean = float(learnt.ratings.mean(dtype=np.float64))
            stars = np.array([mean if ratings is None else ratings[last[item]] for item in items.tolist()], np.float32)
        times = None if learnt.times is None else np.full(len(items), learnt.times.max(), np.int64)
        return self._question(len(self._users), -1, items, stars, times, None)

    def nobody(self) -> HeldOut:
        """The question of somebody of whom nothing is known."""
        return self.newcomer([])

    def item(self, item: str) -> int:
        """The number of an item. Raises Unknown, with the nearest one, for an id that is not there."""
        if item not in self._items:
            raise Unknown(f"unknown item {_short(item)}{_near(item, self.items.ids)}")
        return self._items[item]

    def _unasked(self, number: int) -> HeldOut:
        """The question of somebody whom the benchmark does not ask; reviews of a validation part are not in it."""
        learnt, validation = self._split.learnt, self._split.validation
        mine = _row(learnt.offsets, number)
        cut = (_cut(column, mine) for column in (learnt.ratings, learnt.times, learnt.reviews))
        parts = [(learnt.items[mine], *cut)]
        rows = [] if validation is None else np.flatnonzero(validation.askers == number).tolist()
        if validation is not None and rows:
            held = _row(validation.offsets, rows[0])
            later = validation.items[held]
            reviews = None if learnt.reviews is None else np.full(len(later), "", object)
            parts.append((later, _cut(validation.ratings, held), _cut(validation.times, held), reviews))
        seen = np.concatenate([items for items, *_ in parts])
        if not len(seen):
            raise Unknown(f"nothing is known of this user in split {self._split.name!r}")
        if self._split.params.get("history") == "train":
            parts = parts[:1]
        items, ratings, times, reviews = (_joined(list(column)) for column in zip(*parts, strict=True))
        asks = number if mine.stop > mine.start else -1
        question = self._question(number, asks, items, ratings, times, seen, reviews)
        return with_features(replace(question, people=np.array([number], np.int32)), self._users)

    def _question(
        self,
        key: int,
        user: int,
        items: NDArray[Any],
        ratings: NDArray[Any] | None,
        times: NDArray[Any] | None,
        seen: NDArray[Any] | None,
        reviews: NDArray[Any] | None = None,
    ) -> HeldOut:
        query = Query(
            keys=frozen(np.array([key], np.int64)),
            users=frozen(np.array([user], np.int32)),
            offsets=frozen(np.array([0, len(items)], np.int64)),
            items=frozen(items),
            ratings=None if ratings is None else frozen(ratings),
            times=None if times is None else frozen(times),
            n_items=len(self.items),
            reviews=None if reviews is None else frozen(reviews),
        )
        hidden = items if seen is None else seen
        if not self._split.params.get("hide_seen", True):
            hidden = np.empty(0, np.int32)
        asked = HeldOut(query, np.zeros(2, np.int64), np.empty(0, np.int32), None)
        asked = replace(asked, hidden=Hidden(np.array([0, len(hidden)], np.int64), hidden))
        return with_features(asked, self._users)


def without_answers(question: HeldOut) -> HeldOut:
    """The same question, with nothing that is held out."""
    nothing = np.zeros(len(question) + 1, np.int64)
    return replace(question, offsets=nothing, items=np.empty(0, np.int32), ratings=None, times=None)


def _row(offsets: Longs, row: int) -> slice:
    return slice(int(offsets[row]), int(offsets[row + 1]))


def _cut(array: NDArray[Any] | None, part: slice) -> NDArray[Any] | None:
    return None if array is None else array[part]


def _joined(arrays: list[NDArray[Any] | None]) -> Any:
    found = [array for array in arrays if array is not None]
    return np.concatenate(found) if len(found) == len(arrays) else None


def _near(name: str, known: Sequence[str]) -> str:
    return did_you_mean(name, known) if len(known) <= _FEW and len(name) <= 100 else ""


def _short(name: str) -> str:
    return repr(name if len(name) <= 100 else f"{name[:100]}…")
