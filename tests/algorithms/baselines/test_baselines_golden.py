"""The baselines on MovieLens 100K, each user's last fifth and each user's last item held out: NDCG@10.

All are deterministic: the tolerance of 1e-4 is for float sums on other machines.
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

FOUND = {  # NDCG@10 with "user-time", with "last-out"
    "popularity": (0.117058, 0.039889),
    "recent-popularity": (0.112722, 0.040530),
    "group-popularity": (0.121471, 0.040483),
    "genre-popularity": (0.009643, 0.001923),
    "most-recent": (0.042983, 0.016846),
    "co-occurrence": (0.160621, 0.048621),
}


@pytest.fixture(scope="module")
def films() -> Dataset:
    return notebook.load("ml-100k")


@pytest.mark.parametrize("name", FOUND)
def test_golden(films: Dataset, name: str):
    for protocol, wanted in zip(("user-time", "last-out"), FOUND[name], strict=True):
        result = notebook.evaluate(notebook.create(name), notebook.split(films, protocol), ("ndcg@10",))
        assert result.metrics["ndcg@10"] == pytest.approx(wanted, abs=1e-4), protocol
