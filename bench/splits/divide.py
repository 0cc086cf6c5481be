"""From a part for each interaction (training, validation, test) to a Split: questions, histories, held-out items."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.errors import Unsupported
from bench.records import canonical
from bench.types import Dataset, HeldOut, Interactions, Longs, Query, Split, frozen

TRAIN, VALIDATION, TEST = 0, 1, 2
Parts = NDArray[np.int8]


def divide(dataset: Dataset, name: str, params: dict[str, Any], parts: Parts) -> Split:
    """A split in which interaction i of the data set belongs to part parts[i]."""
    train, validation, test = (dataset.interactions.take(parts == part) for part in (TRAIN, VALIDATION, TEST))
    return assemble(dataset, name, params, train, validation, test, dataset.interactions.take(parts != TEST))


def assemble(
    dataset: Dataset,
    name: str,
    params: dict[str, Any],
    train: Interactions,
    validation: Interactions,
    test: Interactions,
    before_test: Interactions,
) -> Split:
    """A split of these parts; `before_test` is training and validation together, in the order of time.

    Each user with held-out items asks one question. The history of a validation question is the user's training part,
    that of a test question is in `before_test`. An item held out twice for one user counts once.
    """
    if not len(train) or not len(test):
        counts = f"{len(train)} training and {len(test)} test interactions"
        raise Unsupported(f"data set {dataset.name!r}, split {name!r}: {counts}; both parts need some")
    return Split(
        name,
        params,
        dataset,
        train,
        held_out(train, validation) if len(validation) else None,
        held_out(before_test, test),
        _fingerprint(dataset, name, params, (train, validation, test)),
    )


def held_out(history: Interactions, answers: Interactions) -> HeldOut:
    """One question for each user in `answers`, asked with what the user has in `history`."""
    pairs = answers.users.astype(np.int64) * answers.n_items + answers.items
    answers = answers.take(np.sort(np.unique(pairs, return_index=True)[1]))
    users, counts = np.unique(answers.users, return_counts=True)
    lengths = np.diff(history.offsets)[users]
    rows = ranges(history.offsets[users], lengths)
    query = Query(
        keys=frozen(users.astype(np.int64)),
        users=frozen(users.astype(np.int32)),
        offsets=frozen(offsets(lengths)),
        items=frozen(history.items[rows]),
        ratings=None if history.ratings is None else frozen(history.ratings[rows]),
        times=None if history.times is None else frozen(history.times[rows]),
        n_items=history.n_items,
    )
    return HeldOut(query, frozen(offsets(counts)), frozen(answers.items), answers.ratings)


def offsets(lengths: NDArray[Any]) -> Longs:
    """(b + 1,) running totals of (b,) lengths."""
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)


def ranges(starts: Longs, lengths: Longs) -> Longs:
    """All positions start … start + length − 1, range after range."""
    ends = np.cumsum(lengths)
    return np.asarray(np.arange(ends[-1] if len(ends) else 0) + np.repeat(starts - (ends - lengths), lengths))


def places(interactions: Interactions) -> tuple[Longs, Longs]:
    """For each interaction its place in the user's history, from 0, and how long that history is."""
    lengths = np.diff(interactions.offsets)
    total = np.repeat(lengths, lengths)
    return np.arange(len(interactions)) - np.repeat(interactions.offsets[:-1], lengths), total


def shares(total: Longs, test: float, validation: float) -> tuple[Longs, Longs]:
    """How many of `total` interactions of a user go to test and to validation.

    ⌊total · share⌋ each, at least one, but never so many that no training interaction is left: a user with one
    interaction only trains, a user with two has nothing in validation.
    """
    tests = np.where(total > 1, np.maximum(1, np.floor(total * test + 1e-9)), 0).astype(np.int64)
    most = np.maximum(1, np.floor(total * validation + 1e-9)) if validation > 0 else np.zeros(len(total))
    return tests, np.clip(most, 0, np.maximum(total - tests - 1, 0)).astype(np.int64)


def _fingerprint(dataset: Dataset, name: str, params: dict[str, Any], parts: tuple[Interactions, ...]) -> str:
    total = hashlib.sha256(canonical([dataset.fingerprint, name, params, [len(part) for part in parts]]).encode())
    for part in parts:
        for array in (part.users, part.items, part.ratings, part.times):
            total.update(b"-" if array is None else np.ascontiguousarray(array).tobytes())
    return total.hexdigest()
