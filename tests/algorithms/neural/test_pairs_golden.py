"""NDCG@10 of the models of users and items on ml-100k, split user-time, with default parameters: means of three seeds.

Training is deterministic on one machine; another machine may add in another order, and after many steps that is as good
as another seed. So the tolerances are one and a half times the largest distance of one of the seeds 0 … 2 from their
mean.
"""

from __future__ import annotations

import os

import numpy as np
import pytest

from bench import notebook

pytestmark = [
    pytest.mark.slow,  # half a minute and more for each
    pytest.mark.reference,
    pytest.mark.skipif("BENCH_DATA" not in os.environ, reason="BENCH_DATA does not name a folder of downloaded data"),
]

GOLDEN = [
    ("gmf", 0.1756, 0.0057),
    ("mlp", 0.1618, 0.0043),
    ("neumf", 0.1710, 0.0039),
    ("deepfm", 0.1733, 0.0013),
    ("two-tower", 0.1680, 0.0018),
]


@pytest.mark.parametrize(("name", "ndcg", "tolerance"), GOLDEN)
def test_golden_result(name: str, ndcg: float, tolerance: float) -> None:
    split = notebook.split(notebook.load("ml-100k"), "user-time")
    found = [notebook.evaluate(notebook.create(name, seed=seed), split, ("ndcg@10",)).metrics for seed in range(3)]
    assert np.mean([metrics["ndcg@10"] for metrics in found]) == pytest.approx(ndcg, abs=tolerance)
