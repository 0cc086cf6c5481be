"""Models of sequences on MovieLens 100K, each user's last fifth and each user's last item held out: NDCG@10.

All but FPMC are deterministic: the tolerance of 1e-4 is for float32 sums on other machines. FPMC has the mean of five
seeds, which differ with standard deviations of .004 and .005; three of the larger one are allowed.
"""

from __future__ import annotations

import os

import pytest

from bench import notebook
from bench.types import Dataset

pytestmark = [
    pytest.mark.reference,
    pytest.mark.skipif("BENCH_DATA" not in os.environ, reason="BENCH_DATA does not name a folder of downloaded data"),
]

FOUND = {  # NDCG@10 with "user-time", with "last-out", tolerance
    "markov-chain": (0.192827, 0.101022, 1e-4),
    "sequential-rules": (0.172639, 0.093835, 1e-4),
    "s-knn": (0.216140, 0.089664, 1e-4),
    "vs-knn": (0.226053, 0.101845, 1e-4),
    "fpmc": (0.1982, 0.0956, 0.015),
}


@pytest.fixture(scope="module")
def films() -> Dataset:
    return notebook.load("ml-100k")


@pytest.mark.parametrize("name", FOUND)
def test_golden(films: Dataset, name: str):
    every, last, tolerance = FOUND[name]
    for protocol, wanted in (("user-time", every), ("last-out", last)):
        result = notebook.evaluate(notebook.create(name), notebook.split(films, protocol), ("ndcg@10",))
        assert result.metrics["ndcg@10"] == pytest.approx(wanted, abs=tolerance), protocol
