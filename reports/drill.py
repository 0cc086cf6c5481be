"""A sample of users to look at: what they had, what was held out, and what each algorithm listed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from bench.background import Background
from bench.records import Context
from bench.types import Ints, Longs
from reports.escape import clean
from reports.model import Group

USERS, HISTORY, SEED = 50, 30, 0


@dataclass(frozen=True)
class Drill:
    """What the page holds of one split, or the reason why it holds nothing."""

    title: str
    data: str = ""  # JSON: "users", each a `User`; "lists" by algorithm; "titles" of items
    labels: tuple[str, ...] = ()
    users: int = 0
    reason: str = ""


class User(NamedTuple):
    """Who asked a question, items of the history, how many more it has, and what was held out."""

    name: str
    history: list[int]
    more: int
    held: list[int]


def of_group(group: Group) -> Drill:
    """A seeded sample of `USERS` users and the lists of every algorithm with numbers."""
    context = group.context
    rows = [row for row in group.complete if row.lists is not None]
    if context is None or group.held is None or context.background is None or not rows:
        return Drill(group.title, reason="there are no lists to look at")
    if not context.facts.get("notes", {}).get("shareable"):
        return Drill(group.title, reason="its licence does not say that parts of the data may be passed on in a page")
    questions = _sample(np.unique(context.users, return_index=True)[1])
    lists = {row.label: _lists(row.lists[questions].tolist()) for row in rows if row.lists is not None}
    users = [_user(context, context.background, group.held, question) for question in questions.tolist()]
    items = {item for user in users for item in (*user.history, *user.held)}
    items |= {item for found in lists.values() for each in found for item in each}
    titles = {item: clean(context.titles[item]) for item in sorted(items)}
    data = json.dumps(
        {"users": [user._asdict() for user in users], "lists": lists, "titles": titles}, ensure_ascii=False
    )
    return Drill(group.title, data, tuple(row.label for row in rows), len(users))


def _sample(first: Longs) -> Longs:
    """At most `USERS` of the first questions of all users, in their order."""
    drawn = np.random.default_rng(SEED).permutation(len(first))[:USERS]
    return np.sort(first[drawn])


def _lists(found: Sequence[Sequence[int]]) -> list[list[int]]:
    return [[item for item in each if item >= 0] for each in found]


def _user(context: Context, background: Background, held: tuple[Longs, Ints], question: int) -> User:
    """Of the history the best known items."""
    offsets, items = held
    history = background.history[background.offsets[question] : background.offsets[question + 1]]
    known = history[np.argsort(-context.popularity[history], kind="stable")].tolist()
    return User(
        clean(context.user_ids[question]),
        known[:HISTORY],
        max(0, len(known) - HISTORY),
        items[offsets[question] : offsets[question + 1]].tolist(),
    )
