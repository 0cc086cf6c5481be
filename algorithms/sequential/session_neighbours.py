"""What the two session k-NN share: past sessions, the most recent candidates, and the votes of the nearest."""

from __future__ import annotations

from abc import abstractmethod
from typing import TypeVar

import numpy as np
from scipy.sparse import csr_matrix

from algorithms.neighbours.similarity import in_blocks, parts, product
from algorithms.reasons import strongest
from algorithms.sequential.histories import last, steps_back
from algorithms.sequential.session_kernel import nearest_sessions
from bench.algorithm import Algorithm, Can, Needs
from bench.params import Params, number
from bench.types import Floats, Interactions, Ints, Longs, Query, Reason, Training

_BLOCK = 1024  # questions whose neighbours are there at once


class SessionParams(Params):
    """Which sessions are compared, and how many of them vote: 500 is from Jannach and Ludewig (2017), the other two are
    from validation on MovieLens data.
    """

    neighbours: int = number(500, low=1, high=100_000, search=(50, 1500), log=True)
    """k: how many of the most similar sessions vote."""
    sample_size: int = number(5000, low=1, high=10_000_000, search=(500, 20_000), log=True)
    """How many of the sessions with a common item are compared, the most recent ones."""
    max_length: int = number(10, low=1, high=10_000, search=(3, 50), log=True)
    """Past histories are cut into sessions of so many items; so many of the last items of a question count."""


P = TypeVar("P", bound=SessionParams)


class SessionNeighbours(Algorithm[P]):
    """s(q, j) = w_j·Σ_{n ∈ N(q)} sim(q, n)·[j ∈ n]   with   sim(q, n) = g_q·f_n·Σ_{i ∈ q ∩ n} v_i.

    Past sessions are the histories of the training users, long ones cut from their ends into pieces of `max_length`
    items; the last `max_length` items of the question's history are the current session, and new users are served.
    N(q) are the `neighbours` sessions most similar to q among the `sample_size` most recent ones that share an item
    with it. The age of a session is that of its last interaction, where the data has times; without times, the
    sessions of users with higher numbers count as more recent. A known user's own sessions are left out.

    Items without a vote score 0, so all do where the history is empty.

    The classes derived from it give v, f, g and w. Let v be whole numbers, so that equal similarities are exactly
    equal.
    """

    family = "sequential"
    compiles = True
    needs = Needs.ORDER
    can = Can.RANK | Can.PERSONALISE | Can.EXPLAIN | Can.SERVE_NEW_USERS

    @abstractmethod
    def _current_weights(self, places: Floats) -> Floats:
        """(m,) v_i of the different items of current sessions, by their last places there, counted from 1."""

    @abstractmethod
    def _current_factors(self, lengths: Longs, sizes: Longs) -> Floats:
        """(b,) g_q of current sessions, by their lengths, and how many different items they have; both at least 1."""

    @abstractmethod
    def _session_factors(self, sizes: Longs) -> Floats:
        """(n,) f_n of past sessions, by how many different items they have."""

    @abstractmethod
    def _item_weights(self, shares: Floats) -> Floats:
        """(n_items,) w_j, by the share of past sessions that have item j."""

    def fit(self, train: Training) -> None:
        """Keep the sessions, the most recent first, and list them by item."""
        data = train.interactions
        numbers, self.owners = _pieces(data, self.params.max_length)
        count = len(self.owners)
        self.sessions = _matrix(numbers, data.items, np.ones(len(data)), (count, data.n_items))
        self.inverted = self.sessions.T.tocsr()
        self.factors = self._session_factors(np.diff(self.sessions.indptr))
        self.item_weights = self._item_weights(np.diff(self.inverted.indptr) / max(1, count)).astype(np.float32)

    def score(self, query: Query) -> Floats:
        """(b, n_items) float32."""
        scores = np.empty((len(query), query.n_items), np.float32)
        for start in range(0, len(query), _BLOCK):
            stop = min(start + _BLOCK, len(query))
            scores[start:stop] = product(self._neighbours(query.slice(start, stop)), self.sessions, self.threads)
        scores *= self.item_weights
        return scores

    def explain(self, query: Query, item: int, n: int = 5) -> list[Reason]:
        """The n items i of the history that add most to the score: w_j·g_q·v_i·Σ f_n over the neighbours with both."""
        first = query.slice(0, 1)
        (current, scale), neighbours = self._current(first), self._neighbours(first).indices
        agreeing = neighbours[self.sessions[neighbours, item].toarray().ravel() > 0]
        common = self.factors[agreeing] @ self.sessions[agreeing]
        weights = self.item_weights[item] * scale[0] * current.data * common[current.indices]
        return strongest(current.indices, weights, n)

    def _current(self, query: Query) -> tuple[csr_matrix, Floats]:
        """v_i (b, n_items) and g_q (b,); an item that comes several times in a session counts where it came last."""
        rows, items, steps = last(query, self.params.max_length)
        lengths = np.bincount(rows, minlength=len(query))
        found = _matrix(rows, items, (lengths[rows] - steps).astype(np.float64), (len(query), query.n_items))
        found.data = self._current_weights(found.data)
        return found, self._current_factors(np.maximum(lengths, 1), np.maximum(np.diff(found.indptr), 1))

    def _neighbours(self, query: Query) -> csr_matrix:
        """(b, sessions) the similarities of those who vote."""
        rows, count = len(query), len(self.factors)
        k = max(1, min(self.params.neighbours, self.params.sample_size, count))
        whose, similarities = np.zeros((rows, k), np.int32), np.zeros((rows, k))
        sizes = np.zeros(rows, np.int64)
        current, scale = self._current(query)
        given = (parts(current), parts(self.inverted), self.factors, self.owners, query.users)
        in_blocks(nearest_sessions, rows, self.threads, *given, self.params.sample_size, whose, similarities, sizes)
        similarities *= scale[:, None]
        kept = np.arange(k) < sizes[:, None]
        starts = np.concatenate([[0], np.cumsum(sizes)])
        return csr_matrix((similarities[kept], whose[kept], starts), shape=(rows, count))


def _pieces(data: Interactions, length: int) -> tuple[Longs, Ints]:
    """Histories cut from their ends: the session (n,) of each interaction, and the user (sessions,) of each session.

    Sessions are numbered by age, 0 the one whose last interaction is the most recent.
    """
    rows, steps = steps_back(data)
    begins = steps % length == length - 1
    begins[data.offsets[np.flatnonzero(np.diff(data.offsets))]] = True
    sessions = np.cumsum(begins) - 1  # in the order of users, then oldest first
    ends = np.flatnonzero(np.append(begins[1:], True)[: len(rows)])
    order = np.arange(len(ends)) if data.times is None else np.argsort(data.times[ends], kind="stable")
    numbers = np.empty(len(ends), np.int64)
    numbers[order[::-1]] = np.arange(len(ends))
    return numbers[sessions], data.users[ends[order[::-1]]]


def _matrix(rows: Ints | Longs, items: Ints, values: Floats, shape: tuple[int, int]) -> csr_matrix:
    """Sparse (rows, n_items) float64; of a pair that comes several times the last value is kept."""
    keys = rows.astype(np.int64) * shape[1] + items
    found, places = np.unique(keys[::-1], return_index=True)
    return csr_matrix((values[::-1][places], np.divmod(found, shape[1])), shape=shape)
