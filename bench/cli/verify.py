"""`bench verify`: whether what a store holds is what was written, and whether its splits keep their promises."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bench.cli import output
from bench.cli.run import STORE

EXAMPLES = "Examples:  bench verify   |   bench verify other-results --json"


def command(
    store: Annotated[Path, typer.Argument(help="The folder of a store.")] = STORE,
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Check every file of a store against its SHA-256 and every split against its audit; exit code 1 for a problem."""
    from bench.store import Store
    from bench.verify import problems, unaudited

    kept = Store(store)
    found, unknown = problems(kept), unaudited(kept)
    if json:
        output.as_json({"problems": found, "unaudited": unknown})
    else:
        for problem in found:
            output.say(problem)
        output.say(
            f"{len(found)} problems" if found else f"{len(kept.records())} attempts: every file as written, no leaks"
        )
        if unknown:
            output.say(f"no audit was made of {len(unknown)} splits, which an older version wrote")
    if found:
        raise typer.Exit(1)
