"""LightGCN on Gowalla, its authors' split, full ranking: Recall@20 and NDCG@20 rise over 20 epochs.

Published are .1824 and .1547 after 1000 epochs on a GPU, which take days on one processor. Here batches are sixteen
times as large as those of the authors, and so are the steps; the training part lacks the validation part. Steps of .05
are better on the validation part and fall back on the test part after twelve epochs. Ten minutes.
"""

from __future__ import annotations

import os

import pytest

from bench import evaluation, notebook
from bench.context import context_of
from bench.metrics.registry import measure
from bench.types import Training

METRICS = ("recall@20", "ndcg@20")


@pytest.mark.slow
@pytest.mark.reference
@pytest.mark.skipif("BENCH_DATA" not in os.environ, reason="BENCH_DATA does not name a folder of downloaded data")
def test_the_curve_rises() -> None:
    split = notebook.split(notebook.load("gowalla"), "given", published="lightgcn")
    model = notebook.create("lightgcn", epochs=20, batch_size=32_768, learning_rate=0.016)
    points: list[tuple[float, ...]] = []

    def report(epoch: int, loss: float) -> None:
        if epoch % 5 == 0:
            found = measure(METRICS, evaluation.rank(model, split.test), context_of(split))
            points.append(tuple(found[name].value for name in METRICS))

    model.fit(Training(split.train, split.dataset.items, split.dataset.users, report=report))
    for curve in zip(*points, strict=True):
        assert list(curve) == sorted(set(curve))
