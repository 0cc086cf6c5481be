"""A sound little algorithm and many broken ones; `CAUGHT_BY` says exactly which checks must fail for each."""

import numpy as np

from bench.algorithm import Algorithm, Can
from bench.params import Params, number
from bench.types import Reason

CAUGHT_BY: dict[type, set[str]] = {}


def caught_by(*checks: str):
    def note(cls):
        CAUGHT_BY[cls] = set(checks)
        return cls

    return note


class SoundParams(Params):
    """One number."""

    shrinkage: float = number(1, low=0, high=100)
    """Pulls rare pairs towards zero."""


@caught_by()
class Sound(Algorithm[SoundParams]):
    """s(q, i) = Σ_j∈history cos(j, i), a little random noise for ties, and ratings from item means."""

    name = "sound"
    family = "example"
    Params = SoundParams
    can = Can.RANK | Can.PERSONALISE | Can.PREDICT_RATINGS | Can.EXPLAIN | Can.SERVE_NEW_USERS

    def fit(self, train):
        matrix = train.interactions.matrix()
        together = (matrix.T @ matrix).toarray().astype(np.float64)
        counts = together.diagonal().copy()
        np.fill_diagonal(together, 0)
        self.weights = together / (np.sqrt(np.outer(counts, counts)) + self.params.shrinkage)
        self.weights += self.noise(self.weights.shape)
        unrated = train.interactions.ratings is None
        self.means = np.full(len(counts), np.nan) if unrated else self.item_means(train.interactions, counts)

    def item_means(self, data, counts):
        mean = data.ratings.mean(dtype=np.float64)
        sums = np.bincount(data.items, weights=data.ratings - mean, minlength=len(counts))
        return mean + sums / (counts + 5)

    def noise(self, shape):
        return np.random.default_rng(self.seed).random(shape) * 1e-3

    def score(self, query):
        return query.matrix() @ self.weights

    def predict(self, query, rows, items):
        return self.means[items]

    def explain(self, query, item, n=5):
        weights = self.weights[query.items[: query.offsets[1]], item]
        return [Reason(int(query.items[place]), float(weights[place])) for place in np.argsort(-weights)[:n]]
