"""What the scripts about neural models share: train one, print quality and time beside their goals."""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from curve_picture import Curve, draw
from measured import seconds, show

from algorithms.neural.isolation import thread_limit
from algorithms.neural.model import NeuralModel
from bench import notebook
from bench.types import Split


@dataclass(frozen=True)
class Part:
    """A model, its data, and what it has to reach."""

    name: str
    split: Callable[[], Split]
    params: dict[str, Any]
    least: dict[str, float]  # metric -> lowest value; for rmse the highest
    minutes: float  # of training
    epoch: float | None = None  # seconds
    memory: float | None = None  # GB


def floor(model: NeuralModel[Any], split: Split) -> float:
    """Seconds of the passes of one epoch."""
    task = model._task(split.training(), model._on)  # the harness's own script may look inside
    generator = torch.Generator(model._on).manual_seed(0)
    count = sum(1 for _ in task.batches(generator))
    model.network.train()
    some = list(islice(task.batches(generator), 10))
    with thread_limit(model.threads):
        passes = [seconds(lambda b=batch: task.loss(b).backward())[0] for batch in some]  # type: ignore[no-untyped-call]
    return statistics.median(passes) * count


def measure(part: Part, threads: int, device: str, curve: Curve, talk: bool) -> bool:
    """Train, score, print; whether all goals are met. The validation quality of each epoch is added to `curve`."""
    split, heard = part.split(), list[float]()
    model = notebook.create(part.name, device=device, **part.params)
    model.threads, begin = threads, time.perf_counter()

    def report(epoch: int, **values: float) -> None:
        heard.append(time.perf_counter() - begin)
        if "ndcg" in values:
            curve.append((heard[-1], values["ndcg"]))
        if talk:
            named = "".join(f"  {name} {value:.4f}" for name, value in values.items())
            print(f"{epoch:>6}{heard[-1]:>9.1f} s{named}", flush=True)

    taken, _ = seconds(lambda: model.fit(replace(split.training(), report=report)))
    model.fit = lambda train: None  # it is fitted
    found = notebook.evaluate(model, split, tuple(part.least)).metrics
    print(f"{part.name}: {len(heard)} epochs, threads {threads}, {part.params}, {split}")
    passes = floor(model, split)
    met = show("  training", taken / 60, part.minutes, "min", passes * len(heard) / 60)
    if part.epoch is not None:
        met &= show("  an epoch, validation included", taken / len(heard), part.epoch, "s", passes)
    if part.memory is not None:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
        met &= show("  peak memory of this process so far", peak, part.memory, "GB")
    for metric, bound in part.least.items():
        value = found[metric] or 0.0
        good = value <= bound if metric == "rmse" else value >= bound
        met &= good
        print(f"  {metric:<50}{value:>9.4f}    {bound:>9.4f}   {'' if good else '            MISSED'}")
    return met


def run(parts: dict[str, Part]) -> int:
    """Measure what the command line names; 0 when all goals are met."""
    parser = argparse.ArgumentParser()
    parser.add_argument("parts", nargs="*", choices=[[], *parts])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("--curves", action="store_true", help="print each epoch")
    parser.add_argument("--picture", type=Path, help="draw validation quality against seconds into this file")
    wanted = parser.parse_args()
    if "BENCH_DATA" not in os.environ:
        print("set BENCH_DATA to the folder of the downloaded data", file=sys.stderr)
        return 2
    print(f"{'':<52}{'value':>12}{'goal':>13}{'ratio':>9}   (to the passes alone)")
    curves: dict[str, Curve] = {name: [] for name in wanted.parts or parts}
    met = [measure(parts[name], wanted.threads, wanted.device, curve, wanted.curves) for name, curve in curves.items()]
    if wanted.picture:
        draw({name: curve for name, curve in curves.items() if curve}, wanted.picture)
    print(f"goal {'met' if all(met) else 'MISSED'}")
    return 0 if all(met) else 1
