"""Run a matrix: plan it, decide what is missing, run that, and tell what became of every cell."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from bench import context, kept, plan
from bench.audit import audit
from bench.budget import Budget, informative, ordered
from bench.engines import opening, queue
from bench.estimates import Estimates
from bench.explain import remember
from bench.leftovers import at_work
from bench.limits import Limits
from bench.options import Options
from bench.plan import Cell, Decision
from bench.records import Record, stamp
from bench.store import Store
from bench.topk import compile_kernels
from bench.tuning import begun

QUICK = Path(__file__).with_name("quick.toml")
HARMLESS = ("ok", "skipped")


@dataclass(frozen=True)
class Outcome:
    """What became of a matrix: the record of each cell that has one, and whether it ran to its end."""

    records: list[Record]
    ran: int
    complete: bool
    left_out: list[Cell] = field(default_factory=list)  # did not fit into the budget

    @property
    def exit_code(self) -> int:
        """0 when all cells are ok or skipped, 1 when some are not, 130 when it was interrupted."""
        if not self.complete:
            return 130
        return 0 if all(record.status in HARMLESS for record in self.records) else 1


class Listener:
    """Hears how a run goes; every method may be overridden."""

    def noticed(self, text: str) -> None:
        """At any time: what a person should know of the machines that run the cells."""

    def planned(self, decisions: list[Decision], jobs: int) -> None:
        """Before the first cell starts."""

    def expects_too_much(self, cells: dict[str, str]) -> None:
        """Before the first cell starts: what will probably break which limit, by key."""

    def finished(self, cell: Cell, record: Record) -> None:
        """After each cell."""

    def progress(self, cell: Cell, phase: str, seconds: float, memory: int) -> None:
        """About ten times a second for each running cell, from its own thread."""


def execute(planned: list[Cell], store: Store, options: Options, listener: Listener | None = None) -> Outcome:
    """Run the cells that the store does not hold yet.

    Raises StoreError when results cannot be kept, and BadConfig when a cell has more threads than there are usable
    cores and `jobs` is not given, where no node of a cluster can run the cells, or where a search that was stopped had
    other ranges.
    """
    listener = listener or Listener()
    with at_work(store.folder), opening.opened(options, planned, store, listener.noticed) as (engine, usual):
        return _execute(planned, store, options, listener, engine, usual)


def _execute(
    planned: list[Cell], store: Store, options: Options, listener: Listener, engine: queue.Engine, usual: Limits
) -> Outcome:
    began, records = stamp(), store.records()
    decisions = plan.decide(planned, store, options.rerun, usual, records)
    if options.keep_models:
        decisions = kept.wanted(decisions, records)
    wanted = [decision.cell for decision in decisions if decision.runs]
    begun.check(wanted, store, anew=options.rerun == "all")
    estimates = Estimates(wanted, records, usual, store, options.budget)
    _prepare(decisions, store)
    listener.planned(decisions, engine.slots())
    if over := {cell.key: why for cell in wanted if (why := estimates.over(cell))}:
        listener.expects_too_much(over)
    fresh: dict[str, Record] = {}

    def finished(cell: Cell, record: Record) -> None:
        fresh[cell.key] = record
        estimates.add(record)
        listener.finished(cell, record)

    wanted = ordered(wanted, options.order, estimates.guess)
    if options.budget is None:
        complete, left_out = queue.run(wanted, store, engine, finished, listener.progress, began), []
    else:
        budget = Budget(options.budget, estimates.guess)
        wanted = informative(wanted, planned)
        complete = queue.run(wanted, store, engine, finished, listener.progress, began, budget.admits)
        left_out = budget.left_out
    found = [fresh.get(decision.cell.key, decision.record) for decision in decisions]
    return Outcome([record for record in found if record], len(fresh), complete, left_out)


def _prepare(decisions: list[Decision], store: Store) -> None:
    """Keep what has to be known of splits and keys, and compile what the cells share."""
    for asked in {d.cell.split.fingerprint: d.cell.split for d in decisions if d.cell.split}.values():
        if not store.knows(asked.fingerprint):
            split = asked.make()
            findings = tuple(finding.as_dict() for finding in audit(split))
            store.put_context(asked.fingerprint, replace(context.context_of(split), audit=findings))
    able = [decision.cell for decision in decisions if not decision.cell.problem]
    store.set_current({cell.slot.id: cell.key for cell in able})
    remember(able, store)
    compile_kernels()
