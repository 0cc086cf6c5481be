"""Rows of lists, held-out items and training interactions as the answers and the context of a cell.

Questions are the users of the test. A user's list is all that was ranked for them: an item that it lacks is no
candidate, and never a hit. Equal scores are ordered by the hash that orders them everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.answers import Answers
from bench.background import Background
from bench.errors import BadData
from bench.integer_sets import among, distinct
from bench.memory import require
from bench.ragged import offsets
from bench.records import Context
from bench.scoring.orders import check_lists, check_ratings
from bench.scoring.pairs import Pairs, numbers
from bench.scoring.rows import Rows
from bench.topk import locate, top_k
from bench.types import HeldOut, Hidden, Ints, Query, frozen

ENTRY = 2 * (4 + 8)  # bytes of a place in the lists: item and score, as read and as ranked


@dataclass(frozen=True)
class Judged:
    """Lists ready to be measured; `complete`: each list holds every item that its user did not have in training."""

    answers: Answers
    context: Context
    facts: dict[str, int]  # what a reader should know about the files
    trained: bool
    complete: bool


def judge(lists: Rows, test: Rows, train: Rows | None = None) -> Judged:
    """The answers that `lists` give to the users of `test`.

    Raises BadData for an item twice in a list, ranks that are not 1, 2, 3 …, a held-out pair with two ratings, and
    lists of which no user is in the test, or no item in test or training.
    """
    sources = [test, train] if train else [test]
    users = numbers([rows.users for rows in sources], lists.users)
    items = numbers([rows.items for rows in sources], lists.items)
    listed, held = Pairs.of(lists, users, items), Pairs.of(test, users, items)
    check_lists(lists, listed)
    check_ratings(test, held)
    asked = distinct(held.users)  # (q,) user numbers
    asked_for = listed.take(among(listed.users, asked))
    if len(asked_for) == 0:
        raise BadData(f"{lists.path}: none of its users is in {test.path}; do both files use the same ids?")
    history = Pairs.of(train, users, items).distinct()
    answers = _answers(asked_for, lists.role, held.distinct(), asked)
    facts = _facts(answers, listed, asked_for, held, history)
    facts |= _strangers(lists, test, train)
    unseen = np.bincount(asked_for.users[~among(asked_for.keys, history.keys)], minlength=len(users))
    whole = unseen + np.bincount(history.users, minlength=len(users)) == len(items)
    return Judged(
        answers,
        _context(test, asked, list(users), tuple(items), history),
        facts,
        trained=train is not None,
        complete=train is not None and bool(whole[asked].all()),
    )


def _strangers(lists: Rows, test: Rows, train: Rows | None) -> dict[str, int]:
    """How many items of the lists the other files do not know. Ids of another kind would look like a value of 0."""
    items = set(lists.items)
    strange = items.difference(test.items, train.items if train else ())
    if train is None:
        lost = len(items) if strange == items else 0
        return {"items of lists, none of which is in the test: are the ids the same?": lost}
    if strange == items:
        raise BadData(f"{lists.path}: none of its items is in {train.path} or {test.path}; do they use the same ids?")
    return {"items of lists that are neither in training nor in the test": len(strange)}


def _answers(listed: Pairs, role: str, held: Pairs, asked: Ints) -> Answers:
    """Lists, ranks and ties, from the harness's own ranking."""
    listed = listed.take(np.argsort(listed.users, kind="stable"))
    owners = np.searchsorted(asked, listed.users)  # (n,) questions
    lengths = np.bincount(owners, minlength=len(asked))
    places = np.arange(len(listed)) - offsets(lengths)[owners]
    shape = (len(asked), int(lengths.max()))
    require(shape[0] * shape[1] * ENTRY, f"room for {shape[1]} items for each of {shape[0]} users")
    candidates, scores = np.full(shape, -1, np.int32), np.full(shape, np.nan)
    candidates[owners, places] = listed.items
    scores[owners, places] = 0 if listed.values is None else listed.values * (-1 if role == "rank" else 1)
    nothing = np.zeros(len(asked) + 1, np.int64)
    none = np.empty(0, np.int32)
    query = Query(asked.astype(np.int64), asked, nothing, none, None, None, listed.n_items, candidates)
    counts = np.bincount(np.searchsorted(asked, held.users), minlength=len(asked))
    ratings = None if held.values is None else held.values.astype(np.float32)
    held_out = HeldOut(query, frozen(offsets(counts)), held.items, ratings, hidden=Hidden(nothing, none))
    best = top_k(scores, query, shape[1], hide_seen=False)
    return Answers(best, held_out.offsets, held_out.items, ratings=ratings, **vars(locate(scores, held_out)))


def _context(test: Rows, asked: Ints, users: list[str], items: tuple[str, ...], history: Pairs) -> Context:
    background = _background(asked, len(users), history)
    return Context(
        dataset=test.path.name,
        split={"name": "files"},
        facts={},
        users=asked,
        user_ids=tuple(users[user] for user in asked.tolist()),
        item_ids=items,
        titles=items,
        popularity=np.bincount(history.items, minlength=len(items)),
        train_users=len(distinct(history.users)),
        scale=None,
        load=lambda: background,
    )


def _background(asked: Ints, n_users: int, history: Pairs) -> Background:
    """Training interactions and the histories of those who are asked; nothing is known of items."""
    own = history.items[among(history.users, asked)]  # `history` is sorted by user, as `asked` is
    lengths = np.bincount(history.users, minlength=n_users)[asked]
    return Background(history.users, history.items, offsets(lengths), own, quarters=None, features=None)


def _facts(answers: Answers, listed: Pairs, asked_for: Pairs, held: Pairs, history: Pairs) -> dict[str, int]:
    scores = answers.lists.scores
    equal = scores[:, 1:] == scores[:, :-1]  # (q, k − 1)
    tied = np.zeros(scores.shape, np.bool_)
    tied[:, 1:] |= equal
    tied[:, :-1] |= equal
    return {
        "users of the test": len(answers.candidates),
        "held-out items": len(answers.items),
        "shortest list": int(answers.candidates.min()),
        "longest list": scores.shape[1],
        "users without a list, who count as 0": int(np.sum(answers.candidates == 0)),
        "rows of lists left out, since their user is not in the test": len(listed) - len(asked_for),
        "rows of lists with an item that the user had in training, kept": int(
            among(asked_for.keys, history.keys).sum()
        ),
        "rows of lists with a score that another item of the list has too": int(tied.sum()),
        "rows of the test that repeat another, counted once": len(held) - len(answers.items),
        "held-out items that the user had in training": int(among(held.distinct().keys, history.keys).sum()),
    }
