"""Rating error on MovieLens 100K, five folds, against the table in the readme of Surprise (Hug 2020).

The folds are drawn by the library itself from `u.data` in file order, `KFold(n_splits=5, random_state=0)`; predictions
are clipped to 1 … 5 stars and the error is the mean over folds, as published. Each fold goes through our `given` split,
our evaluation and our metrics.

Tolerance: the table has three digits and each model starts from the random numbers of the published run, seed 0; the
rest is for sums in another order.
"""

import numpy as np
import pytest

from algorithms.baselines.baseline_only import BaselineOnly
from algorithms.factors.rating_factors import NMF, SVD, SVDpp
from algorithms.neighbours.co_clustering import CoClustering
from algorithms.neighbours.rating_knn import KNNBaseline, KNNBasic, KNNWithMeans
from algorithms.neighbours.slope_one import SlopeOne
from bench import notebook

pytestmark = pytest.mark.reference

TOLERANCE = 0.001
PUBLISHED = [  # class, RMSE, MAE
    (BaselineOnly, 0.944, 0.748),
    (KNNBasic, 0.980, 0.774),
    (KNNWithMeans, 0.951, 0.749),
    (KNNBaseline, 0.931, 0.733),
    (SlopeOne, 0.946, 0.743),
    (SVD, 0.934, 0.737),
    (SVDpp, 0.919, 0.721),
    (NMF, 0.963, 0.758),
    (CoClustering, 0.963, 0.753),
]


@pytest.mark.parametrize(("algorithm", "rmse", "mae"), PUBLISHED)
def test_error_is_the_published_one(surprise_folds, algorithm, rmse, mae):
    errors = []
    for split in surprise_folds:
        metrics = notebook.evaluate(algorithm(algorithm.Params(), seed=0), split, ("rmse", "mae")).metrics
        errors.append([metrics["rmse"], metrics["mae"]])
    measured = np.mean(errors, axis=0)
    np.testing.assert_allclose(measured, [rmse, mae], rtol=0, atol=TOLERANCE)
