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

    `SessionNeighbours` says what sessions and N(q) are, and whom it serves.
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
