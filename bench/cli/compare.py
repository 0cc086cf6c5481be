"""`bench compare`: one paired comparison in the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bench.cli import output

EXAMPLES = (
    "Examples:  bench compare results ease item-knn   |   bench compare results sasrec gru4rec --metric recall@20"
)


def command(
    store: Annotated[Path, typer.Argument(help="The folder of a store.")],
    one: Annotated[
        str, typer.Argument(help="An algorithm, as the table names it; without parameters if there is only one.")
    ],
    other: Annotated[str, typer.Argument(help="The one to compare it with.")],
    metric: Annotated[str, typer.Option(help="By which metric.")] = "ndcg@10",
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Say whether two algorithms differ, by how much and for how many users, on each split where both finished."""
    from bench.store import Store
    from reports.load import load
    from reports.pairwise import facts, lines

    results = load(Store(store), [metric], leading=metric)
    if json:
        output.as_json(facts(results, one, other))
        return
    for line in lines(results, one, other):
        output.say(line)
