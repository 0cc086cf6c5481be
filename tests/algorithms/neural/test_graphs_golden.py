"""NDCG@10 of the graph models on ml-100k, split user-time, with default parameters: the mean of the seeds 0 … 2.

Training is deterministic on one machine; another machine may add in another order, and after many steps that is as good
as another seed. So the tolerances are one and a half times the largest distance of one of the seeds from their mean.
"""

from __future__ import annotations

import os

import numpy as np
import pytest

from bench import notebook

GOLDEN = [("lightgcn", 0.1700, 0.0011), ("ultragcn", 0.1561, 0.0003)]  # name, NDCG@10 and its tolerance


@pytest.mark.slow
@pytest.mark.reference
@pytest.mark.skipif("BENCH_DATA" not in os.environ, reason="BENCH_DATA does not name a folder of downloaded data")
@pytest.mark.parametrize(("name", "ndcg", "tolerance"), GOLDEN)
def test_golden_result(name: str, ndcg: float, tolerance: float) -> None:
    split = notebook.split(notebook.load("ml-100k"), "user-time")
    models = [notebook.create(name, seed=seed) for seed in range(3)]
    found = [notebook.evaluate(model, split, ("ndcg@10",)).metrics["ndcg@10"] for model in models]
    assert np.mean(found) == pytest.approx(ndcg, abs=tolerance)
