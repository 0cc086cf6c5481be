"""Run a matrix: plan it, decide what is missing, run that, and tell what became of every cell."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from bench import context, plan
from bench.audit import audit
from bench.engines import local
from bench.matrix import Limits
from bench.plan import Cell, Decision
from bench.records import Record
from bench.runner import Runner, default_jobs, default_limits
from bench.store import Store, stamp
from bench.topk import compile_kernels

QUICK = Path(__file__).with_name("quick.toml")
HARMLESS = ("ok", "skipped")


@dataclass(frozen=True)
class Options:
    """How a matrix is run."""

    rerun: str = "missing"
    jobs: int | None = None
    threads: int = 1
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True)
class Outcome:
    """What became of a matrix: the record of each cell that has one, and whether it ran to its end."""

    records: list[Record]
    ran: int
    complete: bool

    @property
    def exit_code(self) -> int:
        """0 when all cells are ok or skipped, 1 when some are not, 130 when it was interrupted."""
        if not self.complete:
            return 130
        return 0 if all(record.status in HARMLESS for record in self.records) else 1


class Listener:
    """Hears how a run goes; every method may be overridden."""

    def planned(self, decisions: list[Decision], jobs: int) -> None:
        """Before the first cell starts."""

    def finished(self, cell: Cell, record: Record) -> None:
        """After each cell."""

    def progress(self, cell: Cell, phase: str, seconds: float, memory: int) -> None:
        """About ten times a second for each running cell, from its own thread."""


def execute(planned: list[Cell], store: Store, options: Options, listener: Listener | None = None) -> Outcome:
    """Run the cells that the store does not hold yet. Raises StoreError when results cannot be kept."""
    listener = listener or Listener()
    jobs = options.jobs or default_jobs(options.threads)
    usual = _with_defaults(options.limits, jobs)
    began = stamp()
    decisions = plan.decide(planned, store, options.rerun, usual)
    for asked in {d.cell.split.fingerprint: d.cell.split for d in decisions if d.cell.split}.values():
        if not store.knows(asked.fingerprint):
            split = asked.make()
            findings = tuple(finding.as_dict() for finding in audit(split))
            store.put_context(asked.fingerprint, replace(context.context_of(split), audit=findings))
    store.set_current({d.cell.slot.id: d.cell.key for d in decisions if not d.cell.problem})
    compile_kernels()
    listener.planned(decisions, jobs)
    fresh: dict[str, Record] = {}

    def finished(cell: Cell, record: Record) -> None:
        fresh[cell.key] = record
        listener.finished(cell, record)

    runner = Runner(store, usual, threads=options.threads)
    wanted = [decision.cell for decision in decisions if decision.runs]
    complete = local.run(wanted, runner, jobs, finished, listener.progress, began)
    found = [fresh.get(decision.cell.key, decision.record) for decision in decisions]
    return Outcome([record for record in found if record], len(fresh), complete)


def _with_defaults(limits: Limits, jobs: int) -> Limits:
    usual = default_limits(jobs)
    return Limits.model_construct(time=limits.time or usual.time, memory=limits.memory or usual.memory)
