"""A sound little algorithm and many broken ones; `CAUGHT_BY` says exactly which checks must fail for each."""

import pickle
import random
import sys

import numpy as np
import torch
from pydantic import ConfigDict, field_validator

from bench import persistence
from bench.algorithm import Algorithm, Can, Needs
from bench.params import Params, number
from bench.types import Reason, TopK

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
        ratings, items = train.interactions.known_ratings, train.interactions.items
        mean = ratings.mean(dtype=np.float64)
        sums = np.bincount(items, weights=ratings - mean, minlength=len(counts))
        self.means = mean + sums / (counts + 5)

    def noise(self, shape):
        return np.random.default_rng(self.seed).random(shape) * 1e-3

    def score(self, query):
        return query.matrix() @ self.weights

    def predict(self, query, rows, items):
        return self.means[items]

    def explain(self, query, item, n=5):
        weights = self.weights[query.items[: query.offsets[1]], item]
        return [Reason(int(query.items[place]), float(weights[place])) for place in np.argsort(-weights)[:n]]


@caught_by("same-seed")
class IgnoresSeed(Sound):
    """Noise that nobody can repeat."""

    def noise(self, shape):
        return np.random.default_rng().random(shape) * 0.1


@caught_by("forgets")
class Remembers(Sound):
    """Draws from one generator for all its life."""

    def __init__(self, params, **facts):
        super().__init__(params, **facts)
        self.draws = 0

    def noise(self, shape):
        self.draws += 1
        return np.random.default_rng((self.seed, self.draws)).random(shape) * 0.1


@caught_by("random-numbers")
class SeedsTheWorld(Sound):
    """Seeds numpy's global generator."""

    def noise(self, shape):
        np.random.seed(self.seed)
        return np.random.random_sample(shape) * 1e-3


@caught_by("random-numbers")
class DrawsFromTheWorld(Sound):
    """Draws from Python's global generator, without any effect on the result."""

    def noise(self, shape):
        random.random()
        return super().noise(shape)


@caught_by("random-numbers")
class SeedsTorch(Sound):
    """Seeds torch's global generator, as many examples on the web do."""

    def noise(self, shape):
        torch.manual_seed(self.seed)
        return torch.rand(shape).numpy() * 1e-3


@caught_by("seen-hidden", "recommend")
class ShowsSeen(Sound):
    """Recommends what the user has."""

    def recommend(self, query, k, *, hide_seen=True):
        return super().recommend(query, k, hide_seen=False)


@caught_by("no-duplicates", "recommend")
class Repeats(Sound):
    """The best item twice."""

    def recommend(self, query, k, *, hide_seen=True):
        best = super().recommend(query, k, hide_seen=hide_seen)
        return TopK(best.items[:, [0, *range(k - 1)]], best.scores[:, [0, *range(k - 1)]])


@caught_by("recommend")
class ServesOtherwise(Sound):
    """Serves the last page of its list first."""

    def recommend(self, query, k, *, hide_seen=True):
        best = super().recommend(query, 2 * k, hide_seen=hide_seen)
        return TopK(best.items[:, k:], best.scores[:, k:])


@caught_by("fits")
class WritesTraining(Sound):
    """Binarises the ratings where they are."""

    def fit(self, train):
        train.interactions.ratings[:] = 1
        super().fit(train)


@caught_by("fits")
class WritesQuery(Sound):
    """Centres the ratings of the query where they are."""

    def score(self, query):
        if len(query.ratings):
            query.ratings[:] -= query.ratings.mean()
        return super().score(query)


@caught_by("fits")
class Infinite(Sound):
    """Minus infinity for what the user has: our mask, not the algorithm's, hides seen items."""

    def score(self, query):
        return np.where(query.matrix().toarray() > 0, -np.inf, super().score(query))


@caught_by("fits")
class Leaves(Sound):
    """Ends the process, with the exit code of success."""

    def fit(self, train):
        sys.exit(0)


