"""Parts of the same answers: some questions only, or some held-out items only.

    activity          questions, by how many different items their history has: quarters, at the bounds shown
    item popularity   held-out items: head, middle, tail; see `_popularity`
    warm or cold      held-out items that somebody, or nobody, had in training
    known or new      questions of users with, or without, training interactions
    time              questions, by the quarter of the test in which they are asked

The parts of one criterion share out all questions, or all held-out items; what an older store does not know is left
out. A part of the held-out items leaves lists and ranks as they are: list metrics do not change, and n becomes smaller.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.answers import Answers
from bench.ragged import offsets
from bench.records import Context
from bench.types import Bools, Longs, TopK

QUARTERS = 4
FAMILIARITY = ("head", "middle", "tail")


@dataclass(frozen=True)
class Slice:
    """One part by one criterion; q questions and m held-out items, of which only those in both masks count."""

    by: str  # "activity"
    name: str  # "12 to 30 items"
    questions: Bools  # (q,)
    held: Bools  # (m,)


def slices(context: Context, answers: Answers) -> list[Slice]:
    """Every part that is not empty, criterion by criterion."""
    criteria: dict[str, Callable[[Context, Answers], Iterator[tuple[str, Bools, Bools]]]] = {
        "activity": _activity,
        "item popularity": _popularity,
        "warm or cold": _warmth,
        "known or new": _acquaintance,
        "time": _time,
    }
    return [Slice(by, *part) for by, parts in criteria.items() for part in parts(context, answers)]


def restricted(answers: Answers, context: Context, part: Slice) -> tuple[Answers, Context]:
    """Answers and context of one part, for `measure`; ranks are still those among all candidates."""
    owners = _owners(answers)
    rows, held = np.flatnonzero(part.questions), np.flatnonzero(part.held & part.questions[owners])
    counts = np.bincount(owners[held], minlength=len(part.questions))[rows]

    def taken(values: NDArray[Any] | None) -> Any:
        return None if values is None else values[held]

    fewer = Answers(
        lists=TopK(answers.lists.items[rows], answers.lists.scores[rows]),
        offsets=offsets(counts),
        items=taken(answers.items),
        better=taken(answers.better),
        tied=taken(answers.tied),
        position=taken(answers.position),
        candidates=answers.candidates[rows],
        unscored=answers.unscored[rows],
        ratings=taken(answers.ratings),
        predictions=taken(answers.predictions),
        refused=answers.refused,
    )
    if len(rows) == len(part.questions):
        return fewer, context
    whole = context.background
    names = tuple(context.user_ids[row] for row in rows)
    background = None if whole is None else whole.of_questions(rows)
    return fewer, replace(context, users=context.users[rows], user_ids=names, load=lambda: background)


def _owners(answers: Answers) -> Longs:
    return np.repeat(np.arange(len(answers.candidates)), np.diff(answers.offsets))


def _of_questions(answers: Answers, group: NDArray[Any], names: list[str]) -> Iterator[tuple[str, Bools, Bools]]:
    """A part for each name that has any question; `group` (q,) says to which one a question belongs."""
    owners = _owners(answers)
    for number, name in enumerate(names):
        if (group == number).any():
            yield name, group == number, (group == number)[owners]


def _of_items(answers: Answers, group: NDArray[Any], names: list[str]) -> Iterator[tuple[str, Bools, Bools]]:
    """A part for each name that has any held-out item; `group` (n,) says to which one an item belongs."""
    for number, name in enumerate(names):
        if (group[answers.items] == number).any():
            yield name, np.ones(len(answers.candidates), np.bool_), group[answers.items] == number


def _activity(context: Context, answers: Answers) -> Iterator[tuple[str, Bools, Bools]]:
    """Quarters of the questions by the length of their history; equal lengths are never divided."""
    if context.background is None or not len(answers.candidates):
        return
    lengths = context.background.lengths
    starts = np.unique(np.sort(lengths)[np.arange(QUARTERS) * len(lengths) // QUARTERS])
    group = np.searchsorted(starts, lengths, side="right") - 1
    bounds = [(int(lengths[group == g].min()), int(lengths[group == g].max())) for g in range(len(starts))]
    names = [f"{low} to {high} items" if low < high else f"{low} item{'s' * (low != 1)}" for low, high in bounds]
    yield from _of_questions(answers, group, names)


def _popularity(context: Context, answers: Answers) -> Iterator[tuple[str, Bools, Bools]]:
    """Head, middle, tail: the most popular items down to a third and to two thirds of the training interactions.

    An item belongs to the head if all that are more popular have less than a third of the interactions together, to
    the middle if they have less than two thirds; so equally popular items are never divided.
    """
    counts = context.popularity
    if not counts.sum():
        return
    ordered = np.sort(counts)[::-1]
    before = np.concatenate([[0], np.cumsum(ordered)])[np.searchsorted(-ordered, -counts)]  # of more popular items
    group = np.minimum(len(FAMILIARITY) * before // counts.sum(), len(FAMILIARITY) - 1)
    yield from _of_items(answers, group, list(FAMILIARITY))


def _warmth(context: Context, answers: Answers) -> Iterator[tuple[str, Bools, Bools]]:
    if len(context.popularity):
        yield from _of_items(answers, context.popularity == 0, ["warm items", "cold items"])


def _acquaintance(context: Context, answers: Answers) -> Iterator[tuple[str, Bools, Bools]]:
    if context.background is not None:
        known = np.isin(context.users, context.background.users)
        yield from _of_questions(answers, ~known, ["known users", "new users"])


def _time(context: Context, answers: Answers) -> Iterator[tuple[str, Bools, Bools]]:
    if context.background is None or context.background.quarters is None:
        return
    starts, group = np.unique(context.background.quarters, return_inverse=True)
    moments = np.datetime_as_string(starts.astype("datetime64[s]")).tolist()  # any year, should the unit be a wrong one
    days = [f"from {moment.partition('T')[0]}" for moment in moments]
    exact = [f"from {moment.replace('T', ' ')}" for moment in moments]
    yield from _of_questions(answers, group, days if len(set(days)) == len(days) else exact)
