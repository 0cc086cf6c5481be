"""Rating error on MovieLens 100K, five folds, against the table in the readme of Surprise (Hug 2020).

The folds are drawn by the library itself from `u.data` in file order, `KFold(n_splits=5, random_state=0)`; predictions
are clipped to 1 … 5 stars and the error is the mean over folds, as published. Each fold goes through our `given` split,
our evaluation and our metrics.

Tolerances: the table has three digits; 0.001 for models without a random start, 0.002 for the others, because their
start depends on the order of the rows. SVD++ and co-clustering are not here: the library's own seeds differ by more.
"""

import os

import numpy as np
import pytest
import surprise
from surprise.model_selection import KFold

from algorithms.baselines.baseline_only import BaselineOnly
from algorithms.factors.rating_factors import NMF, SVD
from algorithms.neighbours.rating_knn import KNNBaseline, KNNBasic, KNNWithMeans
from algorithms.neighbours.slope_one import SlopeOne
from bench import notebook
from bench.datasets import sources
from bench.splits import given
from bench.splits.rows import Rows

pytestmark = pytest.mark.reference

PUBLISHED = [  # class, RMSE, MAE, tolerance
    (BaselineOnly, 0.944, 0.748, 0.001),
    (KNNBasic, 0.980, 0.774, 0.001),
    (KNNWithMeans, 0.951, 0.749, 0.001),
    (KNNBaseline, 0.931, 0.733, 0.001),
    (SlopeOne, 0.946, 0.743, 0.001),
    (SVD, 0.934, 0.737, 0.002),
    (NMF, 0.963, 0.758, 0.002),
]


@pytest.fixture(scope="module")
def folds():
    """The five folds as splits of the data set ml-100k."""
    if "BENCH_DATA" not in os.environ:
        pytest.skip("BENCH_DATA names no folder with ml-100k/u.data")
    path = sources.data_folders()[0] / "ml-100k" / "u.data"
    data = surprise.Dataset.load_from_file(path, surprise.Reader(line_format="user item rating timestamp", sep="\t"))
    dataset = notebook.load("ml-100k")
    return [
        given.from_rows(dataset, part(raw_ratings(trainset)), part(test))
        for trainset, test in KFold(n_splits=5, random_state=0).split(data)
    ]


def raw_ratings(trainset):
    return ((trainset.to_raw_uid(u), trainset.to_raw_iid(i), rating) for u, i, rating in trainset.all_ratings())


def part(rows):
    return Rows(*zip(*rows, strict=True))


@pytest.mark.parametrize(("algorithm", "rmse", "mae", "tolerance"), PUBLISHED)
def test_error_is_the_published_one(folds, algorithm, rmse, mae, tolerance):
    errors = []
    for split in folds:
        metrics = notebook.evaluate(algorithm(algorithm.Params(), seed=0), split, ("rmse", "mae")).metrics
        errors.append([metrics["rmse"], metrics["mae"]])
    measured = np.mean(errors, axis=0)
    np.testing.assert_allclose(measured, [rmse, mae], rtol=0, atol=tolerance)
