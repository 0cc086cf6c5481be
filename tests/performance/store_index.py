"""How long the records of a large store take, beside the floor of parsing the same bytes.

python tests/performance/store_index.py [RECORDS]
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measured import answer, in_child, seconds, show

from bench.index import RECORD, SETTLED
from bench.records import Phase, Record, Slot, digest
from bench.store import Store

GOAL = 2.0  # seconds


def record(number: int) -> Record:
    """A small record of a cell of its own, about 2.5 kB."""
    slot = Slot({"name": "tiny"}, {"name": "user-time", "test": 0.2}, "item-knn", {"neighbours": number}, number % 3)
    packages = ("numpy", "scipy", "pandas", "pyarrow", "numba", "implicit", "threadpoolctl", "recmatrix")
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
        phases={name: Phase(0.1, 0.1, 10**8) for name in ("load", "fit", "recommend", "write")},
        counts={"questions": 600, "held_out": 3000, "tied": 0, "unscored": 0, "refused": 0},
        provenance={"python": "3.11.7", "cores": 2, "versions": dict.fromkeys(packages, "1.2.3")},
        files={f"{name}.parquet": {"sha256": digest(name), "bytes": 9} for name in ("lists", "ranks", "questions")},
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


def child(folder: str) -> None:
    """Read all records, then the newest of each slot, then all records again, in a process that knows none of them."""
    store = Store(folder)
    first, records = seconds(store.records)
    latest, _ = seconds(lambda: store.latest(records))
    again, _ = seconds(store.records)
    answer(first=first, latest=latest, again=again, records=len(records))


def main() -> None:
    """Print a line for each way to read the store."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    folder = Path(tempfile.mkdtemp())
    try:
        print(f"{count} records, {fill(folder, count) / 1e6:.0f} MB")
        time.sleep(1.5 * SETTLED / 1e9)
        paths = sorted(folder.glob(f"cells/*/*/{RECORD}"))
        texts = [path.read_bytes() for path in paths]
        floor = seconds(lambda: [json.loads(text) for text in texts])[0]
        cold, warm = (in_child(__file__, str(folder), "child") for _ in range(2))
        status = [sys.executable, "-m", "bench", "status", str(folder)]
        told, _ = seconds(lambda: subprocess.run(status, check=True, stdout=subprocess.DEVNULL))
        show("floor: json.loads of the same bytes", floor, GOAL, "s", floor)
        show("Store.records(), without an index", cold["first"], GOAL, "s", floor)
        show("Store.records(), by the index", warm["first"], GOAL, "s", floor)
        show("Store.records(), once more in the same process", warm["again"], GOAL, "s", floor)
        show("Store.latest(records)", warm["latest"], GOAL, "s", floor)
        show("bench status, with its start", told, GOAL, "s", floor)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    if sys.argv[-1] == "child":
        child(sys.argv[1])
    else:
        main()
