"""`bench verify`: whether what a store holds is what was written, and whether its splits keep their promises."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bench.cli import output
from bench.cli.run import STORE

EXAMPLES = "Examples:  bench verify   |   bench verify other-results --json   |   bench verify --clean"


def command(
    store: Annotated[Path, typer.Argument(help="The folder of a store.")] = STORE,
    clean: Annotated[bool, typer.Option("--clean", help="Remove what a stop has left half-done.")] = False,
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Check every file of a store against its SHA-256, measure every answer again, and look for leaks.

    Exit code 1 for a problem, 3 when the store cannot be opened. What a stop has left half-done is told, but harmless.
    """
    from bench.leftovers import leftovers
    from bench.store import Store
    from bench.verify import problems, unaudited

    kept = Store(store)
    found, unknown, left = problems(kept), unaudited(kept), leftovers(store)
    if clean:
        _remove(left)
    if json:
        names = [path.name for path in left]
        output.as_json({"problems": found, "unaudited": unknown, "leftovers": names, "removed": clean})
    else:
        for problem in found:
            output.say(problem)
        output.say(
            f"{len(found)} problems" if found else f"{len(kept.records())} attempts: every file as written, no leaks"
        )
        if unknown:
            output.say(f"no audit was made of {len(unknown)} splits, which an older version wrote")
        for path in left:
            output.say(f"left half-done: tmp/{path.name}{' (removed)' if clean else '; --clean removes it'}")
    if found:
        raise typer.Exit(1)


def _remove(paths: list[Path]) -> None:
    """Folders and files; what went already is no error."""
    import shutil

    from bench.files import storage

    for path in paths:
        with storage(path.parent):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
