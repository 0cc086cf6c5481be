"""NDCG@10 of the neural models that rank, on ml-100k, split user-time, with default parameters: means of three seeds.

Training is deterministic on one machine; another machine may add in another order, and after many steps that is as good
as another seed. So the tolerances are one and a half times the largest distance of one of the seeds 0 … 2 from their
mean. Those that predict ratings have a file of their own.
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

GOLDEN = [("mult-vae", 0.1910, 0.003), ("mult-dae", 0.1954, 0.0032)]
LONGER = [  # half a minute and more for each
    ("gmf", 0.1756, 0.0057),
    ("mlp", 0.1618, 0.0043),
    ("neumf", 0.1710, 0.0039),
    ("deepfm", 0.1733, 0.0013),
    ("two-tower", 0.1680, 0.0018),
    ("lightgcn", 0.1700, 0.0011),
    ("ultragcn", 0.1561, 0.0003),
    ("sasrec", 0.2139, 0.0076),
    ("gru4rec", 0.2319, 0.0023),
    ("caser", 0.1878, 0.0193),
    ("nextitnet", 0.2136, 0.0064),
    ("hstu", 0.2119, 0.0045),
    ("narm", 0.2181, 0.0023),
    ("bert4rec", 0.1786, 0.0019),
]


@pytest.mark.parametrize(
    ("name", "ndcg", "tolerance"), [*GOLDEN, *(pytest.param(*row, marks=pytest.mark.slow) for row in LONGER)]
)
def test_golden_result(name: str, ndcg: float, tolerance: float) -> None:
    split = notebook.split(notebook.load("ml-100k"), "user-time")
    models = [notebook.create(name, seed=seed) for seed in range(3)]
    found = [notebook.evaluate(model, split, ("ndcg@10",)).metrics["ndcg@10"] for model in models]
    assert np.mean(found) == pytest.approx(ndcg, abs=tolerance)
