"""Algorithms that learn wrongly or promise too much, each with the checks that have to notice."""

import numpy as np
from broken_base import Sound, caught_by

from bench.algorithm import Algorithm, Can, Needs
from bench.errors import Diverged, Unsupported
from bench.params import Params, number
from bench.types import Reason


class Popular(Sound):
    """The popularity of items, once for each question."""

    can = Can.RANK | Can.PERSONALISE

    def score(self, query):
        return np.repeat(self.weights.sum(axis=0)[None, :], len(query), axis=0)


@caught_by("personal", "checker-board", "new-users")
class Flat(Popular):
    """Promises to personalise, and gives everybody the same."""


@caught_by("personal", "checker-board")
class FlatByUser(Popular):
    """A constant for each user is no personal answer. New users all get the same, which is declared."""

    def score(self, query):
        return super().score(query) + query.users[:, None]


@caught_by("checker-board", "beats-random", "new-users")
class Guesses(Sound):
    """Random scores that look personal."""

    def score(self, query):
        return np.stack([np.random.default_rng(key).random(query.n_items) for key in query.keys.tolist()])


@caught_by("checker-board", "beats-random", "new-users")
class UpsideDown(Sound):
    """The worst first: the sign that everyone forgets once."""

    def score(self, query):
        return -super().score(query)


class ByNumber(Sound):
    """Knows users by number, and has no scores for others."""

    can = Can.RANK | Can.PERSONALISE

    def fit(self, train):
        super().fit(train)
        self.table = train.interactions.matrix() @ self.weights

    def score(self, query):
        return np.where(query.users[:, None] >= 0, self.table[query.users], np.nan)


caught_by()(ByNumber)


@caught_by("new-users")
class StealsLastUser(ByNumber):
    """table[-1] is somebody else."""

    def score(self, query):
        return self.table[query.users]


@caught_by("new-users")
class ServesUndeclared(Sound):
    """Serves new users without saying so."""

    can = Can.RANK | Can.PERSONALISE


@caught_by("new-users")
class ServesNobody(ByNumber):
    """Says that it serves new users, and does not."""

    can = Can.RANK | Can.PERSONALISE | Can.SERVE_NEW_USERS


@caught_by("new-users", "hard-data")
class CrashesWithoutHistory(Sound):
    """Looks at the first item of the history, without asking whether there is one."""

    def score(self, query):
        return super().score(query) + 0.0 * query.items[0]


@caught_by("new-items")
class NothingNew(Sound):
    """Says that it scores new items, and gives them next to nothing."""

    can = Can.RANK | Can.PERSONALISE | Can.SERVE_NEW_USERS | Can.SCORE_NEW_ITEMS


class StepParams(Params):
    """A step length."""

    learning_rate: float = number(0.01, low=1e-6, high=1e6)
    """Step."""
    shrinkage: float = number(1, low=0, high=100)
    """Pulls rare pairs towards zero."""


@caught_by("divergence")
class SilentlyDiverged(Sound):
    """Returns NaN after steps that were too long."""

    Params = StepParams

    def fit(self, train):
        super().fit(train)
        if self.params.learning_rate > 1:
            self.weights = self.weights * np.nan


@caught_by("hard-data")
class DividesByDeviation(Sound):
    """Standardizes ratings, also where they are all the same."""

    def fit(self, train):
        super().fit(train)
        ratings = train.interactions.ratings
        if ratings is not None:
            self.means = self.means + 0.01 / ratings.std()


@caught_by("hard-data")
class NeedsUndeclared(Sound):
    """Learns from ratings and does not say that it needs them."""

    def fit(self, train):
        super().fit(train)
        self.total = float(train.interactions.known_ratings.sum())


@caught_by("divergence")
class DivergesVaguely(Sound):
    """Says that training diverged, and not what to change."""

    Params = StepParams

    def fit(self, train):
        super().fit(train)
        if self.params.learning_rate > 1:
            raise Diverged("something is not finite")


@caught_by("beats-mean")
class PredictsMean(Sound):
    """The mean for everything."""

    def predict(self, query, rows, items):
        return np.full(len(items), self.means.mean())


@caught_by("beats-mean", "predicts")
class RefusesAll(Sound):
    """Nothing but NaN, so that it cannot be wrong."""

    def predict(self, query, rows, items):
        return np.full(len(items), np.nan)


@caught_by("beats-mean", "predicts", "save-load")
class PredictsNothing(Sound):
    """The flag without the method."""

    predict = Algorithm.predict


@caught_by("predicts")
class DependsOnPlace(Sound):
    """Adds a little to each following pair."""

    def predict(self, query, rows, items):
        return self.means[items] + np.linspace(0, 0.01, len(items))


@caught_by("explains")
class ForeignReasons(Sound):
    """Gives the item itself as its reason."""

    def explain(self, query, item, n=5):
        return [Reason(item, 1.0)]


@caught_by("explains")
class ReasonsUpsideDown(Sound):
    """The weakest first."""

    def explain(self, query, item, n=5):
        return super().explain(query, item, n)[::-1]


@caught_by("explains")
class TooManyReasons(Sound):
    """One more than asked for."""

    def explain(self, query, item, n=5):
        return super().explain(query, item, n + 1)


@caught_by("explains")
class NoReasons(Sound):
    """The flag without reasons."""

    def explain(self, query, item, n=5):
        return []


class RatingOnly(Sound):
    """Needs and predicts ratings, so its ranking is a by-product."""

    needs = Needs.RATINGS
    can = Can.RANK | Can.PREDICT_RATINGS

    def fit(self, train):
        if train.interactions.ratings is None:
            raise Unsupported("no ratings")
        super().fit(train)

    def score(self, query):
        return np.repeat(self.means[None, :], len(query), axis=0)


caught_by()(RatingOnly)


@caught_by("beats-mean")
class RatingOnlyUpsideDown(RatingOnly):
    """Takes bad films for good ones."""

    def predict(self, query, rows, items):
        return 2 * self.means.mean() - self.means[items]
