"""Vector session k-NN: sessions that share the latest items count more."""

from __future__ import annotations

import numpy as np

from algorithms.sequential.session_neighbours import SessionNeighbours, SessionParams
from bench.params import number
from bench.types import Floats, Longs


class VSKNNParams(SessionParams):
    """As for `s-knn`, and one number more."""

    idf_weighting: float = number(0, low=0, high=100, search=(0, 10))
    """a: how much more an item counts for being in few sessions; 0 switches it off."""


class VSKNN(SessionNeighbours[VSKNNParams]):
    """s(q, j) = (1 + a·ln(N / N_j))·Σ_{n ∈ N(q)} sim(q, n)·[j ∈ n]   with   sim(q, n) = Σ_{i ∈ q ∩ n} p_i / |q|,

    where i stands at place p_i of the current session q, counted from its oldest item, and |q| is the place of its last
    one: Ludewig and Jannach (2018), "Evaluation of session-based recommendation algorithms", V-SKNN with linear decay.
    The first factor is the idf weighting of their code, session-rec: N_j of the N past sessions have item j.

    `SessionNeighbours` says what sessions and N(q) are, and whom it serves.
    """

    name = "vs-knn"
    paper = "ludewig2018"
    Params = VSKNNParams

    def _current_weights(self, places: Floats) -> Floats:
        return places

    def _current_factors(self, lengths: Longs, sizes: Longs) -> Floats:
        return np.asarray(1 / lengths)

    def _session_factors(self, sizes: Longs) -> Floats:
        return np.ones(len(sizes))

    def _item_weights(self, shares: Floats) -> Floats:
        idf = -np.log(shares, out=np.zeros(len(shares)), where=shares > 0)
        return 1 + self.params.idf_weighting * idf
