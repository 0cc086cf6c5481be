"""All pairs of algorithms: for how many users one is better, and how alike their lists are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from scipy.sparse import csr_matrix, vstack

from bench.types import Floats, Ints
from reports.columns import of_metric
from reports.figures import tiles
from reports.figures.tiles import Tiles
from reports.model import LISTED, Group, Row
from reports.statistics.bootstrap import mean, sums_of

WON, BALANCE = "share of users better off with the row", "PuOr"
SHARED = "share of items in common"
MOST = 60  # algorithms; of more the best, since pairs grow with the square


@dataclass(frozen=True)
class Pairs:
    """Two shares of each pair of algorithms, the same one twice where there is but one."""

    rows: tuple[Row, ...]
    values: Floats  # (k, k)
    others: Floats  # (k, k)


def wins(group: Group) -> Pairs:
    """Shares of users better off with the first of each pair; who is as well off with both counts half for each."""
    rows = tuple(row for row in group.complete if row.parts)[:MOST]
    if group.context is None or len(rows) < 2:
        return Pairs((), np.zeros((0, 0)), np.zeros((0, 0)))
    sums = sums_of(group.context.users, [mean(row.parts) for row in rows])
    known = (sums[:, 1::2] > 0).all(axis=1)
    each = of_metric(group.leading).sign * sums[known, 0::2]  # (U, k)
    ahead = np.stack([(own > each.T).mean(axis=1) + 0.5 * (own == each.T).mean(axis=1) for own in each.T])
    return Pairs(rows, ahead, ahead)


def draw_wins(found: Pairs) -> Figure:
    """Shares of users who are better off with the algorithm of the row than with that of the column."""
    return _square(found, found.values, WON, BALANCE)


def alike(group: Group) -> Pairs:
    """How much the lists of each pair overlap, and how much their beginnings do."""
    rows = tuple(row for row in group.complete if row.lists is not None)[:MOST]
    if len(rows) < 2:
        return Pairs((), np.zeros((0, 0)), np.zeros((0, 0)))
    return Pairs(rows, *similarity([row.lists for row in rows if row.lists is not None]))


def draw_alike(found: Pairs) -> Figure:
    """Above the diagonal the overlap of the lists, below it that of their beginnings."""
    return _square(found, np.triu(found.values) + np.tril(found.others, -1), SHARED, "viridis")


def similarity(lists: Sequence[Ints]) -> tuple[Floats, Floats]:
    """(k, k) mean over questions of |A_n ∩ B_n| / n for lists of n = `LISTED` items, and of its mean over 1 … n.

    The second is the average overlap of Fagin, Kumar and Sivakumar (2003), "Comparing top k lists", section 3: items at
    the top count in more of its terms.
    """
    n_items = int(max(each.max(initial=0) for each in lists)) + 1
    overlaps = []
    for depth in range(1, LISTED + 1):
        each = vstack([_members(found[:, :depth], n_items) for found in lists])
        overlaps.append((each @ each.T).toarray() / (depth * max(1, len(lists[0]))))
    return np.asarray(overlaps[-1]), np.mean(overlaps, axis=0)


def _members(lists: Ints, n_items: int) -> csr_matrix:
    """(1, questions · n_items) which items are in which list."""
    questions, places = np.nonzero(lists >= 0)
    columns = questions.astype(np.int64) * n_items + lists[questions, places]
    width = len(lists) * n_items
    ones = np.ones(len(columns), np.float32)
    return csr_matrix((ones, (np.zeros(len(columns), np.int64), columns)), shape=(1, width))


def _square(found: Pairs, values: Floats, scale: str, colours: str) -> Figure:
    labels = [row.label for row in found.rows]
    values = np.where(np.eye(len(labels), dtype=bool), np.nan, values)
    texts = [["" if np.isnan(value) else f"{100 * value:.0f}" for value in line] for line in values]
    return tiles.draw(Tiles(values, labels, labels, texts, scale, 0.0, 1.0, "; numbers in %", colours))
