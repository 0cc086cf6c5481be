"""Rating error on MovieLens 100K, five folds, against the table in the readme of Surprise (Hug 2020).

The folds are drawn by the library itself from `u.data` in file order, `KFold(n_splits=5, random_state=0)`; predictions
are clipped to 1 … 5 stars and the error is the mean over folds, as published. Each fold goes through our `given` split,
our evaluation and our metrics.

Tolerances: the table has three digits; 0.001 for models without a random start, 0.002 for the others, because their
start depends on the order of the rows. SVD++ and co-clustering are not here: the library's own seeds differ by more.
"""

import numpy as np
import pytest

from algorithms.baselines.baseline_only import BaselineOnly
from algorithms.factors.rating_factors import NMF, SVD
from algorithms.neighbours.rating_knn import KNNBaseline, KNNBasic, KNNWithMeans
from algorithms.neighbours.slope_one import SlopeOne
from bench import notebook

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


@pytest.mark.parametrize(("algorithm", "rmse", "mae", "tolerance"), PUBLISHED)
def test_error_is_the_published_one(surprise_folds, algorithm, rmse, mae, tolerance):
    errors = []
    for split in surprise_folds:
        metrics = notebook.evaluate(algorithm(algorithm.Params(), seed=0), split, ("rmse", "mae")).metrics
        errors.append([metrics["rmse"], metrics["mae"]])
    measured = np.mean(errors, axis=0)
    np.testing.assert_allclose(measured, [rmse, mae], rtol=0, atol=tolerance)
