"""`bench status`: what a store holds."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from bench.cli import output
from bench.cli.run import STORE

EXAMPLES = "Examples:  bench status   |   bench status other-results --json"


def command(
    store: Annotated[Path, typer.Argument(help="The folder of a store.")] = STORE,
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """List every cell of a store with its newest status, cost and reason."""
    from bench.store import Store

    kept = Store(store)
    records = list(kept.latest().values())
    rows = [
        (
            record.key[:12],
            record.status,
            record.label,
            record.slot.dataset["name"],
            record.slot.split["name"],
            record.slot.seed,
            output.duration(record.wall),
            output.megabytes(record.memory),
            record.reason,
        )
        for record in records
    ]
    header = ("cell", "status", "algorithm", "dataset", "split", "seed", "time", "memory", "reason")
    if json:
        output.as_json([dict(zip(header, row, strict=True)) for row in rows])
        return
    output.say(output.table(header, rows))
    for problem in kept.damaged():
        output.say(f"damaged: {problem}")
    counts = Counter(record.status for record in records)
    output.say(
        f"\n{len(records)} cells: {', '.join(f'{n} {status}' for status, n in sorted(counts.items())) or 'none'}"
    )
