"""Simple models on NCF's split of MovieLens 1M against Ferrari Dacrema et al. (2021), HR@10 and NDCG@10.

"A troubling analysis of reproducibility and progress in recommender systems research", ACM TOIS 39(2): the held-out
item is ranked among itself and 99 listed others. All models are deterministic, the published numbers have four digits.
Tolerances: 0.0005 for EASE and item k-NN, for ties and for our idf, which differs by ln((1 + N) / N); 0.001 for
popularity, whose ties are many and which is published with two values; 0.01 for user k-NN, whose ties at the last
neighbour we all count; 0.003 for the walks and PureSVD, from the tables of the authors' programs of 2019 (file
FULL_RESULTS.md), whose validation part, training or not, is not told.
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

PUBLISHED = [  # algorithm, parameters, HR@10, NDCG@10, tolerance
    ("popularity", {}, 0.4534, 0.2543, 0.001),
    ("ease", {"l2": 1320}, 0.7192, 0.4494, 0.0005),
    (
        "item-knn",
        {"neighbours": 111, "weighting": "bm25", "shrinkage": 298, "neighbours_of": "candidate"},
        0.6694,
        0.3979,
        0.0005,
    ),
    ("user-knn", {"neighbours": 516, "weighting": "bm25", "neighbours_of": "neighbour"}, 0.6606, 0.3951, 0.01),
    ("p3alpha", {"neighbours": 464, "alpha": 1.5511, "normalized": True}, 0.6464, 0.3867, 0.003),
    ("rp3beta", {"neighbours": 494, "alpha": 1.1468, "beta": 0.5613, "normalized": True}, 0.6715, 0.3991, 0.003),
    ("pure-svd", {"factors": 60}, 0.6896, 0.4294, 0.003),
]


@pytest.fixture(scope="module")
def split() -> Split:
    return notebook.split(notebook.load("ncf-ml-1m"), "given", published="ncf")


@pytest.mark.parametrize(
    ("name", "params", "hit_rate", "ndcg", "tolerance"), PUBLISHED, ids=[row[0] for row in PUBLISHED]
)
def test_published_numbers(
    split: Split, name: str, params: dict[str, Any], hit_rate: float, ndcg: float, tolerance: float
):
    found = notebook.evaluate(notebook.create(name, **params), split, ("hit_rate@10", "ndcg@10")).metrics
    assert found["hit_rate@10"] == pytest.approx(hit_rate, abs=tolerance)
    assert found["ndcg@10"] == pytest.approx(ndcg, abs=tolerance)
