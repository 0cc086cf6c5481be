"""`bench export`: tables for other programs, or a bundle for other people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bench.cli import output
from bench.cli.run import STORE

if TYPE_CHECKING:
    from bench.store import Store

EXAMPLES = "Examples:  bench export results --to csv -o tables   |   bench export results --bundle results.zip"


def command(
    store: Annotated[Path, typer.Argument(help="The folder of a store.")] = STORE,
    to: Annotated[str | None, typer.Option(help="csv, parquet or duckdb.")] = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="The folder for the tables.")] = None,
    bundle: Annotated[Path | None, typer.Option(help="A ZIP file that stands for the whole store.")] = None,
    metrics: Annotated[str | None, typer.Option(help="Metrics of the tables with commas, as ndcg@20.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Overwrite files of the same names.")] = False,
) -> None:
    """Write records, values per user, lists and held-out items as tables, or everything as one bundle.

    From an unpacked bundle `bench report` makes every table again without training. Lists and bundles hold parts of
    the data: whether they may be passed on is up to the licences, which are said first.
    """
    from bench.errors import BadConfig
    from bench.store import Store

    kept = Store(store)
    if bundle is not None and to is None and out is None and metrics is None:
        _bundle(kept, bundle, replace=replace)
    elif bundle is None and to is not None and out is not None:
        _tables(kept, to, out, metrics, replace=replace)
    else:
        raise BadConfig("bench export: say either --to FORMAT -o FOLDER, or --bundle FILE.zip")


def _tables(store: Store, to: str, out: Path, metrics: str | None, *, replace: bool) -> None:
    from bench.cli.request import names
    from bench.export import formats, tables
    from reports.escape import csv_text

    formats.check(to, out, replace=replace)
    wanted = names(metrics)
    schemas = tables.schemas(wanted)
    _say_licences(store, "lists and held-out items name users, items and titles of the data")
    for path in formats.write(to, schemas, tables.pieces(store, wanted), out, csv_text):
        output.say(path)


def _bundle(store: Store, path: Path, *, replace: bool) -> None:
    from bench.export import bundle
    from reports.load import load
    from reports.reproduce import matrix

    content = bundle.choose(store)
    _say_licences(store, "a bundle holds the training and held-out interactions, and what cells printed")
    for problem in content.left_out:
        output.say(f"left out: {problem}")
    bundle.write(store, content, matrix(load(store)), path, replace=replace)
    output.say(path)


def _say_licences(store: Store, holds: str) -> None:
    """The licence of each data set of the store, before anything is written."""
    from bench.export.licences import licences

    for name, licence in licences(store).items():
        output.say(f"data set {name}, licence: {licence}")
    output.say(f"note: {holds}; their licences say who may have them")
