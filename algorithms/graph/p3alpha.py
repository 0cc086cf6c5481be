"""P3α: items that a random walk of three steps reaches."""

from __future__ import annotations

from algorithms.graph.walk import WalkParams, walks
from algorithms.linear.item_weights import ItemWeights
from bench.types import Training


class P3Alpha(ItemWeights[WalkParams]):
    """s(u, j) = Σ_{i ∈ history of u} W_ij with W_ij = Σ_v (1 / d_i)^α (1 / d_v)^α over the users v of both items,

    d being numbers of interactions: the probability, with each step's raised to α, that a walk from the user over one
    of its items and another user ends at j. Cooper, Lee, Radzik and Siantos (2014), "Random walks in recommender
    systems: exact computation and simulations". The first step's d_u^−α, the same for all items, is left out. Only the
    `neighbours` largest weights of every item i are kept, as Ferrari Dacrema et al. (2021), "A troubling analysis of
    reproducibility and progress in recommender systems research", do.

    Without a history all scores are 0, as are those of items without training interactions.
    """

    name = "p3alpha"
    family = "graph"
    paper = "cooper2014"
    Params = WalkParams

    def fit(self, train: Training) -> None:
        """Walk from every item."""
        self.weights = walks(train.interactions, self.params, 0.0, self.threads)
