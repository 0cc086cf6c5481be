"""`bench store`: bring stores together, and remove what is not needed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bench.cli import output
from bench.cli.run import STORE

app = typer.Typer(help="Stores: merge several, remove what is not needed.", no_args_is_help=True, rich_markup_mode=None)


@app.command(epilog="Examples:  bench store merge results other-results --into all-results")
def merge(
    sources: Annotated[list[Path], typer.Argument(help="Folders of stores; they are only read.")],
    into: Annotated[Path, typer.Option(help="The folder of the store that gets their results; made if missing.")],
) -> None:
    """Copy every result of some stores into another, which keeps all that it has.

    Files are compared with their SHA-256 first; what is damaged is told and left out. Exit code 1 if anything was.
    """
    from bench.merging import merge as merged
    from bench.store import Store

    opened = [Store(source) for source in sources]
    done = merged(opened, Store(into, create=True))
    for problem in done.problems:
        output.say(f"not copied: {problem}")
    for key in done.nondeterministic:
        output.say(f"nondeterministic: two attempts at {key[:12]} gave different answers; both are kept")
    counts = f"{done.copied} attempts and {done.contexts} splits copied, {done.present} attempts were there already"
    output.say(f"{into}: {counts}")
    if done.problems:
        raise typer.Exit(1)


@app.command(epilog="Examples:  bench store gc --dry-run   |   bench store gc other-results --attempts")
def gc(
    store: Annotated[Path, typer.Argument(help="The folder of a store.")] = STORE,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    attempts: Annotated[
        bool, typer.Option("--attempts", help="Also attempts that a newer ok attempt at the same cell replaces.")
    ] = False,
    stale: Annotated[
        bool, typer.Option("--stale", help="Also stale attempts of cells that have an ok result of today's code.")
    ] = False,
) -> None:
    """Remove leftovers, scratch of finished cells, and splits and training data that no result uses."""
    from bench.garbage import find, remove
    from bench.store import Store

    kept = Store(store)
    found = find(kept, replaced=attempts, stale=stale)
    if not dry_run:
        found = remove(kept, found)
    for garbage in found:
        output.say(f"{garbage.bytes:>12,}  {garbage.path.relative_to(store)}  ({garbage.why})")
    total = sum(garbage.bytes for garbage in found)
    output.say(f"{len(found)} {'would go' if dry_run else 'removed'}, {total:,} bytes")
