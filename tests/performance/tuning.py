"""What tuning costs: a trial beside a plain fit and evaluation, four searches on MovieLens 100K, budgets in seconds.

    python tests/performance/tuning.py [overhead] [searches] [seconds]      all three without a name

`overhead`: EASE on MovieLens 100K, whose cost does not depend on what is tuned; the floor is the same number of plain
fits and evaluations in the same process. `searches`: 20 trials each of EASE, item k-NN, ALS and NeuMF by `bench tune`;
the floor is the time of all trials spread over the cores. `seconds`: the same with a budget of 20 s each; what each
search used of it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import bench
from bench import registry
from bench.records import Record
from bench.store import Store
from bench.tuning.search import Search, Tuning
from bench.validation import ndcg_on

TRIALS = 20
ALGORITHMS = ("ease", "item-knn", "implicit-als", "neumf")
SPLIT = "user-time"
OVERHEAD_GOAL, SEARCHES_GOAL, BUDGET, BUDGET_GOAL = 1.05, 25 * 60.0, 20.0, 0.05


def overhead() -> None:
    """Seconds of a trial against those of a plain fit and evaluation."""
    training = bench.split(bench.load("ml-100k"), SPLIT).training()
    assert training.validation is not None
    space = {"l2": {"low": 10.0, "high": 10_000.0, "log": True, "integer": False}}

    def plain(params: dict[str, Any]) -> float:
        model = registry.create("ease", **params)
        model.fit(replace(training, validation=None))
        return ndcg_on(model.score, training.validation)  # type: ignore[arg-type]

    plain({"l2": 500.0})  # compiled, and in the caches
    began = time.perf_counter()
    for _ in range(TRIALS):
        plain({"l2": 500.0})
    floor = time.perf_counter() - began
    search = Search(
        *(Tuning(space, "ndcg@10", TRIALS), lambda params: registry.create("ease", **params), training),
        *({"l2": 500.0}, 0, lambda **_: None, lambda _: "failed", str),
    )
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        search.run(Path(folder))
        taken = time.perf_counter() - began
    _line("a trial", taken / TRIALS, f"{OVERHEAD_GOAL:g}x", floor / TRIALS)


def searches() -> None:
    """Wall time of four searches, plain cells and report included."""
    with tempfile.TemporaryDirectory() as folder:
        taken, records = _tuned(Path(folder), "--trials", str(TRIALS))
    spent = sum(trial["seconds"] for record in records for trial in record.tuning["trials"])
    _line("four searches", taken, f"{SEARCHES_GOAL:.0f} s", spent / (os.cpu_count() or 1))
    for record in records:
        trials = record.tuning["trials"]
        ended = sum(trial["status"] == "ok" for trial in trials)
        print(f"  {record.slot.algorithm:<14} {sum(t['seconds'] for t in trials):>8.1f} s, {ended} of {len(trials)} ok")


def seconds() -> None:
    """How near to its budget each search comes."""
    with tempfile.TemporaryDirectory() as folder:
        _, records = _tuned(Path(folder), "--time", f"{BUDGET:g}s", "--jobs", "1")
    for record in records:
        used = sum(trial["seconds"] for trial in record.tuning["trials"])
        off = f"goal {100 * BUDGET_GOAL:g} %"
        share = 100 * (used - BUDGET) / BUDGET
        print(f"{record.slot.algorithm:<16} {used:>8.2f} s of {BUDGET:g} s  ({share:+.1f} %, {off})")


def _tuned(folder: Path, *budget: str) -> tuple[float, list[Record]]:
    names = ("--algorithms", ",".join(ALGORITHMS), "--datasets", "ml-100k", "--splits", SPLIT)
    command = [sys.executable, "-m", "bench", "tune", *names, *budget, "--store", str(folder / "store")]
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    taken = time.perf_counter() - began
    return taken, [record for record in Store(folder / "store").records() if record.tuning]


def _line(what: str, value: float, goal: str, floor: float) -> None:
    print(f"{what:<16} {value:>8.3f} s  goal {goal:>8}  floor {floor:>8.3f} s  ratio {value / floor:>5.2f}x")


def main() -> int:
    """What is named, or all of it."""
    parts = {"overhead": overhead, "searches": searches, "seconds": seconds}
    for name in sys.argv[1:] or parts:
        parts[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main())