@caught_by("fits")
class WrongShape(Sound):
    """One column too few."""

    def score(self, query):
        return super().score(query)[:, 1:]


@caught_by("fits")
class Whole(Sound):
    """Integers."""

    def score(self, query):
        return np.rint(super().score(query)).astype(np.int64)


@caught_by("batches")
class NormalisesBatch(Sound):
    """Divides by the largest score of all questions at once."""

    def score(self, query):
        scores = super().score(query)
        return scores / max(scores.max(), 1e-9)


@caught_by("candidates")
class WrongColumns(Sound):
    """Returns the first columns where those of the candidates were asked for."""

    def score(self, query):
        scores = super().score(query)
        return scores if query.candidates is None else scores[:, : query.candidates.shape[1]]


@caught_by("save-load")
class LosesOnSave(Sound):
    """Saves its weights rounded to a tenth."""

    def save(self, folder):
        persistence.save({**vars(self), "weights": self.weights.round(1)}, folder)


@caught_by("save-load")
class LosesMeans(Sound):
    """Saves all that ranking needs, and not what predicting needs."""

    def save(self, folder):
        persistence.save({**vars(self), "means": self.means * 0}, folder)


@caught_by("save-load", "no-pickle")
class CannotSave(Sound):
    """Keeps a dictionary, for which the default `save` has no form."""

    def fit(self, train):
        super().fit(train)
        self.about = {1: "one"}


@caught_by("no-pickle")
class Pickles(Sound):
    """Pickles its weights."""

    def save(self, folder):
        folder.mkdir(exist_ok=True)
        (folder / "model.bin").write_bytes(pickle.dumps(vars(self)))

    @classmethod
    def load(cls, folder):
        model = cls.__new__(cls)
        vars(model).update(pickle.loads((folder / "model.bin").read_bytes()))  # noqa: S301  # what it is caught for
        return model


class UnboundedParams(SoundParams):
    """A number without bounds."""

    neighbours: int = 5
    """How many."""


@caught_by("bounds")
class Unbounded(Sound):
    """Accepts minus five neighbours."""

    Params = UnboundedParams


class ClippingParams(SoundParams):
    """A silent repair."""

    @field_validator("shrinkage", mode="before")
    @classmethod
    def clip(cls, value):
        return min(max(value, 0), 100)


@caught_by("bounds")
class Clips(Sound):
    """Puts the nearest allowed value in the place of a wrong one."""

    Params = ClippingParams


class LenientParams(SoundParams):
    """Unknown names are ignored."""

    model_config = ConfigDict(extra="ignore")


@caught_by("bounds")
class Lenient(Sound):
    """Takes a misspelt parameter without a word."""

    Params = LenientParams


class BadDefaultParams(Params):
    """A default outside the bounds."""

    shrinkage: float = number(200, low=0, high=100)
    """Pulls rare pairs towards zero."""


@caught_by("parameters-described", "fits")
class BadDefault(Sound):
    """Its default is refused, so no model can be created."""

    Params = BadDefaultParams


class SilentParams(Params):
    """A field of which nothing is said."""

    shrinkage: float = number(1, low=0, high=100)


@caught_by("parameters-described")
class Silent(Sound):
    """Does not say what its parameter does."""

    Params = SilentParams


@caught_by("declaration")
class BadName(Sound):
    """A name that no command line can carry."""

    name = "My Algorithm!"


@caught_by("declaration")
class Homeless(Sound):
    """Belongs to no family."""

    family = ""


@caught_by("declaration")
class Speechless(Sound):
    __doc__ = None


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


@caught_by("new-users")
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

    def score(self, query):
        return np.repeat(self.means[None, :], len(query), axis=0)


caught_by()(RatingOnly)


@caught_by("beats-mean")
class RatingOnlyUpsideDown(RatingOnly):
    """Takes bad films for good ones."""

    def predict(self, query, rows, items):
        return 2 * self.means.mean() - self.means[items]
