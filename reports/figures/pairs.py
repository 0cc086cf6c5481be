"""All pairs of algorithms: for how many users one is better, and how alike their lists are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from scipy.sparse import csr_matrix, vstack

from bench.metrics.registry import definition, parse
from bench.types import Floats, Ints
from reports.figures import tiles
from reports.figures.tiles import Tiles
from reports.model import LISTED, Group, Row
from reports.statistics.bootstrap import mean, sums_of

MOST = 60  # algorithms; of more the best, since pairs grow with the square


def of_users(group: Group) -> list[Row]:
    """The best rows whose leading metric is known for each user."""
    return [row for row in group.complete if row.parts and group.context is not None][:MOST]


def of_lists(group: Group) -> list[Row]:
    """The best rows with lists."""
    return [row for row in group.complete if row.lists is not None][:MOST]


def draw_wins(group: Group) -> Figure:
    """Shares of users who are better off with the algorithm of the row than with that of the column."""
    rows, values = of_users(group), wins(group)
    return _square(rows, values, "share of users better off with the row", "PuOr", 0.0, 1.0)


def wins(group: Group) -> Floats:
    """(k, k) shares; a user who is as well off with both counts half for each. NaN on the diagonal."""
    rows = of_users(group)
    sums = sums_of(group.context.users, [mean(row.parts) for row in rows]) if group.context else np.zeros((0, 0))
    sign = -1.0 if definition(parse(group.leading)).better == "lower" else 1.0
    known = (sums[:, 1::2] > 0).all(axis=1)
    each = sign * sums[known, 0::2]  # (U, k)
    found = np.full((len(rows), len(rows)), np.nan)
    for place in range(len(rows)):
        ahead = each[:, [place]] - each
        found[place] = (ahead > 0).mean(axis=0) + 0.5 * (ahead == 0).mean(axis=0)
    np.fill_diagonal(found, np.nan)
    return found


def draw_similarity(group: Group) -> Figure:
    """Above the diagonal the overlap of the lists, below it that of their beginnings."""
    rows = of_lists(group)
    overlap, earlier = similarity([row.lists for row in rows if row.lists is not None])
    values = np.triu(overlap, 1) + np.tril(earlier, -1)
    np.fill_diagonal(values, np.nan)
    return _square(rows, values, "share of items in common", "viridis", 0.0, 1.0)


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


def _square(rows: Sequence[Row], values: Floats, scale: str, colours: str, low: float, high: float) -> Figure:
    labels = [row.label for row in rows]
    texts = [["" if np.isnan(value) else f"{100 * value:.0f}" for value in line] for line in values]
    return tiles.draw(Tiles(values, labels, labels, texts, scale, low, high, "; numbers in %", colours))
