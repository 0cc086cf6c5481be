"""Item k-NN in whose eyes the recent part of a history says more."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

from algorithms.neighbours.item_knn import ItemKNN, ItemKNNParams
from bench.algorithm import Needs
from bench.errors import Unsupported
from bench.params import number
from bench.types import Query

_DAY = 86_400  # seconds


class ItemKNNTimeParams(ItemKNNParams):
    """Neighbours, and how fast the past fades.

    The default half life comes from the validation parts of MovieLens 100K and MovieLens latest small, divided by
    `user-time` and by `time-cut`: weeks are best to rank the next films of a user, a year to rank those after a date.
    """

    half_life: float = number(180, low=0.01, high=100_000, search=(1, 1000), log=True)
    """Days after which an item of the history counts half."""


class ItemKNNTime(ItemKNN):
    """s(u, j) = Σ_{i ∈ history of u} f(t_ui)·sim(i, j)·[j ∈ N(i)],   f(t) = 2^(−(t_u − t) / half_life),

    Ding and Li (2005), "Time weight collaborative filtering", whose e^(−λt) is the same f with λ = ln 2 / half_life.
    t_u is the time of the newest item of the history; any other moment would multiply all scores of a user by one
    number. An item that was had several times counts with its last time. Everything else is as in item k-NN, so ratings
    are still predicted from deviations:

        r̂_uj = r̄_j + Σ_i f(t_ui)·sim(i, j)·(r_ui − r̄_i) / Σ_i f(t_ui)·sim(i, j)

    Ding and Li weight the ratings themselves. Weights below the smallest number are 0: a history item so old is silent.
    """

    name = "item-knn-time"
    paper = "ding2005"
    Params = ItemKNNTimeParams
    params: ItemKNNTimeParams
    needs = Needs.TIMES

    def _votes(self, query: Query) -> csr_matrix:
        """(b, n_items) f of the last time of each item of a history. Raises Unsupported without times."""
        if query.times is None:
            raise Unsupported(f"{self.name} needs the times of a history")
        rows = np.repeat(np.arange(len(query)), np.diff(query.offsets))
        newest = np.full(len(query), np.iinfo(np.int64).min)
        np.maximum.at(newest, rows, query.times)
        weights = 0.5 ** ((newest[rows] - query.times) / _DAY / self.params.half_life)
        order = np.lexsort((weights, query.items, rows))
        rows, items, weights = rows[order], query.items[order], weights[order]
        last = np.append((np.diff(rows) != 0) | (np.diff(items) != 0), True)[: len(rows)]
        return csr_matrix((weights[last], (rows[last], items[last])), shape=(len(query), query.n_items))
