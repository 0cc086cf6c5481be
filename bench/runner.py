"""One cell in, one record out: start the process, watch its time and memory, name how it ended."""

from __future__ import annotations

import math
import queue
import shutil
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import provenance
from bench.errors import BadData, StoreError, Unsupported
from bench.files import stamps, storage
from bench.limits import Limits
from bench.material import Material, made_here
from bench.memory import LIMIT_VARIABLE
from bench.model_files import NOT_KEPT
from bench.plan import Cell, limits_of
from bench.planned import Planned
from bench.process import Child
from bench.records import Record
from bench.redaction import without_secrets
from bench.registry import about
from bench.store import Store
from bench.surroundings import usable_cores
from bench.tuning import begun
from bench.tuning.blame import CUT, LATE, goes_on
from bench.tuning.trials import TUNING, Journal
from bench.watched import Watched

TICK = 0.1  # seconds between looks at a running cell
EXIT_GRACE = 5.0  # seconds a cell may take to end after its result is there
LATENCY_PATIENCE = 30.0  # seconds for latency, and as many for faithfulness: each ends by itself after 10
_CONTINUED = "went on from the checkpoint of an earlier attempt; time is that of this attempt alone"
Progress = Callable[[str, float, int], None]  # phase, seconds so far, bytes now


@dataclass(frozen=True)
class Runner:
    """Runs cells beside a store, of which it uses `tmp/` and `cache/`; `stop` ends them early as interrupted."""

    store: Store
    limits: Limits
    threads: int = 1
    device: str = "cpu"
    beside: bool = False  # other cells of the run may be running at the same time
    keep_models: bool = False
    stop: threading.Event = field(default_factory=threading.Event)
    material: Callable[[Planned], Material] | None = None  # whence the data come; None: the split is made here

    def run(self, cell: Cell, folder: Path, progress: Progress = lambda *_: None) -> Record:
        """The record of one attempt, not yet in the store, and its files in a new folder `folder`/output.

        Raises StoreError when they cannot be kept.
        """
        started, clock = datetime.now(UTC), time.monotonic()
        with storage(self.store.folder):
            (folder / "output").mkdir()
        if cell.problem or cell.split is None:
            watched = Watched(failure=("skipped", cell.problem))
        else:
            watched = self._watched(cell, cell.split, folder, clock, progress)
        return self._record(cell, watched, started.isoformat(), time.monotonic() - clock)

    def _watched(self, cell: Cell, planned: Planned, folder: Path, clock: float, progress: Progress) -> Watched:
        """Watch the cell, unless its split cannot be made any more."""
        try:
            material = self.material(planned) if self.material else made_here(self.store, planned)
        except (BadData, Unsupported) as error:  # after a change of the data the next run plans anew
            return Watched(failure=("interrupted" if isinstance(error, BadData) else "failed", str(error)))
        watched = self._watch(cell, material, folder, clock, progress)
        shutil.move(folder / "log.txt", folder / "output" / "log.txt")
        return watched

    def _watch(self, cell: Cell, material: Material, folder: Path, clock: float, progress: Progress) -> Watched:
        scratch, before = self._scratch(cell), material.stamps or stamps(material.training)
        continued = scratch.is_dir() and any(scratch.iterdir())
        watched = Watched(warnings=[_CONTINUED] if continued else [])
        journal = Journal(scratch / TUNING)
        ended = len(journal.trials())
        self._attend(cell, material, folder, watched, clock, progress)
        while goes_on(watched, journal, ended):
            ended = len(journal.trials())
            self._attend(cell, material, folder, watched, clock, progress)
        if watched.failure is None or watched.failure[0] != "interrupted":
            shutil.rmtree(scratch, ignore_errors=True)
        if stamps(material.training) not in (before, {}):  # a cache that was deleted meanwhile is no harm
            why = "the files it learnt from were changed meanwhile, by it or a cell beside it"
            watched.failure = ("interrupted", why)
            shutil.rmtree(scratch, ignore_errors=True)
        return watched

    def _attend(
        self, cell: Cell, material: Material, folder: Path, watched: Watched, clock: float, progress: Progress
    ) -> None:
        """Start the process of the cell and watch it to its end."""
        with storage(self.store.folder):
            child = Child(self._job(cell, material, folder), folder, self._environment(cell))
        watched.renew()
        try:
            while child.running() and watched.counts is None and not watched.failure:
                self._listen(child, material, watched)
                watched.use(now := child.memory(self.limit(cell)[1]))
                progress(watched.phase, time.monotonic() - clock, now)
                if watched.counts is None and not watched.failure:
                    watched.failure = self._exceeded(cell, watched, time.monotonic() - watched.since)
        finally:
            if watched.failure and watched.failure[0] == "timeout":
                child.dump_stacks()
            finished = watched.counts is not None or not child.running()
            with storage(self.store.folder):
                code = child.end(EXIT_GRACE if finished else 0)
        self._listen(child, material, watched, seconds=math.inf)
        if watched.failure and watched.failure[0] == "storage":
            raise StoreError(watched.failure[1])
        _judge(watched, code)

    def _listen(self, child: Child, material: Material, watched: Watched, seconds: float = TICK) -> None:
        """Take in the news that come within some seconds; all that is there when the process has ended."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            try:
                event = child.news.get(block=child.running(), timeout=min(left, TICK))
            except queue.Empty:
                if child.running():
                    continue
                return
            match event:
                case {"event": "fitted"}:
                    child.hand_over(material.held_out())
                case {"event": "done", "counts": counts}:
                    watched.counts = counts
                    return
                case {"event": "failed", "status": status, "reason": reason}:
                    watched.failure = (status, reason)
                    return
                case _:
                    watched.hear(event)

    def _exceeded(self, cell: Cell, watched: Watched, seconds: float) -> tuple[str, str] | None:
        """Why the cell must be stopped; a complete result is settled, whatever happens while latency is measured."""
        if self.stop.is_set():
            return "interrupted", f"stopped in phase {watched.phase}"
        over = self._over_limit(cell, watched, seconds)
        if over and watched.answered is not None:
            watched.settle(over[1])
            return None
        return over

    def _over_limit(self, cell: Cell, watched: Watched, seconds: float) -> tuple[str, str] | None:
        time_limit, memory_limit = self.limit(cell)
        waits = dict.fromkeys(("latency", "faithfulness"), LATENCY_PATIENCE)
        phase_limit = {**cell.limits.phases(), **waits}.get(watched.phase, math.inf)
        if watched.phase not in watched.phases and time.monotonic() - watched.entered > phase_limit:
            return "timeout", f"over the limit of {phase_limit:g} s for phase {watched.phase}"
        if watched.phase == TUNING:
            if seconds > watched.left + LATE:
                return CUT, f"the budget ended {LATE:g} s ago"
            time_limit = min(time_limit, cell.limits.fit or math.inf)  # a trial that the last fit could not repeat
        if seconds > time_limit:
            return "timeout", f"over the limit of {time_limit:.0f} s in phase {watched.phase}"
        if watched.used > memory_limit:
            used, allowed = (
                math.ceil(watched.used / 1e6),
                memory_limit / 1e6,
            )  # so that 600.2 is over 600 in print too
            return "oom", f"{used} MB in phase {watched.phase}, over the limit of {allowed:.0f} MB"
        return None

    def limit(self, cell: Cell) -> tuple[float, float]:
        """Seconds and bytes that a cell may use: its own limits, or else those of the run."""
        limits = limits_of(cell, self.limits)
        return limits.time or float("inf"), limits.memory or float("inf")

    def _job(self, cell: Cell, material: Material, folder: Path) -> dict[str, Any]:
        scratch = self._scratch(cell)
        scratch.mkdir(parents=True, exist_ok=True)
        begun.remember(cell, scratch)
        return {
            "algorithm": cell.slot.algorithm,
            "params": cell.slot.params,
            "tuning": cell.slot.tuning,
            "facts": {"seed": cell.slot.seed, "device": self.device, "threads": self.threads},
            "training": str(material.training.resolve()),
            "output": str((folder / "output").resolve()),
            "scratch": str(scratch.resolve()),
            "keep_model": self.keep_models,
        }

    def _scratch(self, cell: Cell) -> Path:
        """Where a cell keeps checkpoints; it survives an attempt that was killed or interrupted."""
        return self.store.scratch / cell.key

    def _environment(self, cell: Cell) -> dict[str, str]:
        memory = self.limit(cell)[1]
        limit = {LIMIT_VARIABLE: str(int(memory))} if math.isfinite(memory) else {}
        threads = dict.fromkeys(provenance.THREAD_VARIABLES, str(self.threads))
        return {**threads, **limit, "PYTHONHASHSEED": "0", "PYTHONUNBUFFERED": "1"}

    def _record(self, cell: Cell, watched: Watched, started: str, wall: float) -> Record:
        status, reason = watched.failure or ("ok", "")
        time_limit, memory_limit = self.limit(cell)
        threads = {"threads": self.threads, "device": self.device, "shared": self.beside}
        with storage(self.store.folder):
            environment = {"distributions": provenance.keep_installed(self.store.folder)}
        return Record(
            key=cell.key,
            attempt="",
            slot=cell.slot,
            label=cell.label,
            family=cell.family,
            status=status,
            reason=without_secrets(reason),
            started=started,
            wall=wall,
            memory=watched.memory,
            limits={"time": min(time_limit, 1e9), "memory": min(memory_limit, 1e18), **cell.limits.phases()},
            split_hash=cell.split.fingerprint if cell.split else "",
            data_hash=cell.split.data_fingerprint if cell.split else "",
            phases=watched.phases,
            counts=watched.counts or {},
            curve=watched.curve.points,
            warnings=[without_secrets(text) for text in (*watched.warnings, watched.curve.warning) if text],
            provenance={**provenance.machine(), **threads, **watched.seen, "versions": cell.versions, **environment},
            latency=watched.latency,
            faithfulness=watched.faithfulness,
            energy=watched.energy,
            tuning=watched.tuned,
            model=watched.model or (NOT_KEPT if self.keep_models and status == "ok" else ""),
            about=about(cell.slot.algorithm),
            load={"before": watched.load, "after": provenance.load()},
        )


def _judge(watched: Watched, code: int | None) -> None:
    """Name the end of a cell that did not name it itself."""
    if watched.counts is None and watched.answered is not None and watched.failure is None:
        watched.settle("the process ended")
    if watched.counts is not None:
        if code is None:
            watched.warnings.append("the process hung after its result was complete and was stopped")
        elif code != 0:
            watched.warnings.append(f"the process ended badly after its result was complete ({_exit(code)})")
    elif watched.failure is None:
        where = f"in phase {watched.phase}"
        if code == 0:
            watched.failure = ("no_result", f"the process ended without a result {where}")
        else:
            outside = " from outside, as the kernel sends it when memory runs out," if code == -signal.SIGKILL else ""
            watched.failure = ("crashed", f"{_exit(code or 0)}{outside} {where}")


def _exit(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"


def default_limits(jobs: int) -> Limits:
    """30 minutes, and an equal share of 80 % of the memory that is free now."""
    import psutil

    return Limits.model_construct(time=1800.0, memory=0.8 * psutil.virtual_memory().available / jobs)


def default_jobs(threads: int) -> int:
    """As many cells at a time as there are cores for their threads, at most four."""
    return max(1, min(4, usable_cores() // threads))
