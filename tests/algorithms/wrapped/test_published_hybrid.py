"""Ranking on MovieLens 100K, split `ua`, against the table in the readme of LightFM (Kula 2015).

All ratings are positive, 10 components, learning rate 0.05, 10 epochs, and the training items stay in the ranking:
Precision@10 is 0.11 (WARP) and 0.10 (BPR), AUC 0.90 and 0.86. The table has two digits, hence the tolerance of 0.01.
"""

import os

import pytest

from algorithms.factors.hybrid_factorization import HybridFactorization
from bench import notebook

pytestmark = pytest.mark.reference


@pytest.fixture(scope="module")
def split():
    if "BENCH_DATA" not in os.environ:
        pytest.skip("BENCH_DATA names no folder with ml-100k/ua.base")
    return notebook.split(notebook.load("ml-100k"), "given", published="ua", hide_seen=False)


@pytest.mark.parametrize(("loss", "precision", "auc"), [("warp", 0.11, 0.90), ("bpr", 0.10, 0.86)])
def test_ranking_is_the_published_one(split, loss, precision, auc):
    model = HybridFactorization(HybridFactorization.Params(loss=loss), seed=0)
    found = notebook.evaluate(model, split, ("precision@10", "auc")).metrics
    assert found["precision@10"] == pytest.approx(precision, abs=0.01)
    assert found["auc"] == pytest.approx(auc, abs=0.01)
