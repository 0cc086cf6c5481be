"""Learning is examined where the answer is known, and where it is worth something.

A rating-only algorithm (it needs ratings and predicts them) does not have to rank; one that ranks for persons must.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bench import evaluation
from bench.algorithm import Algorithm, Can, Needs
from bench.answers import Answers
from bench.conformance import exams
from bench.conformance.check import Check, NotExamined, require
from bench.conformance.lab import Lab
from bench.metrics.ranking import Ranking, ndcg
from bench.params import Params
from bench.topk import top_k
from bench.types import Floats, Query, Training

ENOUGH = 0.9  # chance is about a quarter on the board, and every sound algorithm is above 0.95
ERRORS = 3  # standard errors of the paired difference: chance passes in one of 700 trials
BETTER = 0.97  # of the error of the global mean


def rating_only(cls: type[Algorithm[Any]]) -> bool:
    """Whether ranking is a by-product: it needs ratings and predicts them."""
    return Needs.RATINGS in cls.needs and Can.PREDICT_RATINGS in cls.can


def ranks_persons(cls: type[Algorithm[Any]]) -> bool:
    """Whether it must find out what each person likes."""
    return Can.PERSONALISE in cls.can and not rating_only(cls)


def own_share(scores: Floats, query: Query) -> float:
    """The share of items of the user's own colour among the best four unseen ones; the keys are the users."""
    best = top_k(scores, query, 4).items
    return float(np.mean((best % 2 == query.keys[:, None] % 2) & (best >= 0)))


def on_board(lab: Lab) -> Algorithm[Any]:
    """The model of the checker-board, if the algorithm works at all."""
    lab.require_sound()
    return lab.fitted(exams.board())


def _on_films(lab: Lab) -> Algorithm[Any]:
    lab.require_sound()
    if Needs.USER_FEATURES in lab.cls.needs:
        raise NotExamined("needs user features, and movielens-small has none")
    return lab.fitted(exams.films())


def _personal(lab: Lab) -> None:
    """Some pair of items stands in opposite order for two users: neither ties nor a constant per user can do that."""
    scores = np.asarray(lab.townsman.score(lab.held_out.query), np.float64)
    rounding = 1e-5 * float(np.nanmax(np.abs(scores)))
    steps = scores[:, :, None] - scores[:, None, :]  # (b, n_items, n_items)
    order = np.where(np.abs(steps) > rounding, np.sign(steps), 0)
    contrary = int(((order * order[:1]) < 0).any(axis=(1, 2)).sum())
    require(contrary, f"promises PERSONALISE, and all {len(scores)} users get their items in the same order")


def _board(lab: Lab) -> None:
    query = exams.board().held_out().query
    share = own_share(on_board(lab).score(query), query)
    require(share >= ENOUGH, f"of the best four items on the checker-board only {share:.0%} are the user's own")


def _beats_random(lab: Lab) -> None:
    held_out = exams.films().held_out()
    own = _quality(evaluation.rank(_on_films(lab), held_out))
    gain = own - _quality(evaluation.rank(_Chance(Params()), held_out))
    error = float(gain.std(ddof=1)) / len(gain) ** 0.5
    values = f"NDCG@10 {own.mean():.3f}, {gain.mean():+.3f} against random scores with a standard error of {error:.3f}"
    require(gain.mean() > ERRORS * error, values)


class _Chance(Algorithm[Params]):
    """Random scores."""

    def fit(self, train: Training) -> None:
        """Nothing to learn."""

    def score(self, query: Query) -> Floats:
        """(b, n_items) uniform numbers."""
        return np.random.default_rng(0).random((len(query), query.n_items))


def _quality(answers: Answers) -> Floats:
    values = ndcg(Ranking.of(answers), 10).per_question
    return np.zeros(0) if values is None else values


def _beats_mean(lab: Lab) -> None:
    exam = exams.films()
    held_out, mean = exam.held_out(), float(exam.split.train.known_ratings.mean(dtype=np.float64))
    model = _on_films(lab)
    predicted, refused = evaluation.predict(model, held_out, mean)
    true = np.asarray(held_out.ratings)
    own, plain = (
        float(np.sqrt(np.mean((values - true) ** 2))) for values in (predicted, np.full_like(predicted, mean))
    )
    values = f"RMSE {own:.3f} ({refused} of {len(true)} pairs refused); the global mean has {plain:.3f}"
    require(own <= BETTER * plain, values)


CHECKS = (
    Check("personal", "do different histories get different lists?", _personal, lambda cls: Can.PERSONALISE in cls.can),
    Check("checker-board", "does it learn the checker-board?", _board, ranks_persons),
    Check(
        "beats-random",
        "is its NDCG@10 on real films clearly above that of random scores?",
        _beats_random,
        ranks_persons,
    ),
    Check(
        "beats-mean",
        "is its RMSE on real films clearly below that of the global mean?",
        _beats_mean,
        lambda cls: Can.PREDICT_RATINGS in cls.can,
    ),
)
