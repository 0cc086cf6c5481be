"""NDCG@10 and RMSE of the content algorithms on MovieLens 100K: known items, and items nobody has met.

These are our own numbers, kept so that a change shows. The models are deterministic: 1e-4 allows for sums in another
order on another machine, which may part two scores that are equal but for rounding.
"""

from __future__ import annotations

import os

import pytest

from bench import notebook

pytestmark = [
    pytest.mark.reference,
    pytest.mark.skipif("BENCH_DATA" not in os.environ, reason="BENCH_DATA does not name a folder of downloaded data"),
]

GOLDEN = [  # algorithm, split, NDCG@10, RMSE; random scores have .014 in both
    ("content-tfidf", "user-time", 0.03925, None),
    ("content-bm25", "user-time", 0.06812, None),
    ("attribute-knn", "user-time", 0.02763, 1.12581),
    ("content-tfidf", "cold-items", 0.08238, None),
    ("content-bm25", "cold-items", 0.07944, None),
    ("attribute-knn", "cold-items", 0.02169, 1.02567),
]


@pytest.mark.parametrize(("name", "split", "ndcg", "rmse"), GOLDEN, ids=[f"{row[0]}-{row[1]}" for row in GOLDEN])
def test_golden(name: str, split: str, ndcg: float, rmse: float | None):
    divided = notebook.split(notebook.load("ml-100k"), split, test=0.2)
    found = notebook.evaluate(notebook.create(name), divided, ("ndcg@10", "rmse")).metrics
    assert found["ndcg@10"] == pytest.approx(ndcg, abs=1e-4)
    assert found["rmse"] == (None if rmse is None else pytest.approx(rmse, abs=1e-4))
