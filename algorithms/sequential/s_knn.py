"""Session k-NN: recommends what similar sessions have."""

from __future__ import annotations

import numpy as np

from algorithms.sequential.session_neighbours import SessionNeighbours, SessionParams
from bench.types import Floats, Longs


class SKNNParams(SessionParams):
    """Nothing beside what all session neighbours have."""


class SKNN(SessionNeighbours[SKNNParams]):
    """s(q, j) = Σ_{n ∈ N(q)} sim(q, n)·[j ∈ n]   with   sim(q, n) = |q ∩ n| / √(|q|·|n|),

    Jannach and Ludewig (2017), "When recurrent neural networks meet the neighborhood for session-based recommendation",
    with the cosine; sessions are sets of items.

    Past sessions are the histories of the training users, long ones cut from their ends into pieces of `max_length`
    items; the last `max_length` items of the question's history are the current session, and new users are served.
    N(q) are the `neighbours` sessions most similar to q among the `sample_size` most recent ones that share an item
    with it. The age of a session is that of its last interaction, where the data has times; without times, the
    sessions of users with higher numbers count as more recent. A known user's own sessions are left out.

    Items without a vote score 0, so all do where the history is empty.
    """

    name = "s-knn"
    paper = "jannach2017"
    Params = SKNNParams

    def _current_weights(self, places: Floats) -> Floats:
        return np.ones(len(places))

    def _current_factors(self, lengths: Longs, sizes: Longs) -> Floats:
        return np.asarray(1 / np.sqrt(sizes))

    def _session_factors(self, sizes: Longs) -> Floats:
        return np.asarray(1 / np.sqrt(sizes))

    def _item_weights(self, shares: Floats) -> Floats:
        return np.ones(len(shares))
