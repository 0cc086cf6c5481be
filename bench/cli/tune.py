"""`bench tune`: the same budget of trials and seconds for every algorithm, and the best that each finds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bench.cli.run import (
    STORE,
    Algorithms,
    Datasets,
    DeviceName,
    KeepModels,
    LimitMem,
    LimitTime,
    MatrixFile,
    Preset,
    Rerun,
    Seeds,
    Splits,
    StoreFolder,
    Yes,
)

EXAMPLES = (
    "Examples:  bench tune --algorithms ease,item-knn --trials 30   |   "
    "bench tune my.toml --trials 30 --time 10m --search item-knn.neighbours=5:500"
)

Trials = Annotated[int | None, typer.Option(min=1, max=100_000, help="Most trials of each search.")]
Time = Annotated[str | None, typer.Option(help="Most time of each search, such as 90s or 10m.")]
Metric = Annotated[str | None, typer.Option(help="What is best on the validation part: ndcg@10, ndcg@k or rmse.")]
SearchIn = Annotated[
    list[str] | None,
    typer.Option("--search", help="ALGORITHM.PARAMETER=LOW:HIGH or =CHOICE,CHOICE; may be said again."),
]


def command(
    matrix: MatrixFile = None,
    algorithms: Algorithms = None,
    datasets: Datasets = None,
    splits: Splits = None,
    seeds: Seeds = None,
    trials: Trials = None,
    time: Time = None,
    metric: Metric = None,
    search: SearchIn = None,
    store: StoreFolder = STORE,
    jobs: Annotated[int | None, typer.Option(min=1, help="Searches at a time (default: one per core).")] = None,
    threads: Annotated[int, typer.Option(min=1, help="Threads of each search.")] = 1,
    limit_time: LimitTime = None,
    limit_mem: LimitMem = None,
    rerun: Rerun = "missing",
    device: DeviceName = "cpu",
    keep_models: KeepModels = False,
    report: Annotated[Path | None, typer.Option(help="Folder of the report (default: STORE/report).")] = None,
    preset: Preset = None,
    yes: Yes = False,
) -> None:
    """Run each algorithm with its own parameters and with the best that a search finds, and compare them.

    A search sees the validation part and never the test part; its first trial is the defaults. Time limits hold for
    each trial. A search that was stopped goes on with the same command. Exit codes are those of `bench run`.
    """
    from bench.cli.request import load_matrix, load_options, with_tuning
    from bench.cli.run import perform

    wanted = load_matrix(matrix, algorithms, datasets, splits, seeds, preset=preset, yes=yes)
    wanted = with_tuning(wanted, trials, time, metric, search or [])
    options = load_options(rerun, jobs, threads, limit_time, limit_mem, device=device, keep_models=keep_models)
    perform(wanted, options, store, report)
