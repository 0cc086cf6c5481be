"""The data on which algorithms are examined: small, with every kind of side data, and with known answers.

An exam hands out its data as the harness does: training data as read-only maps of files, questions as read-only arrays.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench import handover
from bench.datasets import catalogue
from bench.datasets.build import build
from bench.splits import catalogue as splits
from bench.types import Dataset, HeldOut, Split, Training

DAY = 86_400  # seconds
SPLIT = {"name": "user-time", "test": 0.2, "validation": 0.1}


def _folder() -> TemporaryDirectory[str]:
    return TemporaryDirectory(prefix="conformance-")


@dataclass(frozen=True, eq=False)  # two exams are the same only if they are one
class Exam:
    """A divided data set. Every call hands out arrays of its own, so no algorithm can spoil them for another."""

    split: Split
    _files: TemporaryDirectory[str] = field(default_factory=_folder)

    def training(self) -> Training:
        """What may be learnt from, mapped read-only."""
        folder = Path(self._files.name)
        if not (folder / "about.json").exists():
            handover.write_training(self.split, folder)
        return handover.read_training(folder)

    def held_out(self) -> HeldOut:
        """The test questions and their answers."""
        return handover.unpack(*self._packed)

    @cached_property
    def _packed(self) -> tuple[bytes, Training]:
        return handover.pack(self.split.test), self.training()


@cache
def town(users: int = 40, items: int = 50, shuffle: int | None = None) -> Exam:
    """People of two groups who prefer the films of their group and rate them higher; one film nobody has seen.

    `shuffle` permutes the rows before the data set is built; some of the times are equal.
    """
    rng = np.random.default_rng(users)
    who, what = np.indices((users, items - 1)).reshape(2, -1)
    alike = who % 2 == what % 2
    liking = rng.normal(size=users)[who] / 2 + rng.normal(size=items)[what] / 2 + alike
    met = rng.random(len(who)) < np.where(alike, 0.45, 0.15)
    stars = np.clip(np.rint(2 * (2.5 + liking + rng.normal(size=len(who)) / 2)) / 2, 0.5, 5)
    times = DAY * rng.integers(0, 30, len(who))
    rows = np.flatnonzero(met)
    if shuffle is not None:
        rows = np.random.default_rng(shuffle).permutation(rows)
    return Exam(splits.make(built("town", who[rows], what[rows], stars[rows], times[rows], users, items), SPLIT))


@cache
def board(users: int = 100, items: int = 100, new: int = 4) -> Exam:
    """The checker-board: even people have even items only, odd people odd ones; ratings and times say nothing.

    Each has four fifths of what is theirs; the last `new` items have side data and no interactions. There is no
    validation part: on so little data its noise would end the training of a model that stops early.
    """
    rng = np.random.default_rng(0)
    who, what = np.indices((users, items - new)).reshape(2, -1)
    met = (who % 2 == what % 2) & (rng.random(len(who)) < 0.8)
    who, what = who[met], what[met]
    stars, times = rng.integers(6, 11, len(who)) / 2, DAY * rng.integers(0, 1000, len(who))
    return Exam(splits.make(built("board", who, what, stars, times, users, items), {**SPLIT, "validation": 0}))


def built(
    name: str,
    who: NDArray[Any],
    what: NDArray[Any],
    stars: NDArray[Any] | None,
    times: NDArray[Any],
    users: int,
    items: int,
    *,
    scale: tuple[float, float] | None = (0.5, 5),
    described: int = 1,
) -> Dataset:
    """A data set whose sides tell the group (even or odd) of each user and each item; ids sort as numbers do.

    Only one item and one user in `described` have features, and so has only that item a text.
    """
    user_ids, item_ids = [f"u{n:04d}" for n in range(users)], [f"i{n:04d}" for n in range(items)]
    groups = ("even", "odd")
    words = ("a quiet story of mountains and snow", "a loud race of engines and fire")
    return build(
        name,
        [user_ids[n] for n in who.tolist()],
        [item_ids[n] for n in what.tolist()],
        ratings=stars,
        times=times,
        scale=scale,
        titles={item: f"Film {n}" for n, item in enumerate(item_ids)},
        texts={item: f"Film {n}: {words[n % 2]}" for n, item in enumerate(item_ids) if n % described == 0},
        item_features={item: [groups[n % 2]] for n, item in enumerate(item_ids) if n % described == 0},
        user_features={user: [groups[n % 2]] for n, user in enumerate(user_ids) if n % described == 0},
    )


@cache
def films(users: int = 200, items: int = 600) -> Exam:
    """Of `movielens-small` the users with most ratings and the films with most ratings of theirs."""
    whole = catalogue.load("movielens-small")
    data = whole.interactions
    kept_users = _most(np.bincount(data.users, minlength=data.n_users), users)
    data = data.take(np.isin(data.users, kept_users))
    data = data.take(np.isin(data.items, _most(np.bincount(data.items, minlength=data.n_items), items)))
    used = {whole.items.ids[item]: item for item in np.unique(data.items).tolist()}
    titles, texts, features = whole.items.titles or whole.items.ids, whole.items.texts, whole.items.features
    names = np.array(whole.items.feature_names)
    dataset = build(
        "films",
        [whole.users.ids[user] for user in data.users.tolist()],
        [whole.items.ids[item] for item in data.items.tolist()],
        ratings=data.ratings,
        times=data.times,
        scale=data.scale,
        titles={name: titles[item] for name, item in used.items()},
        texts=None if texts is None else {name: texts[item] for name, item in used.items()},
        item_features=None
        if features is None
        else {name: names[features[item].indices].tolist() for name, item in used.items()},
    )
    return Exam(splits.make(dataset, SPLIT))


def _most(counts: NDArray[Any], n: int) -> NDArray[Any]:
    return np.argsort(-counts, kind="stable")[:n]
