"""`bench plan`: what a run would do, and why."""

from __future__ import annotations

from typing import Annotated

import typer

from bench.cli import output
from bench.cli.run import STORE, Algorithms, Datasets, MatrixFile, Rerun, Seeds, Splits, StoreFolder, Yes

EXAMPLES = "Examples:  bench plan   |   bench plan my.toml --rerun failed --json"


def command(
    matrix: MatrixFile = None,
    algorithms: Algorithms = None,
    datasets: Datasets = None,
    splits: Splits = None,
    seeds: Seeds = None,
    store: StoreFolder = STORE,
    rerun: Rerun = "missing",
    yes: Yes = False,
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Check a matrix and show which cells would run, and why, without running any."""
    from bench import plan
    from bench.cli.request import load_matrix, load_options
    from bench.runner import default_jobs, default_limits
    from bench.store import Store
    from bench.titles import Titles

    wanted = load_matrix(matrix, algorithms, datasets, splits, seeds, yes=yes)
    options = load_options(rerun, None, 1, None, None)
    kept = Store(store) if store.exists() else None
    decisions = plan.decide(plan.cells(wanted), kept, options.rerun, default_limits(default_jobs(1)))
    titles = Titles(decision.cell.slot for decision in decisions)
    rows = [
        (
            "skip" if decision.cell.problem else "run" if decision.runs else "keep",
            decision.cell.problem or decision.reason,
            decision.cell.label,
            *titles.of(decision.cell.slot),
            decision.cell.slot.seed,
            decision.cell.key[:12],
        )
        for decision in decisions
    ]
    header = ("action", "why", "algorithm", "dataset", "split", "seed", "cell")
    if json:
        output.as_json([dict(zip(header, row, strict=True)) for row in rows])
        return
    output.say(output.table(header, rows))
    count = sum(row[0] == "run" for row in rows)
    output.say(f"\n{count} of {len(rows)} cells would run")
