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
    from bench.index import uncollected

    with uncollected():
        _show(store, json)


def _show(store: Path, json: bool) -> None:
    from bench.store import Store
    from bench.titles import Titles

    kept = Store(store)
    attempts, damaged = kept.contents()
    records = list(kept.latest(attempts).values())
    titles = Titles(record.slot for record in records)
    rows = [(r.key[:12], r.status, r.label, *titles.of(r.slot), r.slot.seed) for r in records]
    costs = [(r.wall, r.memory, r.reason) for r in records]
    header = ("cell", "status", "algorithm", "dataset", "split", "seed")
    if json:
        names = (*header, "seconds", "bytes", "reason")
        cells = [dict(zip(names, (*row, *cost), strict=True)) for row, cost in zip(rows, costs, strict=True)]
        output.as_json({"cells": cells, "damaged": damaged})
        return
    shown = [(output.duration(wall), output.megabytes(memory), reason) for wall, memory, reason in costs]
    lines = [(*row, *cost) for row, cost in zip(rows, shown, strict=True)]
    output.say(output.table((*header, "time", "memory", "reason"), lines))
    for problem in damaged:
        output.say(f"damaged: {problem}")
    counts = Counter(record.status for record in records)
    output.say(
        f"\n{len(records)} cells: {', '.join(f'{n} {status}' for status, n in sorted(counts.items())) or 'none'}"
    )
