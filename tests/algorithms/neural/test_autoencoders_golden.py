"""NDCG@10 of the auto-encoders on ml-100k.

The golden values are means over the seeds 0 … 2 on the split user-time with default parameters. Training is
deterministic on one machine; another machine may add in another order, and after many steps that is as good as another
seed. So the tolerances are one and a half times the largest distance of one of the three seeds from their mean.
"""

from __future__ import annotations

import os

import numpy as np
import pytest

from bench import notebook

pytestmark = [
    pytest.mark.reference,
    pytest.mark.skipif("BENCH_DATA" not in os.environ, reason="BENCH_DATA does not name a folder of downloaded data"),
]

GOLDEN = [
    ("mult-vae", 0.1910, 0.003),
    ("mult-dae", 0.1954, 0.0032),
]


@pytest.mark.parametrize(("name", "ndcg", "tolerance"), GOLDEN)
def test_golden_result(name: str, ndcg: float, tolerance: float) -> None:
    split = notebook.split(notebook.load("ml-100k"), "user-time")
    found = [notebook.evaluate(notebook.create(name, seed=seed), split, ("ndcg@10",)).metrics for seed in range(3)]
    assert np.mean([metrics["ndcg@10"] for metrics in found]) == pytest.approx(ndcg, abs=tolerance)
