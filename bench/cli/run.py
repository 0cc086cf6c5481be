"""`bench run`: run a matrix, then print the comparison and write the report."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bench.cli import output

if TYPE_CHECKING:
    from bench.matrix import Matrix
    from bench.options import Options
    from bench.store import Store

EXAMPLES = "Examples:  bench run   |   bench run my.toml --algorithms ease,item-knn --seeds 3 --limit-time 10m"
STORE = Path("results")
MATRIX_HELP = "A matrix file; without one the built-in quick matrix."

MatrixFile = Annotated[Path | None, typer.Argument(help=MATRIX_HELP, show_default=False)]
Algorithms = Annotated[str | None, typer.Option(help="Names with commas, instead of those of the matrix.")]
Datasets = Annotated[str | None, typer.Option(help="Names with commas, instead of those of the matrix.")]
Splits = Annotated[str | None, typer.Option(help="Names with commas, instead of those of the matrix.")]
Seeds = Annotated[int | None, typer.Option(min=1, max=100_000, help="How many seeds: 3 means 0, 1 and 2.")]
ItemVectors = Annotated[Path | None, typer.Option(help="A .npy with a row per item, in the place of texts.")]
StoreFolder = Annotated[Path, typer.Option(help="Where results are kept.")]
Rerun = Annotated[str, typer.Option(help="Which cells run again: missing, failed, stale or all.")]
LimitTime = Annotated[str | None, typer.Option(help="Per cell, such as 90s, 10m or 2h (default 30m).")]
LimitMem = Annotated[str | None, typer.Option(help="Per cell, such as 500MB or 4GB (default: 80 % of what is free).")]
Order = Annotated[str, typer.Option(help="Which cells run first: given, shortest or longest.")]
Budget = Annotated[str | None, typer.Option(help="For all cells, such as 30m or 2h: the most informative that fit.")]
EngineName = Annotated[str, typer.Option("--engine", help="Where cells run: local, or ray for the nodes of a cluster.")]
DeviceName = Annotated[str, typer.Option("--device", help="cpu, cuda, or auto: a GPU where there is one.")]
Exclusive = Annotated[bool, typer.Option("--timing-exclusive", help="One cell at a time, so that timings are its own.")]
KeepModels = Annotated[bool, typer.Option("--keep-models", help="Keep what each cell learns, for `bench recommend`.")]
BlindIds = Annotated[bool, typer.Option("--blind-ids", help="A new store holds a keyed hash in place of user ids.")]
Preset = Annotated[str | None, typer.Option(help="defaults, or tuned: settings that were searched for, where shipped.")]
Yes = Annotated[bool, typer.Option("--yes", help="Run even more than 10,000 cells.")]


def command(
    matrix: MatrixFile = None,
    algorithms: Algorithms = None,
    datasets: Datasets = None,
    splits: Splits = None,
    seeds: Seeds = None,
    item_vectors: ItemVectors = None,
    store: StoreFolder = STORE,
    jobs: Annotated[int | None, typer.Option(min=1, help="Cells at a time (default: one per core, at most 4).")] = None,
    threads: Annotated[int, typer.Option(min=1, help="Threads of each cell.")] = 1,
    limit_time: LimitTime = None,
    limit_mem: LimitMem = None,
    rerun: Rerun = "missing",
    order: Order = "given",
    budget: Budget = None,
    timing_exclusive: Exclusive = False,
    engine: EngineName = "local",
    device: DeviceName = "cpu",
    keep_models: KeepModels = False,
    blind_ids: BlindIds = False,
    report: Annotated[Path | None, typer.Option(help="Folder of the report (default: STORE/report).")] = None,
    preset: Preset = None,
    yes: Yes = False,
) -> None:
    """Run a matrix, keep every result, print the comparison and write the report.

    What the store holds already is not run again, unless its model is to be kept and is not. Exit code 0: all cells ok
    or skipped; 1: some are not; 2: wrong matrix or option; 3: the store cannot be used; 130: interrupted.
    """
    from bench.cli.request import load_matrix, load_options

    wanted = load_matrix(matrix, algorithms, datasets, splits, seeds, item_vectors=item_vectors, preset=preset, yes=yes)
    options = load_options(
        rerun,
        jobs,
        threads,
        limit_time,
        limit_mem,
        order=order,
        budget=budget,
        timing_exclusive=timing_exclusive,
        engine=engine,
        device=device,
        keep_models=keep_models,
    )
    perform(wanted, options, store, report, budget=budget, blind_ids=blind_ids)


def perform(
    wanted: Matrix,
    options: Options,
    folder: Path,
    report: Path | None,
    *,
    budget: str | None = None,
    blind_ids: bool = False,
) -> None:
    """Run a matrix into a store, print the comparison and write the report; ends as `bench run` says."""
    from bench import blinding, plan, presets
    from bench.cli.progress import left_out, listener
    from bench.execute import execute
    from bench.store import Store

    if options.engine == "local":
        options.cells_at_a_time()  # wrong ones are told before anything is loaded
    planned = plan.cells(wanted, options.device)
    for warning in dict.fromkeys(warning for cell in planned if cell.split for warning in cell.split.warnings):
        output.say(f"warning: {warning}")
    if wanted.matrix.preset == "tuned":
        for lack in presets.missing(wanted.matrix.datasets, [spec.name for spec in wanted.algorithms]):
            output.say(f"warning: {lack}")
    kept = Store(folder, create=True)
    if blind_ids:
        blinding.begin(folder)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # asked to end, it ends as after Ctrl-C
    with listener() as hears:
        outcome = execute(planned, kept, options, hears)
    if outcome.left_out:
        output.say(left_out(outcome.left_out, planned, budget))
    if not outcome.complete:
        output.say("Interrupted. What is finished is kept; the same command goes on from there.")
        raise typer.Exit(outcome.exit_code)
    damaged = _compare(kept, wanted.matrix.metrics, report or folder / "report")
    raise typer.Exit(outcome.exit_code or int(damaged > 0))


def _compare(store: Store, metrics: list[str], folder: Path) -> int:
    """Print the comparison and write the report; how many stored results are damaged."""
    from reports.load import load
    from reports.model import CORRUPT
    from reports.output import write_results
    from reports.tables import of_results

    results = load(store, metrics)
    compared = of_results(results)
    output.say()
    output.say(output.table(compared.header, compared.texts()))
    for remark in compared.remarks:
        output.say(remark)
    output.say()
    damaged = sum(cell.status == CORRUPT for cell in results.attempts)
    if damaged:
        output.say(f"{damaged} stored results are corrupt and left out; `bench run --rerun failed` makes them again")
    output.say(f"Report: {write_results(results, folder)}")
    return damaged
