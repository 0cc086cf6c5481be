"""The same harness in a notebook: in this process, without a store and without limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bench import evaluation
from bench.algorithm import Algorithm
from bench.answers import Answers
from bench.context import context_of
from bench.datasets import catalogue as datasets
from bench.datasets.imported import import_frame
from bench.handover import with_features
from bench.matrix import METRICS
from bench.metrics.registry import measure
from bench.registry import create
from bench.splits import catalogue as splits
from bench.types import Dataset, Floats, Split

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["create", "dataset", "evaluate", "load", "split"]


@dataclass(frozen=True)
class Result:
    """The quality of one algorithm on one split."""

    metrics: dict[str, float | None]  # None where a metric is undefined
    per_user: Mapping[str, Floats]  # (q,) for each metric that has one value per question
    answers: Answers


def load(name: str, **options: Any) -> Dataset:
    """A data set by name; `bench list datasets` shows all."""
    return datasets.load({"name": name, **options})


def dataset(frame: pd.DataFrame, **options: Any) -> Dataset:
    """The data set in a DataFrame, as `dataset(frame, user="who", item="what", rating="stars", time="at")`.

    With a `name` it is kept, and `load(name)` finds it again; see `bench.datasets.imported.import_frame`.
    """
    return import_frame(frame, **options)


def split(dataset: Dataset, name: str, **options: Any) -> Split:
    """A data set divided by a protocol; `bench list splits` shows all."""
    return splits.make(dataset, {"name": name, **options})


def evaluate(algorithm: Algorithm[Any], split: Split, metrics: tuple[str, ...] = METRICS) -> Result:
    """Fit on the training part and answer the test questions. Raises what the algorithm raises."""
    algorithm.fit(split.training())
    test = with_features(split.test, split.dataset.users)
    answers = evaluation.rank(algorithm, test)
    if evaluation.predicts(type(algorithm), test):
        mean = float(split.learnt.known_ratings.mean(dtype="float64"))
        predictions, refused = evaluation.predict(algorithm, test, mean)
        answers = replace(answers, predictions=predictions, refused=refused)
    measured = measure(metrics, answers, context_of(split))
    per_user = {name: values for name, found in measured.items() if (values := found.per_question) is not None}
    return Result({name: found.value for name, found in measured.items()}, per_user, answers)
