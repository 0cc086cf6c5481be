"""`bench list`: algorithms, data sets, splits and metrics."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from bench.cli import output

if TYPE_CHECKING:
    from bench.datasets.catalogue import Entry

app = typer.Typer(help="What there is to choose from.", no_args_is_help=True, rich_markup_mode=None)
Json = Annotated[bool, typer.Option("--json", help="For programs.")]


@app.command(epilog="Examples:  bench list algorithms   |   bench list algorithms --json")
def algorithms(json: Json = False) -> None:
    """Every registered algorithm: its paper, what the data must have, what it can do, or why it cannot be used here."""
    from bench import registry

    rows = [
        (
            entry.name,
            entry.family,
            entry.distribution,
            entry.paper,
            _words(entry.needs),
            _words(entry.can),
            f"unavailable: {entry.problem}" if entry.problem else entry.summary,
        )
        for entry in registry.entries().values()
    ]
    _print(("name", "family", "from", "paper", "needs", "can", "what"), rows, json)


def _words(flags: tuple[str, ...]) -> str:
    """Flags as they are read: `rank, serve new users`."""
    return ", ".join(flag.lower().replace("_", " ") for flag in flags)


@app.command(epilog="Examples:  bench list datasets   |   bench list datasets --json")
def datasets(json: Json = False) -> None:
    """Every data set: its size, whether it is on this machine, its terms, and where it comes from."""
    from bench.datasets import catalogue

    entries = catalogue.available()
    if json:
        output.as_json([vars(entry) for entry in entries])
        return
    rows = [(e.name, _size(e), "here" if e.path else "not here", e.licence, e.address, e.source) for e in entries]
    _print(("name", "size", "state", "licence", "address", "what"), rows, json)


def _size(entry: Entry) -> str:
    """Interactions, else the bytes of the download."""
    if entry.members:
        return f"{len(entry.members)} data sets"
    if entry.rows is not None:
        return f"{entry.rows:,} rows"
    return "unknown" if entry.bytes is None else output.megabytes(entry.bytes)


@app.command(epilog="Examples:  bench list splits   |   bench list splits --json")
def splits(json: Json = False) -> None:
    """Every way to divide a data set."""
    from bench.splits import catalogue

    rows = [(name, what, ", ".join(catalogue.defaults(name))) for name, what in catalogue.names().items()]
    _print(("name", "what", "options"), rows, json)
    if not json:
        output.say(f"\nEvery split also has: {', '.join(catalogue.common())}; see docs/candidates.md.")


@app.command(epilog="Examples:  bench list metrics   |   bench list metrics --json")
def metrics(json: Json = False) -> None:
    """Every metric, and whether higher or lower is better."""
    from bench.metrics.registry import describe

    rows = [(d.kind, d.label, d.better, d.needs, d.meaning) for d in describe()]
    _print(("kind", "name", "better", "needs", "what"), rows, json)


def _print(header: Sequence[str], rows: Sequence[Sequence[object]], json: bool) -> None:
    if json:
        output.as_json([dict(zip(header, row, strict=True)) for row in rows])
    else:
        output.say(output.table(header, rows))
