"""Data on which arithmetic breaks: an algorithm gives finite numbers and NaN there, or says why it cannot."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from bench.algorithm import Can, Needs
from bench.conformance.check import Check, require, told
from bench.conformance.exams import DAY, SPLIT, Exam, built
from bench.conformance.lab import Lab, Model
from bench.conformance.strangers import without_history
from bench.errors import BadData, Diverged, Unsupported
from bench.splits import catalogue as splits
from bench.types import Query

_USERS, _ITEMS = 30, 20  # of which the last item is met by nobody


def _exam(
    items: int = _ITEMS, stars: float | None = None, rated: bool = True, validation: float = 0.1, **options: Any
) -> Exam:
    """Six in ten of all pairs but those with the last item; every rating is `stars`, or a half star up to 5."""
    rng = np.random.default_rng(0)
    who, what = np.indices((_USERS, items - 1)).reshape(2, -1)
    met = rng.random(len(who)) < 0.6
    who, what = who[met], what[met]
    ratings = rng.integers(1, 11, len(who)) / 2 if stars is None else np.full(len(who), stars)
    times = DAY * rng.integers(0, 30, len(who))
    dataset = built("hard", who, what, ratings if rated else None, times, _USERS, items, **options)
    return Exam(splits.make(dataset, {**SPLIT, "validation": validation}))


@cache
def constant_ratings() -> Exam:
    """Every rating is 3."""
    return _exam(stars=3)


@cache
def negative_ratings() -> Exam:
    """Every rating is −2."""
    return _exam(stars=-2, scale=(-5, 5))


@cache
def zero_ratings() -> Exam:
    """Every rating is 0, so that rows of ratings have no length to divide by."""
    return _exam(stars=0, scale=(0, 5))


@cache
def no_ratings() -> Exam:
    """Interactions with times and without ratings."""
    return _exam(rated=False, scale=None)


@cache
def few_described() -> Exam:
    """One item in three has a text and features, and so has one user in three."""
    return _exam(described=3)


@cache
def lonely_user() -> Exam:
    """The first user has side data, a number and a question, and no interaction to learn from."""
    exam = _exam(validation=0)
    train = exam.split.train
    return Exam(replace(exam.split, train=train.take(train.users > 0)))


@cache
def three_items() -> Exam:
    """Three items, of which two were met: fewer than most models have factors."""
    return _exam(items=3)


_EXAMS: dict[str, Callable[[], Exam]] = {
    "constant ratings": constant_ratings,
    "negative ratings": negative_ratings,
    "zero ratings": zero_ratings,
    "no ratings": no_ratings,
    "features of some items only": few_described,
    "a user without interactions": lonely_user,
    "three items": three_items,
}


def _survives(lab: Lab) -> None:
    lab.require_sound()
    found = {name: _fault(lab, exam()) for name, exam in _EXAMS.items()}
    faults = [f"{name}: {fault}" for name, fault in found.items() if fault]
    require(not faults, "; ".join(faults))


def _fault(lab: Lab, exam: Exam) -> str:
    """What is wrong with what the algorithm does on this data, or nothing."""
    model = lab.new()
    unrated = exam.split.train.ratings is None
    needs_ratings = Needs.RATINGS in model.abilities(model.params)[0]
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")  # only what comes out counts
            model.fit(exam.training())
            query = exam.held_out().query
            fault = _answers(model, query) or _answers(model, without_history(query))
    except (Unsupported, Diverged, BadData) as error:
        refused = needs_ratings and isinstance(error, Unsupported)
        return told(error) if unrated and not refused else ""
    except Exception as error:  # whatever an algorithm raises
        return told(error)
    return "needs RATINGS, and does not raise Unsupported" if unrated and needs_ratings else fault


def _answers(model: Model, query: Query) -> str:
    """What is wrong with the scores and predictions, or nothing. Predicting may be Unsupported on its own."""
    infinite = int(np.isinf(model.score(query)).sum())
    if infinite:
        return f"{infinite} scores are infinite"
    if Can.PREDICT_RATINGS not in model.abilities(model.params)[1]:
        return ""
    rows, items = np.indices((len(query), query.n_items)).reshape(2, -1)
    try:
        infinite = int(np.isinf(model.predict(query, rows, items.astype(np.int32))).sum())
    except Unsupported:
        return ""
    return f"{infinite} predicted ratings are infinite" if infinite else ""


CHECKS = (
    Check(
        "hard-data",
        "are its answers finite or NaN on constant, negative or missing ratings, gaps and three items?",
        _survives,
    ),
)
