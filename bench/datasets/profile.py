"""The facts of a data set that its readers should know: size, activity, long tail, times, ratings, what is odd."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.datasets.suspicious import suspicions
from bench.types import Dataset, Floats, Ints, Longs

HEADS = {"top 1 % of items": 0.01, "top 10 % of items": 0.1}
MANY_RATINGS = 20  # more distinct ratings than this are counted in ranges
DAY = 86_400  # seconds
RESOLUTIONS = {"days": DAY, "hours": 3600, "minutes": 60}


@dataclass(frozen=True)
class Profile:
    """What pictures are drawn from, and `facts` in words and numbers that JSON can hold."""

    name: str
    per_user: Longs  # (n_users,) interactions of each user
    per_item: Longs  # (n_items,) interactions of each item of the catalogue
    ratings: tuple[Floats, Longs] | None  # (v,) values, or (v + 1,) edges of ranges; (v,) how many
    times: Longs | None  # (n,) seconds since 1970
    facts: dict[str, Any]


def profile(dataset: Dataset) -> Profile:
    """The profile of a data set; costs a few passes over the interactions and sorts them twice."""
    interactions = dataset.interactions
    per_user = np.bincount(interactions.users, minlength=interactions.n_users)
    per_item = np.bincount(interactions.items, minlength=interactions.n_items)
    ratings = None if interactions.ratings is None else histogram(interactions.ratings)
    facts: dict[str, Any] = {
        "density": len(interactions) / (interactions.n_users * interactions.n_items),
        "sparsity": 1 - len(interactions) / (interactions.n_users * interactions.n_items),
        "interactions per user": activity(per_user),
        "interactions per item": activity(per_item),
        "long tail": {f"share of the {words}": head_share(per_item, part) for words, part in HEADS.items()},
        "rating histogram": None if ratings is None else _named(*ratings),
        "time": None if interactions.times is None else _times(interactions.users, interactions.times),
        "duplicates": dataset.notes.get("duplicates"),
        "items without title": _without(dataset.items.titles, dataset.items.ids),
        "items without text": _without(dataset.items.texts, dataset.items.titles or dataset.items.ids),
        "rows skipped": dataset.notes.get("rows skipped", 0),
        "warnings": dataset.notes.get("warnings", []),
        "suspicious": suspicions(dataset),
    }
    return Profile(dataset.name, per_user, per_item, ratings, interactions.times, facts)


def activity(counts: Longs) -> dict[str, Any]:
    """How unevenly `counts` (n,) are spread; `with one` and `with none` are numbers of users or items."""
    return {
        "min": int(counts.min()),
        "median": float(np.median(counts)),
        "mean": float(counts.mean()),
        "max": int(counts.max()),
        "gini": gini(counts),
        "with one": int((counts == 1).sum()),
        "with none": int((counts == 0).sum()),
    }


def gini(counts: Longs) -> float:
    """The Gini coefficient Σ_i (2i − n − 1) x_i / (n Σ_i x_i) of n counts x in ascending order, i from 1 to n.

    It is 0 where all are equal and 1 − 1/n where one has everything (Gini 1912, in the form of Sen 1973).
    """
    n = len(counts)
    weights = 2.0 * np.arange(1, n + 1) - n - 1
    return float(weights @ np.sort(counts) / (n * counts.sum()))


def head_share(counts: Longs, part: float) -> float:
    """The share of all interactions that belongs to the most popular `part` of the items, rounded up to whole items."""
    head = np.sort(counts)[::-1][: int(np.ceil(part * len(counts)))]
    return float(head.sum() / counts.sum())


def histogram(ratings: Floats) -> tuple[Floats, Longs]:
    """The distinct ratings and how often each occurs; many of them in ranges of equal width, by their edges."""
    values, counts = np.unique(ratings, return_counts=True)
    if len(values) <= MANY_RATINGS:
        return values, counts
    counts, edges = np.histogram(ratings.astype(np.float64), bins=MANY_RATINGS)
    return edges, counts


def _named(values: Floats, counts: Longs) -> dict[str, int]:
    if len(values) == len(counts):
        names = [f"{value:g}" for value in values]
    else:
        names = [f"{low:g} to {high:g}" for low, high in pairwise(values)]
    return dict(zip(names, counts.tolist(), strict=True))


def _times(users: Ints, each: Longs) -> dict[str, Any]:
    """`each` (n,) is sorted within a user."""
    times = np.sort(each)
    gaps = np.diff(times)
    longest = int(gaps.argmax()) if len(gaps) else 0
    gap = {"days": float(gaps[longest] / DAY), "after": moment(times[longest])} if len(gaps) else None
    return {
        "first": moment(times[0]),
        "last": moment(times[-1]),
        "days": float((times[-1] - times[0]) / DAY),
        "longest gap": gap,
        "resolution": resolution(times),
        "share of equal times within a user": _tied(users, each),
    }


def moment(seconds: int) -> str:
    """ISO 8601 in UTC; the number itself outside the years 1 to 9999."""
    try:
        return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return str(seconds)


def resolution(times: NDArray[np.int64]) -> str:
    """`days`, `hours`, `minutes` or `seconds`: the coarsest unit of which all times are whole multiples."""
    return next((unit for unit, length in RESOLUTIONS.items() if not (times % length).any()), "seconds")


def _tied(users: Ints, times: Longs) -> float:
    """The share of interactions that share their time with another of the same user."""
    with_next = np.append((users[1:] == users[:-1]) & (times[1:] == times[:-1]), False)
    tied = with_next.copy()
    tied[1:] |= with_next[:-1]
    return float(tied.mean())


def _without(texts: tuple[str, ...] | None, stand_ins: tuple[str, ...]) -> int:
    """How many have no text of their own: none at all, or what stands in for it."""
    if texts is None:
        return len(stand_ins)
    return sum(not text or text == stand_in for text, stand_in in zip(texts, stand_ins, strict=True))
