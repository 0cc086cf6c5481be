"""Neural models at the numbers that they have to reach: quality, and minutes of training, on two cores.

    BENCH_DATA=… python tests/performance/neural.py [PART …] [--threads 2]

Parts: neumf (NCF's split of MovieLens 1M), mult-vae (RecBole's protocol), token-transformer (the first of Surprise's
five folds of MovieLens 100K); all if left out. The curve of LightGCN has a script of its own. The floor is the time of
forward and backward passes alone: that of one batch, times the number of steps that training took, without sampling,
steps of the optimiser, validation and checkpoints.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from measured import seconds, show

from algorithms.neural.isolation import thread_limit
from algorithms.neural.model import NeuralModel
from bench import notebook
from bench.types import Split

sys.path.append(str(Path(__file__).parents[1] / "algorithms"))


def ncf() -> Split:
    """The held-out item and 99 listed others."""
    return notebook.split(notebook.load("ncf-ml-1m"), "given", published="ncf")


def recbole() -> Split:
    """Ratings of 3 and more, 10-core, 8:1:1 of each user at random."""
    data = notebook.load("ml-1m", min_rating=3, k_core=10)
    return notebook.split(data, "random", test=0.1, validation=0.1, seed=0, history="train")


def fold() -> Split:
    """The first fold, drawn by the library."""
    from surprise_cases import drawn

    return next(drawn())


@dataclass(frozen=True)
class Part:
    """A model, its data, and what it has to reach."""

    split: Callable[[], Split]
    params: dict[str, Any]
    least: dict[str, float]  # metric -> lowest value; for rmse the highest
    minutes: float


NEUMF = {"factors": 64, "layers": 2, "batch_size": 4096, "learning_rate": 0.003, "epochs": 14}
PARTS = {
    "neumf": Part(ncf, NEUMF, {"hit_rate@10": 0.70, "ndcg@10": 0.425}, 10),
    "mult-vae": Part(recbole, {}, {"ndcg@10": 0.245}, 5),
    "token-transformer": Part(fold, {}, {"rmse": 0.94}, 5),
}


def floor(model: NeuralModel[Any], split: Split) -> float:
    """Seconds of the passes of one epoch."""
    task = model._task(split.training(), torch.device("cpu"))  # the harness's own script may look inside
    generator = torch.Generator().manual_seed(0)
    count = sum(1 for _ in task.batches(generator))
    model.network.train()
    some = list(islice(task.batches(generator), 10))
    with thread_limit(model.threads):
        passes = [seconds(lambda b=batch: task.loss(b).backward())[0] for batch in some]  # type: ignore[no-untyped-call]
    return statistics.median(passes) * count


def measure(name: str, part: Part, threads: int) -> bool:
    """Train, score, print; whether all goals are met."""
    split, curve = part.split(), list[dict[str, float]]()
    model = notebook.create(name, **part.params)
    model.threads = threads
    train = replace(split.training(), report=lambda epoch, **values: curve.append(values))
    taken, _ = seconds(lambda: model.fit(train))
    model.fit = lambda train: None  # it is fitted
    found = notebook.evaluate(model, split, tuple(part.least)).metrics
    print(f"{name}: {len(curve)} epochs, threads {threads}, {split}")
    met = show("  training", taken / 60, part.minutes, "min", floor(model, split) * len(curve) / 60)
    for metric, bound in part.least.items():
        value = found[metric] or 0.0
        good = value <= bound if metric == "rmse" else value >= bound
        met &= good
        print(f"  {metric:<50}{value:>9.4f}    {bound:>9.4f}   {'' if good else '            MISSED'}")
    return met


def main() -> int:
    """Measure, print, and return 0 when all goals are met."""
    parser = argparse.ArgumentParser()
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS])
    parser.add_argument("--threads", type=int, default=2)
    wanted = parser.parse_args()
    if "BENCH_DATA" not in os.environ:
        print("set BENCH_DATA to the folder of the downloaded data", file=sys.stderr)
        return 2
    print(f"{'':<52}{'value':>12}{'goal':>13}{'ratio':>9}   (to the passes alone)")
    met = [measure(name, PARTS[name], wanted.threads) for name in wanted.parts or PARTS]
    print(f"goal {'met' if all(met) else 'MISSED'}")
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
