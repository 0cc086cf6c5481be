"""Whether lists are lists (no item twice, ranks 1, 2, 3 … without gaps) and held-out items have one rating."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bench.scoring.pairs import Pairs
from bench.scoring.rows import Rows


def check_lists(rows: Rows, pairs: Pairs) -> None:
    """Raises BadData for an item twice in a list, and for ranks of a user that are not 1, 2, 3 …"""
    order = np.argsort(pairs.keys, kind="stable")
    again = np.flatnonzero(np.diff(pairs.keys[order]) == 0)
    if len(again):
        place = again[np.argmin(order[again + 1])]
        first, second = int(order[place]), int(order[place + 1])
        what = f"item {rows.items[second][:40]!r} stands twice in the list of {_user(rows, second)}"
        raise rows.bad(second, f"{what}; first in {rows.place(first)}")
    if rows.role == "rank" and rows.values is not None:
        _check_ranks(rows, pairs, rows.values)


def check_ratings(rows: Rows, pairs: Pairs) -> None:
    """Raises BadData for a held-out pair with two different ratings."""
    if rows.values is None:
        return
    order = np.argsort(pairs.keys, kind="stable")
    other = (np.diff(pairs.keys[order]) == 0) & (np.diff(rows.values[order]) != 0)
    if other.any():
        first, second = (int(row) for row in order[np.argmax(other) :][:2])
        what = f"{_user(rows, second)} and item {rows.items[second][:40]!r} have the ratings"
        both = f"{rows.values[first]:g} ({rows.place(first)}) and {rows.values[second]:g}"
        raise rows.bad(second, f"{what} {both}")


def _check_ranks(rows: Rows, pairs: Pairs, values: NDArray[np.float64]) -> None:
    order = np.lexsort((values, pairs.users))
    starts = np.flatnonzero(np.diff(pairs.users[order], prepend=-1) != 0)
    places = np.arange(len(order)) - np.repeat(starts, np.diff(starts, append=len(order)))
    wrong = np.flatnonzero(values[order] != places + 1)
    if not len(wrong):
        return
    row, before = int(order[wrong[0]]), int(order[wrong[0] - 1])
    rank, previous = values[row], values[before]
    if rank != np.floor(rank):
        problem = f"the rank {rank:g} is not a whole number"
    elif places[wrong[0]] == 0:
        problem = f"the best rank of {_user(rows, row)} is {rank:g}; ranks count from 1"
    elif rank == previous:
        problem = f"{_user(rows, row)} has the rank {rank:g} twice; first in {rows.place(before)}"
    else:
        problem = f"{_user(rows, row)} has the ranks {previous:g} and {rank:g}, but none between; ranks have no gaps"
    raise rows.bad(row, problem)


def _user(rows: Rows, row: int) -> str:
    return f"user {rows.users[row][:40]!r}"
