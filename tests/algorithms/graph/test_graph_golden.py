"""NDCG@10 of the graph algorithms on MovieLens 100K, the last fifth of each user held out.

These are our own numbers, kept so that a change shows. The walks are deterministic, and the singular vectors begin with
random numbers that change the result by rounding only: 1e-4 allows for sums in another order on another machine.
"""

from __future__ import annotations

import os

import pytest

from bench import notebook

pytestmark = [
    pytest.mark.reference,
    pytest.mark.skipif("BENCH_DATA" not in os.environ, reason="BENCH_DATA does not name a folder of downloaded data"),
]

GOLDEN = {"p3alpha": 0.16312, "rp3beta": 0.18617, "gf-cf": 0.17625}


@pytest.mark.parametrize("name", GOLDEN)
def test_golden(name: str):
    split = notebook.split(notebook.load("ml-100k"), "user-time")
    found = notebook.evaluate(notebook.create(name), split, ("ndcg@10",)).metrics
    assert found["ndcg@10"] == pytest.approx(GOLDEN[name], abs=1e-4)
