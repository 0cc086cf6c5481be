"""NDCG@10 and RMSE of every similarity on MovieLens 100K, the last fifth of each user held out.

These are our own numbers, kept so that a change shows. The models are deterministic: 1e-4 allows for sums in another
order on another machine, which may exchange neighbours that are equally similar but for rounding.
"""

from __future__ import annotations

import os
from typing import Any

import pytest

from bench import notebook
from bench.types import Split

pytestmark = [
    pytest.mark.reference,
    pytest.mark.skipif("BENCH_DATA" not in os.environ, reason="BENCH_DATA does not name a folder of downloaded data"),
]

GOLDEN = [  # algorithm, similarity and its parameters, NDCG@10, RMSE
    ("item-knn", {"similarity": "cosine"}, 0.18656, 1.00049),
    ("item-knn", {"similarity": "asymmetric-cosine", "alpha": 0.3}, 0.17918, 1.00522),
    ("item-knn", {"similarity": "conditional-probability"}, 0.18880, 0.98772),
    ("item-knn", {"similarity": "jaccard"}, 0.18392, 0.99132),
    ("item-knn", {"similarity": "dice"}, 0.18222, 0.99409),
    ("item-knn", {"similarity": "tversky", "alpha": 0.2, "beta": 1.0}, 0.16822, 1.00148),
    ("item-knn", {"similarity": "pearson"}, 0.13090, 1.00011),
    ("item-knn", {"similarity": "euclidean"}, 0.16309, 1.00406),
    ("item-knn", {"similarity": "adjusted-cosine"}, 0.12422, 0.99244),
    ("item-knn", {"similarity": "pearson-baseline"}, 0.12029, 0.99734),
    ("user-knn", {"similarity": "cosine"}, 0.18781, 1.00777),
    ("user-knn", {"similarity": "asymmetric-cosine", "alpha": 0.3}, 0.18332, 1.00701),
    ("user-knn", {"similarity": "conditional-probability"}, 0.18526, 1.00752),
    ("user-knn", {"similarity": "jaccard"}, 0.18391, 1.00725),
    ("user-knn", {"similarity": "dice"}, 0.18563, 1.00774),
    ("user-knn", {"similarity": "tversky", "alpha": 0.2, "beta": 1.0}, 0.17979, 1.00685),
    ("user-knn", {"similarity": "pearson"}, 0.15911, 1.00358),
    ("user-knn", {"similarity": "euclidean"}, 0.18840, 1.00714),
    ("user-knn", {"similarity": "adjusted-cosine"}, 0.15479, 1.01931),
    ("user-knn", {"similarity": "pearson-baseline"}, 0.15958, 1.00702),
    ("item-knn-time", {"half_life": 30}, 0.18728, 0.99825),
]


@pytest.fixture(scope="module")
def split() -> Split:
    return notebook.split(notebook.load("ml-100k"), "user-time")


@pytest.mark.parametrize(
    ("name", "params", "ndcg", "rmse"), GOLDEN, ids=[f"{row[0]}-{row[1].get('similarity', 'cosine')}" for row in GOLDEN]
)
def test_golden(split: Split, name: str, params: dict[str, Any], ndcg: float, rmse: float):
    found = notebook.evaluate(notebook.create(name, shrinkage=20, **params), split, ("ndcg@10", "rmse")).metrics
    assert found["ndcg@10"] == pytest.approx(ndcg, abs=1e-4)
    assert found["rmse"] == pytest.approx(rmse, abs=1e-4)
