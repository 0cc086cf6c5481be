"""How long one user waits for a list of 10 from `bench serve`, request to answer, on data of the size of MovieLens 1M.

    python tests/performance/serving.py

The data are those of sasrec-ml-1m where BENCH_DATA has them, made up otherwise. The service is a process of its own,
asked over loopback, one request after the other on one connection, by different users. The floor is /health of the same
service: HTTP without a model.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import numpy as np
import synthetic
from measured import show

from bench import plan
from bench.datasets.imported import import_file
from bench.execute import execute
from bench.matrix import AlgorithmSpec, Axes, Matrix
from bench.options import Options
from bench.store import Store

ALGORITHMS = ("item-knn", "ease")
REQUESTS, WARM_UP, GOAL = 500, 20, 20.0  # milliseconds
SIZE = (1_000_000, 6040, 3706)


def dataset(folder: Path) -> str:
    """The name of the data set."""
    if "BENCH_DATA" in os.environ:
        return "sasrec-ml-1m"
    synthetic.write_csv(folder / "rows.csv", synthetic.interactions(*SIZE))
    columns = {"user": "user", "item": "item", "rating": "rating", "time": "time"}
    import_file(folder / "rows.csv", "made-up", replace=True, **columns)  # type: ignore[arg-type]
    return "made-up"


def kept(folder: Path) -> Store:
    """A store with the models of both algorithms."""
    axes = Axes(datasets=[{"name": dataset(folder)}], splits=[{"name": "last-out"}])
    matrix = Matrix(matrix=axes, algorithms=[AlgorithmSpec(name=name) for name in ALGORITHMS])
    store = Store(folder / "store", create=True)
    execute(plan.cells(matrix), store, Options(jobs=1, keep_models=True))
    return store


@contextmanager
def serving(store: Store, key: str) -> Iterator[str]:
    """The address of the service, until it is ended."""
    command = [sys.executable, "-m", "bench", "serve", key, "--store", str(store.folder), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            found = re.search(r"http://[0-9.:]+", process.stdout.readline())
            assert found is not None
            yield found[0]
        finally:
            process.terminate()


def waits(client: httpx.Client, path: str, asked: list[dict[str, str]]) -> float:
    """p95 of the milliseconds of a request; the first ones do not count."""
    found = []
    for parameters in asked:
        begin = time.perf_counter()
        client.get(path, params=parameters).raise_for_status()
        found.append(1e3 * (time.perf_counter() - begin))
    return float(np.percentile(found[WARM_UP:], 95))


def main() -> int:
    """Measure, print, and return 0 when the goal is met."""
    met = True
    with tempfile.TemporaryDirectory() as name:
        os.environ |= {"XDG_DATA_HOME": f"{name}/home", "RECMATRIX_CACHE": f"{name}/cache"}
        store = kept(Path(name))
        print(f"{'':<52}{'value':>12}{'goal':>13}{'ratio':>9}   (to the floor)")
        for record in store.records():
            users = np.random.default_rng(0).permutation(store.context(record.split_hash).user_ids)
            asked = [{"user": str(user), "k": "10"} for user in users[: REQUESTS + WARM_UP]]
            with serving(store, record.key) as place, httpx.Client(base_url=place) as client:
                least = waits(client, "/health", [{}] * (REQUESTS + WARM_UP))
                found = waits(client, "/recommend", asked)
            met &= show(f"  p95 of a list of 10, {record.label}", found, GOAL, "ms", least)
    print(f"goal {'met' if met else 'MISSED'}")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
