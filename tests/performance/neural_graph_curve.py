"""How the graph models learn on Gowalla, LightGCN's split with all of its training part: a curve over the epochs.

    BENCH_DATA=… python tests/performance/neural_graph_curve.py [lightgcn|ultragcn] [EPOCHS] [THREADS]

Recall@20 and NDCG@20 on the test part every few epochs, all items ranked but those of training, and the median seconds
of an epoch without that evaluation. The goal is a Recall@20 that rises from each point to the next. Published are .1824
and .1547 for LightGCN after 1000 epochs, .1862 and .1580 for UltraGCN, both on a GPU. LightGCN's batch and step
length are sixteen times those of its authors, for few epochs on a processor. UltraGCN's are not tuned.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from itertools import pairwise
from typing import Any

from bench import evaluation, notebook
from bench.context import context_of
from bench.metrics.registry import measure
from bench.types import Split, Training

EVERY = 4  # epochs between two points
METRICS = ("recall@20", "ndcg@20")
SETTINGS: dict[str, dict[str, Any]] = {
    "lightgcn": {"batch_size": 32_768, "learning_rate": 0.016},
    "ultragcn": {"batch_size": 4096, "learning_rate": 0.003},
}


def curve(name: str, split: Split, epochs: int, threads: int) -> tuple[list[float], list[float]]:
    """Train and print the points as they come; Recall@20 of each, and the seconds of each epoch."""
    points, spent, begin = list[float](), list[float](), time.perf_counter()
    model = notebook.create(name, epochs=epochs, threads=threads, **SETTINGS[name])

    def report(epoch: int, loss: float) -> None:
        nonlocal begin
        spent.append(time.perf_counter() - begin)
        if epoch % EVERY == 0 or epoch == epochs:
            found = measure(METRICS, evaluation.rank(model, split.test), context_of(split))
            points.append(found["recall@20"].value)
            print(
                f"{epoch:>5}{loss:>10.4f}{points[-1]:>12.4f}{found['ndcg@20'].value:>10.4f}{spent[-1]:>9.1f} s",
                flush=True,
            )
        begin = time.perf_counter()

    model.fit(Training(split.learnt, split.dataset.items, split.dataset.users, report=report))
    return points, spent


def main() -> int:
    """Measure, print, and return 0 when the goal is met."""
    if "BENCH_DATA" not in os.environ:
        print("set BENCH_DATA to the folder of the downloaded data", file=sys.stderr)
        return 2
    name, epochs, threads = [*sys.argv[1:], *("lightgcn", "20", "1")[len(sys.argv) - 1 :]]
    split = notebook.split(notebook.load("gowalla"), "given", published="lightgcn", fit_on="train+validation")
    print(f"{name}, {len(split.learnt):,} interactions, {epochs} epochs, threads {threads}, {SETTINGS[name]}")
    print("epoch      loss   recall@20   ndcg@20    epoch")
    points, spent = curve(name, split, int(epochs), int(threads))
    rises = all(before < after for before, after in pairwise(points))
    print(f"seconds per epoch, median: {statistics.median(spent):.1f}")
    print(f"goal, recall@20 rises: {'met' if rises else 'MISSED'}")
    return 0 if rises else 1


if __name__ == "__main__":
    sys.exit(main())
