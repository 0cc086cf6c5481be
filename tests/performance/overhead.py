"""What the harness costs: seconds of a cell beyond the work itself, and many trivial cells one after another.

    python tests/performance/overhead.py [CELLS]      100 trivial cells if left out; the goal is for 1000

The floor of the first part is the same work in one process: reading the training files, fit, lists and ranks. Data are
those of sasrec-ml-1m where BENCH_DATA has them, movielens-small otherwise.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil

from bench import evaluation, plan, registry
from bench.datasets import catalogue
from bench.execute import Listener, execute
from bench.matrix import AlgorithmSpec, Axes, Matrix
from bench.options import Options
from bench.planned import Planned
from bench.records import Record
from bench.store import Store

START_UP, SHARE, EACH = 1.5, 0.05, 0.9  # goals: seconds, share of the work, seconds per trivial cell
GROWN = 20e6  # bytes, a goal: records are kept until the end, and 1,000 of them take about as much
ALGORITHMS = ("popularity", "implicit-als")


def matrix(dataset: str, specs: list[AlgorithmSpec], seeds: int = 1) -> Matrix:
    """Cells on the last item of each user."""
    axes = Axes(datasets=[{"name": dataset}], splits=[{"name": "last-out"}], seeds=list(range(seeds)))
    return Matrix(matrix=axes, algorithms=specs)


def alone(name: str, planned: Planned) -> float:
    """Seconds of the same work without the harness, everything compiled."""
    split = planned.make()
    best = float("inf")
    for _ in range(3):
        begin = time.perf_counter()
        algorithm = registry.create(name)
        algorithm.fit(split.training())
        evaluation.rank(algorithm, split.test)
        best = min(best, time.perf_counter() - begin)
    return best


def single(store: Store, dataset: str) -> bool:
    """Print what a cell of each algorithm costs beyond its work."""
    cells = plan.cells(matrix(dataset, [AlgorithmSpec(name=name) for name in ALGORITHMS]))
    records = {r.slot.algorithm: r for r in execute(cells, store, Options(jobs=1)).records}
    met = True
    print(f"{'cell on ' + dataset:<30} {'work':>8} {'cell':>8} {'beyond':>8} {'goal':>8}")
    for cell in cells:
        assert cell.split is not None
        name = cell.slot.algorithm
        record, work = records[name], alone(name, cell.split)
        measuring = record.phases["latency"].wall if "latency" in record.phases else 0
        beyond, goal = record.wall - measuring - work, START_UP + SHARE * work
        met &= beyond <= goal
        print(f"{name:<30} {work:>7.2f}s {record.wall:>7.2f}s {beyond:>7.2f}s {goal:>7.2f}s")
    return met


class Memory(Listener):
    """The resident bytes of this process after each cell."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    def finished(self, cell: plan.Cell, record: Record) -> None:
        """After each cell."""
        self.sizes.append(psutil.Process().memory_info().rss)


def start() -> float:
    """Seconds per process that only imports what every cell needs, two at a time."""
    command = [sys.executable, "-c", "import bench.cell, algorithms.baselines.random"]
    begin = time.perf_counter()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: subprocess.run(command, check=True), range(20)))
    return (time.perf_counter() - begin) / 20


def many(store: Store, count: int) -> bool:
    """Print seconds per trivial cell with two at a time, and how much the main process grew after a tenth of them."""
    cells = plan.cells(matrix("movielens-small", [AlgorithmSpec(name="random")], seeds=count))
    execute(cells[:10], store, Options(jobs=2))
    memory, begin = Memory(), time.perf_counter()
    outcome = execute(cells, store, Options(jobs=2), memory)
    each, floor = (time.perf_counter() - begin) / outcome.ran, start()
    assert outcome.exit_code == 0
    early = count // 10
    grown = memory.sizes[-1] - memory.sizes[early]
    print(f"{count} trivial cells, two at a time{'':>20} {'value':>8} {'goal':>8} {'ratio':>8}")
    print(f"{'seconds of each; ratio to the imports alone':<50} {each:>6.2f} s {EACH:>6.2f} s {each / floor:>8.2f}")
    said = f"growth of the main process from cell {early} to {count}"
    print(f"{said:<50} {grown / 1e6:>5.1f} MB {GROWN / 1e6:>5.1f} MB {memory.sizes[-1] / memory.sizes[early]:>8.2f}")
    return each <= EACH and grown <= GROWN


def main() -> int:
    """Measure, print, and return 0 when the goals are met."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    known = {entry.name: entry.path for entry in catalogue.available()}
    dataset = "sasrec-ml-1m" if "BENCH_DATA" in os.environ and known["sasrec-ml-1m"] else "movielens-small"
    with tempfile.TemporaryDirectory() as folder:
        one, two = (Store(Path(folder) / name, create=True) for name in ("single", "many"))
        met = single(one, dataset) & many(two, count)
    print("goals met" if met else "goals MISSED")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
