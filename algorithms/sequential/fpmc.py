"""Factorized personalized Markov chains: what the user likes, plus what follows the last item."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from threadpoolctl import threadpool_limits

from algorithms.factors.fold_in import fold_in, log_loss
from algorithms.factors.gradient_epochs import random_factors, run_epochs
from algorithms.sequential.histories import last_items
from bench.algorithm import Algorithm, Can, Needs
from bench.params import Params, number
from bench.types import Floats, Interactions, Ints, Query, Training

_PANEL, _RECENT = 100, 50  # items: of the panel, and of a new user's history


class FPMCParams(Params):
    """Found on the validation part of MovieLens data."""

    factors: int = number(64, low=1, high=2000, search=(16, 256), log=True)
    """f: length of each of the four vectors."""
    epochs: int = number(50, low=1, high=10_000, search=(10, 200), log=True)
    """One epoch draws as many triples as there are training interactions."""
    learning_rate: float = number(0.02, low=1e-6, high=1e6, search=(5e-3, 0.2), log=True)
    """α: step of stochastic gradient descent."""
    regularization: float = number(0.01, low=0, high=1000, search=(1e-4, 0.1), log=True)
    """λ: weight of the squared norms of all vectors that a triple touches."""
    start: float = number(0.1, low=1e-6, high=10)
    """Standard deviation of the normal distribution from which the vectors begin."""


class FPMC(Algorithm[FPMCParams]):
    """s(q, i) = a_uᵀ b_i + c_lᵀ d_i, maximizing Σ_(u,t) Σ_j ln σ(s(i) − s(j)) − λ/2 ‖Θ‖²,

    where u is the user, i the item at place t of the history and l the one before it, which has no term at the first
    place. Rendle, Freudenthaler and Schmidt-Thieme (2010), "Factorizing personalized Markov chains for next-basket
    recommendation", with baskets of one item (their V^{U,I}, V^{I,U}, V^{L,I} and V^{I,L} are our a, b, c and d),
    learned by their S-BPR: (u, t) is drawn from all places of all histories with replacement, j uniformly from all
    items but i. Training takes one thread, whatever `threads` says, and is deterministic by seed.

    For a new user a_u maximizes the same sum over the last 50 places of the history of the question and a panel of at
    most 100 items j, drawn once from those of training, all else being fixed; without a history all items score 0. An
    item without training interactions cannot be scored (NaN); as the last of a history it adds nothing. Raises Diverged
    when training leaves the finite numbers.
    """

    name = "fpmc"
    family = "sequential"
    compiles = True
    paper = "rendle2010b"
    Params = FPMCParams
    needs = Needs.ORDER
    can = Can.RANK | Can.PERSONALISE | Can.SERVE_NEW_USERS

    def fit(self, train: Training) -> None:
        """Learn a (n_users + 1, f), [b d] (n_items, 2f) and c (n_items + 1, f); the last rows belong to −1.

        Raises Unsupported where they do not fit into memory.
        """
        data, options, rng = train.interactions, self.params, np.random.default_rng(self.seed)
        seen = np.bincount(data.items, minlength=data.n_items) > 0
        sizes = ((data.n_users + 1, 1), (data.n_items, 2), (data.n_items + 1, 1))
        users, items, previous = (
            random_factors(rng, n, times * options.factors, options.start).astype(np.float32) for n, times in sizes
        )
        steps = np.float32(options.learning_rate), np.float32(options.regularization)
        before = _before(data)

        def one_pass() -> float:
            return float(_pass(rng, data.users, data.items, before, *steps, users, items, previous))

        if data.n_items > 1 and len(data):
            run_epochs(self.name, options.epochs, one_pass, [users, items, previous], train.report)
        users[np.append(np.bincount(data.users, minlength=data.n_users) == 0, True)] = np.nan
        previous[np.append(~seen, True)] = 0
        items[~seen] = np.nan
        self.users, self.items, self.previous = users, items, previous
        self.panel = rng.permutation(np.flatnonzero(seen))[:_PANEL]

    def score(self, query: Query) -> Floats:
        """(b, n_items) float32."""
        with threadpool_limits(self.threads):
            people = self.users[query.users]
            for row in np.flatnonzero(np.isnan(people[:, 0])).tolist():
                people[row] = self._folded(query.items[query.offsets[row] : query.offsets[row + 1]])
            return np.asarray(np.hstack([people, self.previous[last_items(query)]]) @ self.items.T)

    def _folded(self, history: Ints) -> Floats:
        """a_u (f,) of a new user."""
        factors = self.params.factors
        liked, before = history[-_RECENT:], np.append(np.int32(-1), history)[:-1][-_RECENT:]
        known = ~np.isnan(self.items[liked, 0])
        ahead = self.items[liked[known], None] - self.items[None, self.panel]  # (places, panel, 2f)
        offsets = np.einsum("pjf,pf->pj", ahead[:, :, factors:], self.previous[before[known]]).ravel()
        design, ones = ahead[:, :, :factors].reshape(-1, factors), np.ones(len(offsets))
        penalty = self.params.regularization * float(known.sum())
        return fold_in(log_loss, design, offsets, ones, ones / max(1, len(self.panel)), penalty)


def _before(data: Interactions) -> Ints:
    """(n,) the item before each interaction in its history, −1 for the first one."""
    before = np.full(len(data), -1, np.int32)
    same = data.users[1:] == data.users[:-1]
    before[1:][same] = data.items[:-1][same]
    return before


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
def _pass(rng, owners, chosen, before, rate, penalty, users, items, previous):  # type: ignore[no-untyped-def]
    """As many steps as there are interactions; returns the mean of −ln σ(s(i) − s(j)) met on the way."""
    one, loss, factors = np.float32(1), 0.0, users.shape[1]
    for _ in range(len(chosen)):
        at = rng.integers(0, len(chosen))
        i, last = chosen[at], before[at]
        j = rng.integers(0, len(items) - 1)
        if j >= i:
            j += 1
        own, good, bad = users[owners[at]], items[i], items[j]
        lead: Any = np.float32(0)
        for f in range(factors):
            lead += own[f] * (good[f] - bad[f])
        if last >= 0:
            end = previous[last]
            for f in range(factors):
                lead += end[f] * (good[factors + f] - bad[factors + f])
        loss += np.log1p(np.exp(-lead)) if lead > -30 else -lead
        slope = one / (one + np.exp(lead))
        for f in range(factors):
            a, b, c = own[f], good[f], bad[f]
            own[f] += rate * (slope * (b - c) - penalty * a)
            good[f] += rate * (slope * a - penalty * b)
            bad[f] -= rate * (slope * a + penalty * c)
        if last >= 0:
            end = previous[last]
            for f in range(factors):
                a, b, c = end[f], good[factors + f], bad[factors + f]
                end[f] += rate * (slope * (b - c) - penalty * a)
                good[factors + f] += rate * (slope * a - penalty * b)
                bad[factors + f] -= rate * (slope * a + penalty * c)
    return loss / len(chosen)
