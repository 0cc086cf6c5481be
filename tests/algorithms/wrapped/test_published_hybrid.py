"""Ranking on MovieLens 100K, split `ua`, against the table in the readme of LightFM (Kula 2015).

All ratings are positive, 10 components, learning rate 0.05, 10 epochs, and the training items stay in the ranking:
Precision@10 is 0.11 (WARP) and 0.10 (BPR), AUC 0.90 and 0.86. The table has two digits, hence the tolerance of 0.01.
"""

import os
from pathlib import Path

import numpy as np
import pytest

from algorithms.factors.hybrid_factorization import HybridFactorization
from bench import notebook
from bench.splits import given
from bench.splits.asking import Asking
from bench.topk import locate, top_k
from bench.types import Training

pytestmark = pytest.mark.reference


@pytest.fixture(scope="module")
def split():
    if "BENCH_DATA" not in os.environ:
        pytest.skip("BENCH_DATA names no folder with ml-100k/ua.base")
    folder = Path(os.environ["BENCH_DATA"]) / "ml-100k"
    train, test = (np.loadtxt(folder / f"ua.{part}", dtype=str, usecols=(0, 1)).T.tolist() for part in ("base", "test"))
    asking = Asking(hide_seen=False)
    return given.from_rows(notebook.load("ml-100k"), given.Rows(*train), given.Rows(*test), asking=asking)


@pytest.mark.parametrize(("loss", "precision", "auc"), [("warp", 0.11, 0.90), ("bpr", 0.10, 0.86)])
def test_ranking_is_the_published_one(split, loss, precision, auc):
    model = HybridFactorization(HybridFactorization.Params(loss=loss), seed=0)
    model.fit(Training(split.train, split.dataset.items, split.dataset.users))
    scores = model.score(split.test.query)
    best = top_k(scores, split.test.query, 10, hide_seen=False).items
    held = np.zeros((len(split.test), split.train.n_items), np.bool_)
    held[split.test.rows, split.test.items] = True
    assert np.take_along_axis(held, best, axis=1).mean() == pytest.approx(precision, abs=0.01)

    ranks = locate(scores, split.test)
    # Counts other held-out items among the better ones, as the library does not: at most 9 of 1681 places.
    worse = 1 - (ranks.better + ranks.position) / (ranks.candidates[split.test.rows] - 1)
    per_user = np.bincount(split.test.rows, worse) / np.bincount(split.test.rows)
    assert per_user.mean() == pytest.approx(auc, abs=0.01)
