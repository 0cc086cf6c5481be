"""One question for each user with held-out items, asked with the history that the protocol leaves them."""

from __future__ import annotations

import numpy as np

from bench.ragged import offsets, ranges
from bench.types import HeldOut, Interactions, Ints, Longs, Query, frozen


def held_out(history: Interactions, answers: Interactions, learnt: Interactions | None = None) -> HeldOut:
    """One question for each user in `answers`, asked with what the user has in `history`.

    A user without an interaction in `learnt` (None: in `history`) is one whom training does not know: -1 in the query.
    An item that answers a question twice counts once.
    """
    answers = _distinct(answers)
    counts = np.diff(answers.offsets)
    people = np.flatnonzero(counts)
    known = np.diff((history if learnt is None else learnt).offsets)[people] > 0
    lengths, rows = of_users(history, people)
    query = Query(
        keys=frozen(people),
        users=frozen(np.where(known, people, -1).astype(np.int32)),
        offsets=frozen(offsets(lengths)),
        items=frozen(history.items[rows]),
        ratings=None if history.ratings is None else frozen(history.ratings[rows]),
        times=None if history.times is None else frozen(history.times[rows]),
        n_items=history.n_items,
        reviews=None if history.reviews is None else frozen(history.reviews[rows]),
    )
    return HeldOut(
        query,
        frozen(offsets(counts[people])),
        frozen(answers.items),
        answers.ratings,
        answers.times,
        frozen(people.astype(np.int32)),
    )


def _distinct(answers: Interactions) -> Interactions:
    """The first of the interactions with the same user and item."""
    pairs = answers.users.astype(np.int64) * answers.n_items + answers.items
    first = np.unique(pairs, return_index=True)[1]
    return answers if len(first) == len(pairs) else answers.take(np.sort(first))


def of_users(interactions: Interactions, people: Ints | Longs) -> tuple[Longs, Longs | slice]:
    """How many interactions each of the ascending `people` has, and where they are, person after person."""
    lengths = np.diff(interactions.offsets)[people]
    if lengths.sum() == len(interactions):
        return lengths, slice(None)  # everybody's: nothing needs to be copied
    return lengths, ranges(interactions.offsets[people], lengths)
