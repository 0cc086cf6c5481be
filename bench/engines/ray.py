"""Cells on the nodes of a Ray cluster: orders go out, files come back, only this process writes the store.

Ray carries orders (JSON), data (bytes) and answers (bytes); each cell runs in a child process of a task, watched there
by the same code as on one machine. Ray retries nothing: a lost attempt is tried again here, on another node if there is
one, and never counted against the algorithm.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

from bench import provenance
from bench.engines import node, shipping
from bench.engines.nodes import Node, Nodes
from bench.errors import BadConfig, BadData, Unsupported
from bench.files import sha256, storage
from bench.limits import Limits
from bench.material import made_here
from bench.plan import Cell
from bench.planned import KEPT, Planned
from bench.records import Record
from bench.store import Store, attempt_files, is_attempt_file

RETRIES = 3  # of an attempt whose node or worker was lost
SILENCE = 60.0  # seconds without news, which come every second, after which an attempt counts as lost
GRACE = 10.0  # seconds that a stopped attempt gets to end all that it has started
LOOK = 0.5  # seconds between looks whether the run has been stopped
Progress = Callable[[str, float, int], None]


class _Lost(Exception):
    """An attempt ended through no fault of its cell."""


@dataclass
class Ray:
    """An engine on the cluster to which this process is connected; see `connected`."""

    store: Store
    limits: Limits
    threads: int
    jobs: int | None
    nodes: Nodes
    device: str = "cpu"
    keep_models: bool = False
    fetched: dict[str, int] = field(default_factory=dict)  # how often the data of a split were fetched by a node
    lost: int = 0  # attempts
    _stopped: threading.Event = field(default_factory=threading.Event)
    _shipments: OrderedDict[str, shipping.Shipment] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def slots(self) -> int:
        """See `Engine`."""
        return min(self.nodes.slots(), self.jobs or self.nodes.slots())

    def stop(self) -> None:
        """See `Engine`."""
        self._stopped.set()

    def run(self, cell: Cell, folder: Path, progress: Progress) -> Record:
        """See `Engine`."""
        started, clock = datetime.now(UTC).isoformat(), time.monotonic()
        output, why = folder / "output", ""
        unfinished = partial(self._unfinished, cell, started)
        if cell.problem or cell.split is None:
            output.mkdir()
            return unfinished("skipped", cell.problem, 0.0)
        for _ in range(1 + RETRIES):
            place = self.nodes.take(self._stopped.is_set)
            if place is None:
                break
            shutil.rmtree(output, ignore_errors=True)
            output.mkdir()
            lost = False
            try:
                return self._attempt(cell, self._shipment(cell.split), place, output, progress)
            except _Lost as error:
                why, lost = str(error), True
                self.lost += 1
            except (BadData, Unsupported) as error:
                return unfinished("interrupted", str(error), time.monotonic() - clock)
            finally:
                self.nodes.give(place, lost=lost)
        shutil.rmtree(output, ignore_errors=True)
        output.mkdir()
        stopped = "stopped" if self._stopped.is_set() else f"lost {1 + RETRIES} times, the last time because {why}"
        return unfinished("interrupted", stopped, time.monotonic() - clock)

    def _attempt(
        self, cell: Cell, shipment: shipping.Shipment, place: Node, output: Path, progress: Progress
    ) -> Record:
        """What a node answers, its files in `output`. Raises _Lost where it does not answer as it should."""
        beside = place.slots > 1 and self.jobs != 1
        limits, gpus = self.limits.model_dump(exclude_none=True), int(self.device == "cuda")
        runner = {"limits": limits, "threads": self.threads, "beside": beside, "device": self.device}
        runner["keep_models"] = self.keep_models
        task = _task(node.attempt, place.name, self.threads, num_gpus=gpus, num_returns="streaming")
        record, hashes, installed = None, {}, None
        for kind, value in self._answers(task.remote(node.order(cell, runner), shipment)):
            match kind:
                case "progress":
                    progress(*value)
                case "fetched":
                    with self._lock:
                        self.fetched[shipment.fingerprint] = self.fetched.get(shipment.fingerprint, 0) + value
                case "record":
                    record, hashes = Record.from_json(value[0], "the record of a node"), value[1]
                case "environment":
                    installed = value
                case "file" if is_attempt_file(value[0]):
                    with storage(self.store.folder):
                        (output / value[0]).parent.mkdir(parents=True, exist_ok=True)
                        with (output / value[0]).open("ab") as file:
                            file.write(value[1])
        found = {name: sha256(path) for name, path in attempt_files(output).items()}
        if record is None or found != hashes:
            raise _Lost("its answer was damaged on the way")
        with storage(self.store.folder):
            provenance.keep_installed(self.store.folder, installed)
        return record

    def _answers(self, stream: Any) -> Iterator[tuple[str, Any]]:
        """What a task says, as it says it."""
        import ray
        from ray.exceptions import RayError

        heard = 0.0  # when it last said something; before that it may wait for a core
        try:
            while True:
                if ray.wait([stream], timeout=LOOK)[0]:
                    try:
                        reference = next(stream)
                    except StopIteration:
                        return
                    yield ray.get(reference)
                    heard = time.monotonic()
                elif self._stopped.is_set():
                    _cancel(stream)
                    raise _Lost("it was stopped")
                elif heard and time.monotonic() - heard > SILENCE:
                    ray.cancel(stream, force=True)
                    raise _Lost(f"its node has said nothing for {SILENCE:.0f} s")
        except RayError as error:
            raise _Lost(_reason(error)) from None

    def _shipment(self, planned: Planned) -> shipping.Shipment:
        """The data of a split in Ray's store; those of the last splits stay there."""
        import ray

        with self._lock:
            if planned.fingerprint not in self._shipments:
                material = made_here(self.store, planned)
                self._shipments[planned.fingerprint] = shipping.pack(planned.fingerprint, material, ray.put)
            while len(self._shipments) > KEPT:
                self._shipments.popitem(last=False)
            return self._shipments[planned.fingerprint]

    def _unfinished(self, cell: Cell, started: str, status: str, reason: str, wall: float) -> Record:
        """The record of a cell that no node has told about."""
        return Record(
            key=cell.key,
            attempt="",
            slot=cell.slot,
            label=cell.label,
            family=cell.family,
            status=status,
            reason=reason,
            started=started,
            wall=wall,
            memory=0,
            limits={},
            split_hash=cell.split.fingerprint if cell.split else "",
            data_hash=cell.split.data_fingerprint if cell.split else "",
            provenance={**provenance.machine(), "versions": cell.versions},
        )


