"""Models of sequences on SASRec's MovieLens 1M: each user's last item, ranked among all that the user has not seen.

These are our own numbers, to be compared with SASRec's .3152 and .1821 (Klenitskiy and Vasilev 2023). All but FPMC are
deterministic: the tolerance is for float32 sums that tie or do not tie on other machines, of two users in 6,040. FPMC
trains for minutes; its seeds differ by about .002, and five times as much is allowed.
"""

from __future__ import annotations

import os

import pytest

from bench import notebook
from bench.types import Split

pytestmark = [
    pytest.mark.reference,
    pytest.mark.skipif("BENCH_DATA" not in os.environ, reason="BENCH_DATA does not name a folder of downloaded data"),
]

FOUND = [  # HR@10, NDCG@10, tolerance
    ("markov-chain", 0.2525, 0.1464, 3e-4),
    ("sequential-rules", 0.2238, 0.1300, 3e-4),
    ("s-knn", 0.1902, 0.0987, 3e-4),
    ("vs-knn", 0.2331, 0.1270, 3e-4),
    pytest.param("fpmc", 0.209, 0.1175, 0.01, marks=pytest.mark.slow),
]


@pytest.fixture(scope="module")
def split() -> Split:
    return notebook.split(notebook.load("sasrec-ml-1m"), "last-out")


@pytest.mark.parametrize(("name", "hit_rate", "ndcg", "tolerance"), FOUND)
def test_next_item(split: Split, name: str, hit_rate: float, ndcg: float, tolerance: float):
    found = notebook.evaluate(notebook.create(name), split, ("hit_rate@10", "ndcg@10")).metrics
    assert found["hit_rate@10"] == pytest.approx(hit_rate, abs=tolerance)
    assert found["ndcg@10"] == pytest.approx(ndcg, abs=tolerance)
