"""Sequential rules: after this item, that one, the sooner the better."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

from algorithms.neighbours.similarity import product
from algorithms.sequential.histories import followers, last_items
from bench.algorithm import Algorithm, Can, Needs
from bench.params import Params, number
from bench.types import Floats, Query, Reason, Training


class SequentialRulesParams(Params):
    """One number; its default is that of the authors' code, session-rec."""

    steps: int = number(10, low=1, high=1000, search=(2, 50), log=True)
    """How many items may lie between the two of a rule at most, the second one counted."""


class SequentialRules(Algorithm[SequentialRulesParams]):
    """s(q, j) = Σ_h Σ_{x < y ≤ x + steps} [h_x = i]·[h_y = j] / (y − x)

    over the histories h = (h_1, h_2, …) of training, i being the last item of the question's history. Ludewig and
    Jannach (2018), "Evaluation of session-based recommendation algorithms", the sequential rules (SR) with the weight
    1 / x of x steps; their division by a number that depends on i alone is left out, since it changes no order. A
    session is the whole history of a user.

    Items that never came after i score 0, and all items do where the history is empty or its last item unknown.
    """

    name = "sequential-rules"
    family = "sequential"
    compiles = True
    paper = "ludewig2018"
    Params = SequentialRulesParams
    needs = Needs.ORDER
    can = Can.RANK | Can.PERSONALISE | Can.EXPLAIN | Can.SERVE_NEW_USERS

    def fit(self, train: Training) -> None:
        """Count the rules."""
        self.rules = followers(train.interactions, self.params.steps)

    def score(self, query: Query) -> Floats:
        """(b, n_items) float32 weights of the rules that begin with the last item."""
        ends = last_items(query)
        rows = np.flatnonzero(ends >= 0)
        places = (np.ones(len(rows)), (rows, ends[rows]))
        return product(csr_matrix(places, shape=(len(query), query.n_items)), self.rules, self.threads)

    def explain(self, query: Query, item: int, n: int = 5) -> list[Reason]:
        """The last item of the history, if a rule leads from it to `item`."""
        end = int(last_items(query)[0])
        weight = float(self.rules[end, item]) if end >= 0 else 0.0
        return [Reason(end, weight)][:n] if weight > 0 else []
