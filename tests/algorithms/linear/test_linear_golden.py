"""NDCG@10 of the linear models on MovieLens 100K, the last fifth of each user held out; how near the sparse one is.

These are our own numbers, kept so that a change shows. All models are deterministic: 1e-4 allows for sums in another
order on another machine.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import pytest

from bench import notebook
from bench.types import Split

pytestmark = [
    pytest.mark.reference,
    pytest.mark.skipif("BENCH_DATA" not in os.environ, reason="BENCH_DATA does not name a folder of downloaded data"),
]

GOLDEN = {"ease": 0.19562, "slim": 0.20285, "admm-slim": 0.19407, "sparse-ease": 0.19868}


@pytest.fixture(scope="module")
def split() -> Split:
    return notebook.split(notebook.load("ml-100k"), "user-time")


@pytest.mark.parametrize("name", GOLDEN)
def test_golden(split: Split, name: str):
    found = notebook.evaluate(notebook.create(name), split, ("ndcg@10",)).metrics
    assert found["ndcg@10"] == pytest.approx(GOLDEN[name], abs=1e-4)


@pytest.mark.parametrize(("neighbours", "shared"), [(50, 0.84), (100, 0.89), (200, 0.93)])
def test_sparse_lists_resemble_those_of_ease(split: Split, neighbours: int, shared: float):
    """The share of EASE's ten items that the sparse form has too."""

    def items(name: str, **params: Any) -> np.ndarray:
        return notebook.evaluate(notebook.create(name, **params), split, ("ndcg@10",)).answers.lists.items[:, :10]

    pairs = zip(items("ease", l2=300), items("sparse-ease", l2=300, neighbours=neighbours), strict=True)
    assert np.mean([np.isin(a, b).mean() for a, b in pairs]) == pytest.approx(shared, abs=0.02)
