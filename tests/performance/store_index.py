"""How long the records of a large store take, beside the floor of parsing the same bytes.

    python tests/performance/store_index.py [RECORDS]      10,000 if left out, for which the goals are

Seconds are those of the processor, of all threads, the fewest of three runs, so that other programs on the machine
hardly count. The report's load is measured twice: of all records, where the split is not in the store, so that no
answers are read; and of a few cells with answers, where measuring them is nearly all of it.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from measured import answer, in_child, show

from bench.answers_io import FILES
from bench.index import RECORD, SETTLED
from bench.records import Phase, Record, Slot, digest
from bench.store import Store
from reports.load import load

sys.path.insert(0, str(Path(__file__).parents[1] / "reports"))
import synthetic_store

GOAL = 2.0  # seconds
ANSWERED = 50  # cells with answers
PHASES = ("load", "fit", "recommend", "write", "latency")
PROVENANCE = {
    "python": "3.11.7",
    "system": "Linux x86_64",
    "kernel": "6.8.0-45-generic",
    "processor": "A Processor with a Long Name",
    "cores": 2,
    "memory": 8_000_000_000,
    "recmatrix": "0.1.0",
    "commit": "0123456789ab",
    "threads": 1,
    "device": "cpu",
    "shared": True,
    "usable_cores": 2,
    "blas": {"openblas 0.3.31": 1, "openblas 0.3.30": 1},
    "openmp": {"openmp": 1},
    "gpu": "unavailable",
    "environment": {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "NUMBA", "VECLIB")},
    "versions": dict.fromkeys(("implicit", "numba", "numpy", "pydantic", "scipy", "threadpoolctl"), "1.17.1"),
    "distributions": digest("distributions"),
}


def record(number: int) -> Record:
    """A record of a cell of its own, about 3 kB as those of real runs."""
    options = {"neighbours": number, "similarity": "cosine", "shrinkage": 10.0, "weighting": "binary"}
    slot = Slot({"name": "tiny"}, {"name": "user-time", "test": 0.2}, "item-knn", options, number % 3)
    return Record(
        key=digest(number),
        attempt=f"20250101T000000{number:06}-{number:08x}",
        slot=slot,
        label=f"item-knn (neighbours={number})",
        family="neighbours",
        status="ok",
        reason="",
        started=f"2025-01-01T00:00:00.{number:06}+00:00",
        wall=1.5,
        memory=200_000_000,
        limits={"time": 1800.0, "memory": 4e9},
        split_hash=digest("split"),
        data_hash=digest("data"),
        phases={name: Phase(2.888471248003043, 0.1, 10**8) for name in PHASES},
        counts={"questions": 600, "held_out": 3000, "tied": 0, "unscored": 0, "refused": 0},
        provenance=PROVENANCE,
        files={name: {"sha256": digest(name), "bytes": 9} for name in ("log.txt", *FILES)},
        latency={"questions": 200, "p50": 0.016567078999287332, "p95": 0.028956681097952, "p99": 0.031855687210407},
        energy={"joules": 33.72577856957505, "kind": "estimated"},
        load={"before": 2.97607421875, "after": 4.021484375},
    )


def fill(folder: Path, count: int) -> int:
    """A store of that many records without answers; bytes of the records."""
    store, size = Store(folder, create=True), 0
    for number in range(count):
        made = record(number)
        attempt = store.folder_of(made)
        attempt.mkdir(parents=True)
        size += (attempt / RECORD).write_bytes(made.to_json().encode())
    return size


def child(what: str, folder: str) -> None:
    """Measure one way to read a store, in a process that knows none of its records."""
    store, began = Store(folder), time.process_time()
    if what == "records":
        store.records()
        first = time.process_time() - began
        store.records()
        answer(seconds=first, again=time.process_time() - began - first)
    else:
        attempts = load(store).attempts
        answer(seconds=time.process_time() - began, cells=len(attempts))


def status(folder: Path) -> float:
    """Seconds of the processor that `bench status` takes, its start and end included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-m", "bench", "status", str(folder)], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def answered(folder: Path, cells: int) -> None:
    """A store whose cells have answers: 671 questions and lists of 100 items each."""
    rng = np.random.default_rng(0)
    store = synthetic_store.empty(folder)
    store.put_context("5" * 64, synthetic_store.context(671))
    for number in range(cells):
        ranks = rng.integers(300, size=(671, 1)).tolist()
        made = synthetic_store.record(f"a{number:03}", params={"number": number})
        synthetic_store.put(store, made, synthetic_store.answers(ranks))


def main() -> int:
    """Print a line for each way to read the store, and return 0 when the goals are met."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as name:
        folder, small = Path(name, "large"), Path(name, "answered")
        print(f"{count} records, {fill(folder, count) / 1e6:.0f} MB")
        answered(small, ANSWERED)
        time.sleep(1.5 * SETTLED / 1e9)
        texts = [path.read_bytes() for path in sorted(folder.glob(f"cells/*/*/{RECORD}"))]
        floor = min(_processor(lambda: [json.loads(text) for text in texts]) for _ in range(3))
        cold = in_child(__file__, "records", str(folder))
        warm, report = (_quickest(what, folder) for what in ("records", "report"))
        told = min(status(folder) for _ in range(3))
        measured = _quickest("report", small)
        show("floor: json.loads of the same bytes", floor, GOAL, "s", floor)
        show("Store.records(), without an index", cold["seconds"], GOAL, "s", floor)
        show("Store.records(), by the index", warm["seconds"], GOAL, "s", floor)
        show("Store.records(), once more in the same process", warm["again"], GOAL, "s", floor)
        met = show("bench status, with its start", told, GOAL, "s", floor)
        met &= show("the report's load, without measuring answers", report["seconds"], GOAL, "s", floor)
    each = measured["seconds"] / measured["cells"]
    print(f"measuring answers to 671 questions and their intervals: {1000 * each:.0f} ms a cell more, no goal")
    return 0 if met else 1


def _quickest(what: str, folder: Path) -> dict[str, float]:
    found = [in_child(__file__, what, str(folder)) for _ in range(3)]
    return min(found, key=lambda one: one["seconds"])


def _processor(function: Callable[[], object]) -> float:
    began = time.process_time()
    function()
    return time.process_time() - began


if __name__ == "__main__":
    if sys.argv[1:2] in (["records"], ["report"]):
        child(*sys.argv[1:])
    else:
        sys.exit(main())
