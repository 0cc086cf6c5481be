"""`bench list`: algorithms, data sets, splits and metrics."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from bench.cli import output

app = typer.Typer(help="What there is to choose from.", no_args_is_help=True, rich_markup_mode=None)
Json = Annotated[bool, typer.Option("--json", help="For programs.")]


@app.command(epilog="Examples:  bench list algorithms   |   bench list algorithms --json")
def algorithms(json: Json = False) -> None:
    """Every registered algorithm, with the reason where one cannot be used here."""
    from bench import registry

    rows = [
        (
            entry.name,
            entry.family,
            entry.distribution,
            f"unavailable: {entry.problem}" if entry.problem else entry.summary,
        )
        for entry in registry.entries().values()
    ]
    _print(("name", "family", "from", "what"), rows, json)


@app.command(epilog="Examples:  bench list datasets   |   bench list datasets --json")
def datasets(json: Json = False) -> None:
    """Every data set, where it comes from, and whether it is on this machine."""
    from bench.datasets import catalogue

    rows = [
        (entry.name, "here" if entry.path else "not here", entry.licence, entry.source)
        for entry in catalogue.available()
    ]
    _print(("name", "state", "licence", "what"), rows, json)


@app.command(epilog="Examples:  bench list splits   |   bench list splits --json")
def splits(json: Json = False) -> None:
    """Every way to divide a data set."""
    from bench.splits import catalogue

    _print(("name", "what"), list(catalogue.names().items()), json)


@app.command(epilog="Examples:  bench list metrics   |   bench list metrics --json")
def metrics(json: Json = False) -> None:
    """Every metric, and whether higher or lower is better."""
    from bench.metrics.registry import describe

    _print(("name", "better", "what"), [(d.label, d.better, d.meaning) for d in describe()], json)


def _print(header: Sequence[str], rows: Sequence[Sequence[object]], json: bool) -> None:
    if json:
        output.as_json([dict(zip(header, row, strict=True)) for row in rows])
    else:
        output.say(output.table(header, rows))
