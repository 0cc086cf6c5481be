"""Top-100 lists of wrapped models for all users of MovieLens 100K against the libraries' own `predict`.

    BENCH_DATA=… python tests/performance/wrapped_lists.py

Each model is trained twice from the same seed, by our wrapper and by the library. Ours makes the lists of all users as
the harness does; the median of several rounds counts. Both run in one thread, and seconds are of the processor.
Surprise predicts one pair at a time, so its side is timed on a sample of users, every item they have not rated, and
scaled to all of them. LightFM predicts a whole user at a time, for all users. Scores of the same users and items must
be equal up to rounding. Goals: 50 times faster than Surprise, 5 times faster than LightFM.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from algorithms.factors.hybrid_factorization import DescribedFactorization, HybridFactorization, LibraryFactorization
from algorithms.factors.rating_factors import SVD
from algorithms.neighbours.rating_knn import KNNBaseline, KNNBasic, KNNWithMeans
from algorithms.rating_library import RatingLibrary, to_trainset
from bench import notebook
from bench.algorithm import Algorithm
from bench.topk import top_k
from bench.types import Floats, Query, Training
from bench.validation import slices

LENGTH, ROUNDS, SAMPLE = 100, 5, 25  # items of a list, rounds, users for the slow side
SURPRISE_GOAL, LIGHTFM_GOAL = 50, 5
Mine = Algorithm[Any]


def seconds(function: Callable[[], None]) -> float:
    """How long the processor was busy with a call."""
    begin = time.process_time()
    function()
    return time.process_time() - begin


def everybody(train: Training) -> Query:
    """One question for each user, with the whole history."""
    data, users = train.interactions, np.arange(train.interactions.n_users)
    ratings = data.known_ratings
    return Query(users, users.astype(np.int32), data.offsets, data.items, ratings, None, data.n_items)


def lists(model: Mine, query: Query) -> None:
    """The lists of all users, slice by slice."""
    for start, stop in slices(len(query), query.n_items):
        part = query.slice(start, stop)
        top_k(model.score(part), part, LENGTH)


def ours(model: Mine, query: Query) -> float:
    """Seconds for the lists of all users: the median after a round that compiles."""
    lists(model, query)
    return statistics.median(seconds(lambda: lists(model, query)) for _ in range(ROUNDS))


def surprises(ours: RatingLibrary[Any], train: Training, query: Query) -> tuple[float, Floats]:
    """Seconds of the library for all users, scaled from a sample, and its predictions (users, n_items), else NaN."""
    trainset, numbering = to_trainset(train.interactions)
    model = ours._model().fit(trainset)
    users = np.random.default_rng(0).choice(numbering.users, SAMPLE, replace=False)
    predicted = np.full((len(query), query.n_items), np.nan)

    def predict() -> None:
        for user in users.tolist():
            seen = set(query.items[query.offsets[user] : query.offsets[user + 1]].tolist())
            for item in range(query.n_items):
                if item not in seen:
                    predicted[user, item] = model.predict(user, item, clip=False).est
            np.argsort(-predicted[user])[:LENGTH]

    return seconds(predict) * len(query) / SAMPLE, predicted


def lightfms(ours: LibraryFactorization[Any], train: Training, query: Query) -> tuple[float, Floats]:
    """Seconds of the library for all users, and its predictions (users, n_items)."""
    data, model = train.interactions, ours._model()
    features = ours._features("item", train.items, data.n_items, ours._describes_items())
    model.fit(data.matrix().tocoo(), item_features=features, epochs=ours.params.epochs)
    items = np.arange(query.n_items)
    predicted = np.empty((len(query), query.n_items), np.float32)

    def predict() -> None:
        for user in range(len(query)):
            predicted[user] = model.predict(user, items, item_features=features)
            hidden = predicted[user].copy()
            hidden[query.items[query.offsets[user] : query.offsets[user + 1]]] = -np.inf
            np.argsort(-hidden)[:LENGTH]

    return seconds(predict), predicted


def compare(
    model: Mine, train: Training, query: Query, goal: float, theirs: Callable[..., tuple[float, Floats]], rtol: float
) -> bool:
    """One line of the table; whether the goal is met and all scores are equal."""
    model.fit(train)
    spent, (library, predicted) = ours(model, query), theirs(model, train, query)
    scores = np.asarray(model.score(query))
    asked = ~np.isnan(predicted)
    equal = np.allclose(scores[asked], predicted[asked], rtol=rtol, atol=rtol)
    met = equal and library >= goal * spent
    said = "equal" if equal else "DIFFERENT"
    print(f"{model.name:<24}{spent:>9.3f} s{library:>10.2f} s{library / spent:>9.0f}{goal:>8.0f}   {said}", end="")
    print("" if met else "   MISSED")
    return met


def main() -> int:
    """Measure, print, and return 0 when the goals are met and the scores are equal."""
    if "BENCH_DATA" not in os.environ:
        print("set BENCH_DATA to the folder of the downloaded data", file=sys.stderr)
        return 2
    warnings.filterwarnings("ignore", module="lightfm")
    dataset = notebook.load("ml-100k")
    train = Training(dataset.interactions, dataset.items, dataset.users)
    query = everybody(train)
    print(f"top {LENGTH} of {len(query)} users, 1 thread; Surprise timed on {SAMPLE} users and scaled")
    print(f"{'':<24}{'ours':>11}{'library':>12}{'ratio':>9}{'goal':>8}   scores")
    met = True
    with threadpool_limits(1):
        for rated in (KNNBasic, KNNWithMeans, KNNBaseline, SVD):
            met &= compare(rated(rated.Params()), train, query, SURPRISE_GOAL, surprises, 1e-6)
        for ranked in (HybridFactorization, DescribedFactorization):
            met &= compare(ranked(ranked.Params()), train, query, LIGHTFM_GOAL, lightfms, 1e-4)
    print(f"goal {'met' if met else 'MISSED'}")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