@contextmanager
def connected(
    cells: list[Cell],
    store: Store,
    limits: Limits,
    threads: int,
    jobs: int | None,
    alone: bool,
    say: Callable[[str], None],
    device: str = "cpu",
    keep_models: bool = False,
) -> Iterator[Ray]:
    """An engine on the running cluster, its nodes looked at; `alone` means one cell per node.

    Raises BadConfig when ray is not installed, no cluster is found, or none of its nodes can run the cells.
    """
    ray = _ray()
    if ours := not ray.is_initialized():
        _connect(ray, os.environ.get("RAY_ADDRESS", "auto"))
    try:
        algorithms = sorted({name for cell in cells if not cell.problem for name in (cell.slot.algorithm, *cell.parts)})
        needed = {"CPU": threads, "GPU": 1} if device == "cuda" else {"CPU": threads}
        nodes = Nodes(partial(_ask, algorithms), node.facts(algorithms), needed, alone, say)
        memory = nodes.wait_for_first()
        usual = Limits.model_construct(time=limits.time or 1800.0, memory=limits.memory or memory)
        yield Ray(store, usual, threads, jobs, nodes, device, keep_models)
    finally:
        if ours:
            ray.shutdown()


def _ray() -> Any:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
    except ImportError:
        raise BadConfig("--engine ray needs the package ray; `pip install recmatrix[ray]` adds it") from None
    return ray


def _connect(ray: Any, address: str) -> None:
    """Join the cluster at host:port, or "auto", the one on this machine. Raises BadConfig where there is none."""
    host, _, port = address.rpartition(":")
    try:
        if host and port.isdigit() and "//" not in address:
            socket.create_connection((host, int(port)), timeout=10).close()  # Ray itself would try for minutes
        before = signal.getsignal(signal.SIGTERM)
        ray.init(address=address, log_to_driver=False, logging_level="ERROR")
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, before)  # Ray's own handler aborts this process
    except (OSError, ValueError, RuntimeError) as error:  # nobody there, no address, another version of Ray
        start = "start one with `ray start --head`, or name its address in RAY_ADDRESS as host:port"
        raise BadConfig(f"--engine ray: no Ray cluster at {address} ({error}); {start}") from None


def _task(function: Callable[..., Any], name: str, cores: int, **options: Any) -> Any:
    """`function` as a task that runs on the node of that name, once."""
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    where = NodeAffinitySchedulingStrategy(name, soft=False)
    return _remote(function).options(num_cpus=cores, max_retries=0, scheduling_strategy=where, **options)


@cache
def _remote(function: Callable[..., Any]) -> Any:
    """The same for all attempts, so that the cluster gets it once."""
    import ray

    return ray.remote(function)


def _ask(algorithms: list[str], name: str) -> Any:
    return _task(node.told, name, 0).remote(algorithms)


def _cancel(stream: Any) -> None:
    """End a task so that it can stop its cell and whatever that has started; by force where it does not."""
    import ray
    from ray.exceptions import RayError

    ray.cancel(stream, force=False)
    deadline = time.monotonic() + GRACE
    while time.monotonic() < deadline:
        if ray.wait([stream], timeout=LOOK)[0]:
            try:
                ray.get(next(stream))
            except (StopIteration, RayError):
                return
    ray.cancel(stream, force=True)


def _reason(error: Exception) -> str:
    """What happened to a task, without addresses."""
    cause = getattr(error, "cause", None)
    if isinstance(cause, Exception):
        return f"its node failed: {type(cause).__name__}: {cause}"
    return f"its node or worker was lost ({type(error).__name__})"
