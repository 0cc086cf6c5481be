"""A Markov chain of first order: what usually comes next."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix, diags

from algorithms.neighbours.similarity import product
from algorithms.reasons import strongest
from algorithms.sequential.histories import followers, last
from bench.algorithm import Algorithm, Can, Needs
from bench.params import Params, number
from bench.types import Floats, Query, Reason, Training


class MarkovChainParams(Params):
    """Smoothing, and how far back a question looks; defaults from validation on MovieLens data."""

    shrinkage: float = number(30, low=0, high=100_000, search=(1, 1000), log=True)
    """λ: a transition probability counts as if λ more transitions had been seen, spread as the items' popularity."""
    decay: float = number(0.7, low=0, high=1, search=(0, 0.95))
    """γ: the item d steps before the last one counts γ^d; 0 is the plain chain, which sees the last item alone."""
    max_length: int = number(20, low=1, high=10_000, search=(1, 100), log=True)
    """How many of the last items of a history count at all."""


class MarkovChain(Algorithm[MarkovChainParams]):
    """s(q, j) = Σ_d γ^d·P(j | i_d) / Σ_d γ^d   with   P(j | i) = (n_ij + λ·p_j) / (n_i + λ),

    where i_0 is the last item of the history, i_1 the one before it, and so on; n_ij says how often j comes directly
    after i in the histories of training, n_i = Σ_j n_ij, and p_j is the share of j among all interactions. With γ = 0
    it is the plain chain of first order, smoothed by a Dirichlet prior. Shani, Heckerman and Brafman (2005), "An
    MDP-based recommender system", recommend by Markov chains and smooth them, in other ways, by "skipping" items, by
    similar states and by mixing models.

    An item that was never followed by another one, or is unknown, has P(j | i) = p_j, and so has a question without
    history. Items without training interactions score 0.
    """

    name = "markov-chain"
    family = "sequential"
    compiles = True
    paper = "shani2005"
    Params = MarkovChainParams
    needs = Needs.ORDER
    can = Can.RANK | Can.PERSONALISE | Can.EXPLAIN | Can.SERVE_NEW_USERS

    def fit(self, train: Training) -> None:
        """Count transitions."""
        data = train.interactions
        counts = followers(data, steps=1)
        totals = np.asarray(counts.sum(axis=1)).ravel()  # n_i
        evidence = np.divide(1, totals + self.params.shrinkage, out=np.zeros(data.n_items), where=totals > 0)
        self.transitions = csr_matrix(diags(evidence) @ counts)  # n_ij / (n_i + λ)
        self.doubt = 1 - totals * evidence  # λ / (n_i + λ), 1 where n_i = 0
        shares = np.bincount(data.items, minlength=data.n_items) / max(1, len(data))
        self.popularity = shares.astype(np.float32)  # p_j

    def score(self, query: Query) -> Floats:
        """(b, n_items) float32 probabilities."""
        weights = self._weights(query)
        scores = product(weights, self.transitions, self.threads)
        known = np.asarray(weights.sum(axis=1)).ravel() > 0
        doubt = np.where(known, weights @ self.doubt, 1)
        scores += np.outer(doubt.astype(np.float32), self.popularity)
        return scores

    def explain(self, query: Query, item: int, n: int = 5) -> list[Reason]:
        """The n items of the history from which the chain leads to `item` most often, weighted by their place."""
        first = self._weights(query.slice(0, 1))
        weights = first.data * self.transitions[first.indices, item].toarray().ravel()
        return strongest(first.indices, weights, n)

    def _weights(self, query: Query) -> csr_matrix:
        """(b, n_items) γ^d of the items of each history, adding up to 1 in each row that has any."""
        rows, items, steps = last(query, self.params.max_length)
        weights = self.params.decay ** steps.astype(np.float64)
        weights /= np.bincount(rows, weights, len(query))[rows]
        found = csr_matrix((weights, (rows, items)), shape=(len(query), query.n_items))
        found.sort_indices()
        return found
