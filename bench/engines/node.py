"""What a node of a cluster does: tell what is installed, and run one cell in a child process of its own.

The code of an algorithm never runs in the process that the cluster started. Nothing here writes into the store of
results: the files of an attempt go back with their SHA-256.
"""

from __future__ import annotations

import json
import platform
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from bench import provenance, registry, sources
from bench.datasets import cache
from bench.engines.shipping import Shipment, pieces, unpack
from bench.files import sha256
from bench.limits import Limits
from bench.plan import Cell
from bench.planned import Planned
from bench.records import Slot
from bench.runner import Runner, default_limits
from bench.store import Store, attempt_files
from bench.tuning.planned import SEARCH

HEARTBEAT = 1.0  # seconds between two pieces of news
SENT = ("slot", "key", "label", "family", "limits", "split", "versions")  # of a cell
News = tuple[str, Any]


def facts(algorithms: list[str]) -> dict[str, str]:
    """What has to be the same on all machines of a run: versions, and the code of these algorithms."""
    found = {"Python": ".".join(platform.python_version_tuple()[:2])}
    found |= {name: version for name in ("pyarrow", "ray") if (version := provenance.installed().get(name))}
    found["code of the harness"] = sources.source_hash("bench.cell", "bench.engines.node")[:12]
    found |= provenance.versions(SEARCH) | {"code of searches": sources.source_hash(SEARCH)[:12]}
    for name in algorithms:
        entry = registry.entries().get(name)
        if entry is None or entry.problem:
            found[f"algorithm {name}"] = entry.problem if entry else "not installed"
            continue
        found |= provenance.versions(entry.module)
        found[f"code of {name}"] = sources.source_hash(entry.module)[:12]
    return found


def told(algorithms: list[str]) -> tuple[dict[str, str], float]:
    """These facts, and the bytes that all cells of this node may use together."""
    return facts(algorithms), default_limits(1).memory or 0.0


def order(cell: Cell, runner: dict[str, Any]) -> str:
    """A cell and how to run it, a few kB of JSON."""
    values = {name: getattr(cell, name) for name in SENT}
    values |= {"slot": asdict(cell.slot), "limits": cell.limits.model_dump(exclude_none=True)}
    values["split"] = asdict(cell.split) if cell.split else None
    return json.dumps({"cell": values, "runner": runner})


def attempt(ordered: str, shipment: Shipment) -> Iterator[News]:
    """Run a cell and tell about it, once in a second: ("progress", (phase, seconds, bytes)) …

    and at the end ("fetched", whether the data had to be fetched), ("record", its JSON and {file: SHA-256}),
    ("file", (name, bytes)) for each piece of each file, and ("environment", what is installed).
    """
    import ray

    store = Store(cache.folder() / "node", create=True)
    material, fetched = unpack(shipment, store, ray.get)
    yield "fetched", fetched
    values = json.loads(ordered)
    runner = Runner(store, **_runner(values["runner"]), material=lambda _: material)
    folder = store.begin()
    try:
        yield from _watched(runner, _cell(values["cell"]), folder)
        for name, path in attempt_files(folder / "output").items():
            yield from (("file", (name, piece)) for piece in pieces(path))
    finally:
        runner.stop.set()
        shutil.rmtree(folder, ignore_errors=True)


def _watched(runner: Runner, cell: Cell, folder: Path) -> Iterator[News]:
    """Progress, then the record with the hashes of its files, then what is installed."""
    last = {"now": ("start", 0.0, 0)}
    note: Callable[[str, float, int], None] = lambda *now: last.update(now=now)  # noqa: E731
    with ThreadPoolExecutor(1) as pool:  # the child dies with the thread that started it, which lasts until here
        future = pool.submit(runner.run, cell, folder, note)
        try:
            while wait([future], timeout=HEARTBEAT).not_done:
                yield "progress", last["now"]
        finally:
            runner.stop.set()
        record = future.result()
    yield "record", (record.to_json(), {name: sha256(path) for name, path in attempt_files(folder / "output").items()})
    yield "environment", provenance.installed()


def _cell(values: dict[str, Any]) -> Cell:
    known = {field.name: values[field.name] for field in fields(Cell) if field.name in values}
    known |= {"slot": Slot(**known["slot"]), "limits": Limits.model_construct(**known["limits"])}
    known["split"] = Planned(**{**known["split"], "warnings": tuple(known["split"]["warnings"])})
    return Cell(**known)


def _runner(values: dict[str, Any]) -> dict[str, Any]:
    return {**values, "limits": Limits.model_construct(**values["limits"])}
