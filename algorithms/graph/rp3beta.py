"""RP3β: the three-step walk, with less for popular items."""

from __future__ import annotations

from algorithms.graph.walk import WalkParams, walks
from algorithms.linear.item_weights import ItemWeights
from bench.params import number
from bench.types import Training


class RP3BetaParams(WalkParams):
    """The walk, and what popularity costs; the defaults are among the best on the validation part of ml-100k."""

    beta: float = number(0.6, low=0, high=3, search=(0, 1))
    """β: power of an item's number of interactions by which its score is divided; 0 is P3α."""


class RP3Beta(ItemWeights[RP3BetaParams]):
    """s(u, j) = Σ_{i ∈ history of u} W_ij with W_ij = d_j^−β Σ_v (1 / d_i)^α (1 / d_v)^α

    over the users v of both items, d being numbers of interactions: P3α with its scores divided by a power of the
    item's popularity. Paudel, Christoffel, Newell and Bernstein (2017), "Updatable, accurate, diverse, and scalable
    recommendations for interactive applications", with α = 1; both powers together, and only the `neighbours` largest
    weights of every item i, as in Ferrari Dacrema et al. (2021), "A troubling analysis of reproducibility and progress
    in recommender systems research".

    Without a history all scores are 0, as are those of items without training interactions.
    """

    name = "rp3beta"
    family = "graph"
    paper = "paudel2017"
    Params = RP3BetaParams

    def fit(self, train: Training) -> None:
        """Walk from every item."""
        self.weights = walks(train.interactions, self.params, self.params.beta, self.threads)
