"""`bench plan`: what a run would do, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bench.cli import output
from bench.cli.run import (
    STORE,
    Algorithms,
    Datasets,
    DeviceName,
    ItemVectors,
    KeepModels,
    MatrixFile,
    Preset,
    Rerun,
    Seeds,
    Splits,
    StoreFolder,
    Yes,
)

if TYPE_CHECKING:
    from bench.estimates import Estimates
    from bench.plan import Decision

EXAMPLES = "Examples:  bench plan   |   bench plan my.toml --explain   |   bench plan my.toml --rerun failed --json"
HEADER = ("action", "why", "algorithm", "dataset", "split", "seed", "cell", "time", "memory")


def command(
    matrix: MatrixFile = None,
    algorithms: Algorithms = None,
    datasets: Datasets = None,
    splits: Splits = None,
    seeds: Seeds = None,
    item_vectors: ItemVectors = None,
    store: StoreFolder = STORE,
    rerun: Rerun = "missing",
    device: DeviceName = "cpu",
    keep_models: KeepModels = False,
    preset: Preset = None,
    yes: Yes = False,
    explain: Annotated[bool, typer.Option("--explain", help="Say what changed, from what to what.")] = False,
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Check a matrix and show which cells would run, why, and at what cost by earlier results, without running any."""
    from bench import kept as models
    from bench import plan
    from bench.cli.request import load_matrix, load_options
    from bench.estimates import Estimates
    from bench.explain import explain as in_detail
    from bench.runner import default_jobs, default_limits
    from bench.store import Store

    wanted = load_matrix(matrix, algorithms, datasets, splits, seeds, item_vectors=item_vectors, preset=preset, yes=yes)
    options = load_options(rerun, device=device)
    kept = Store(store) if store.exists() else None
    records, usual = kept.records() if kept else [], default_limits(default_jobs(1))
    planned = plan.cells(wanted, options.device)
    decisions = plan.decide(planned, kept, options.rerun, usual, records)
    if explain and kept:
        decisions = in_detail(decisions, kept, records, usual)
    if keep_models:
        decisions = models.wanted(decisions, records)
    rows = _rows(decisions, Estimates(planned, records, usual, kept))
    if json:
        output.as_json([_for_programs(row) for row in rows])
        return
    output.say(output.table(HEADER, [_readable(row) for row in rows]))
    output.say()
    output.say(_total(rows))


def _rows(decisions: list[Decision], estimates: Estimates) -> list[dict[str, Any]]:
    """A row for each cell; time in seconds and memory in bytes, None where nothing is known or nothing would run."""
    from bench.titles import Titles

    titles = Titles(decision.cell.slot for decision in decisions)
    rows = []
    for decision in decisions:
        cell = decision.cell
        action = "skip" if cell.problem else "run" if decision.runs else "keep"
        estimate = estimates.of(cell) if action == "run" else None
        why = cell.problem or decision.reason
        cost = (estimate.seconds, estimate.memory) if estimate else (None, None)
        values = (action, why, cell.label, *titles.of(cell.slot), cell.slot.seed, cell.key[:12], *cost)
        rows.append(dict(zip(HEADER, values, strict=True)))
    return rows


def _for_programs(row: dict[str, Any]) -> dict[str, Any]:
    """The row with units in the names: `seconds` and `mb`."""
    memory = row["memory"]
    rest = {name: value for name, value in row.items() if name not in ("time", "memory")}
    return {**rest, "seconds": row["time"], "mb": None if memory is None else memory / 1e6}


def _readable(row: dict[str, Any]) -> list[object]:
    nothing = "unknown" if row["action"] == "run" else ""
    time = nothing if row["time"] is None else output.duration(row["time"])
    memory = nothing if row["memory"] is None else output.megabytes(row["memory"])
    return [*(row[name] for name in HEADER[:-2]), time, memory]


def _total(rows: list[dict[str, Any]]) -> str:
    """How many cells would run, how long that takes one after the other, and how much memory the largest needs."""
    costs = [(row["time"], row["memory"]) for row in rows if row["action"] == "run"]
    known = [(seconds, memory) for seconds, memory in costs if seconds is not None]
    said = f"{len(costs)} of {len(rows)} cells would run"
    if not costs:
        return said
    if not known:
        return f"{said}; time and memory unknown"
    unknown = f", and {len(costs) - len(known)} of unknown cost" if len(known) < len(costs) else ""
    seconds, memory = sum(time for time, _ in known), max(peak for _, peak in known)
    return f"{said}: about {output.duration(seconds)} one after the other, at most {output.megabytes(memory)}{unknown}"
