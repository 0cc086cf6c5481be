"""NDCG@10 and RMSE on ml-100k, split user-time, default parameters, of the first baselines and the wrapped models.

Models without a random start: their value, and 1e-4 for sums in another order. The others: the mean over the seeds
0 … 4 (SVD++ two) and about one and a half times the largest distance of one of them from it; for few seeds
that of a similar model where it is larger, since another machine or release is as good as another seed.
"""

import os

import pytest

from bench import notebook

pytestmark = [
    pytest.mark.reference,
    pytest.mark.skipif("BENCH_DATA" not in os.environ, reason="BENCH_DATA does not name a folder of downloaded data"),
]
SAME = 1e-4
GOLDEN = [  # name, NDCG@10 and its tolerance, RMSE and its tolerance
    ("random", 0.0147, 0.0036, None, None),
    ("bias", 0.06174, SAME, 1.0274, SAME),
    ("implicit-als", 0.1681, 0.0015, None, None),
    ("implicit-bpr", 0.1449, 0.005, None, None),
    ("implicit-lmf", 0.1207, 0.0037, None, None),
    ("surprise-baseline", 0.05389, SAME, 1.01572, SAME),
    ("surprise-slope-one", 0.00043, SAME, 1.00986, SAME),
    ("surprise-knn-basic", 0.00071, SAME, 1.04935, SAME),
    ("surprise-knn-means", 0.00104, SAME, 1.02471, SAME),
    ("surprise-knn-baseline", 0.00039, SAME, 0.99259, SAME),
    ("surprise-svd", 0.0556, 0.005, 1.0081, 0.0036),
    ("surprise-svdpp", 0.0592, 0.0055, 0.9858, 0.0045),
    ("surprise-nmf", 0.0045, 0.0012, 1.0324, 0.0107),
    ("surprise-co-clustering", 0.0008, 0.0005, 1.0341, 0.01),
]


@pytest.fixture(scope="module")
def split():
    return notebook.split(notebook.load("ml-100k"), "user-time")


@pytest.mark.parametrize(("name", "ndcg", "ndcg_tolerance", "rmse", "rmse_tolerance"), GOLDEN)
def test_golden_result(split, name, ndcg, ndcg_tolerance, rmse, rmse_tolerance):
    found = notebook.evaluate(notebook.create(name), split, ("ndcg@10", "rmse")).metrics
    assert found["ndcg@10"] == pytest.approx(ndcg, abs=ndcg_tolerance)
    assert (found["rmse"] is None) == (rmse is None)
    if rmse is not None:
        assert found["rmse"] == pytest.approx(rmse, abs=rmse_tolerance)
