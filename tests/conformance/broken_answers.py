"""Algorithms that answer wrongly, or do what nobody asked for, each with the checks that have to notice."""

import random
import sys

import numpy as np
import torch
from broken_base import Sound, caught_by

from bench.algorithm import Can
from bench.types import TopK


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


@caught_by()
class Answering(Sound):
    """Counts the words that a text has in common with that of an item."""

    can = Sound.can | Can.ANSWER_TEXT

    def fit(self, train):
        super().fit(train)
        self.texts = list(train.items.texts)

    def ask(self, text):
        return np.array([float(len(set(text.split()) & set(own.split()))) for own in self.texts])


@caught_by("answers-text")
class Deaf(Answering):
    """Finds everything equally good."""

    def ask(self, text):
        return np.zeros(len(self.texts))


@caught_by("answers-text")
class Forgetful(Answering):
    """Answers with the texts that a saved model no longer has."""

    def save(self, folder):
        full, self.texts = self.texts, [""] * len(self.texts)
        super().save(folder)
        self.texts = full


@caught_by("answers-text")
class AsksRows(Answering):
    """Answers as if several had asked."""

    def ask(self, text):
        return super().ask(text)[None]
