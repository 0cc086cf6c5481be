"""`bench check`: does an algorithm keep the contract?"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import Annotated

import typer

from bench.cli import output

EXAMPLES = "Examples:  bench check item-knn   |   bench check my-algorithm --json"
_SHOWN = {"ok": "ok     ", "failed": "FAILED ", "skipped": "skipped"}


def command(
    name: Annotated[str, typer.Argument(help="A name from `bench list algorithms`.")],
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Put the conformance checks to an algorithm. Exit code 1 when one fails, 2 when there is no such algorithm."""
    from bench import registry
    from bench.conformance import checks_for

    cls = registry.load(name)
    outcomes = []
    for check in checks_for(cls):
        outcome = check.run(cls)
        outcomes.append({**asdict(outcome), "asks": check.asks})
        if not json:
            output.say(f"{_SHOWN[outcome.state]}  {check.name.ljust(20)}  {outcome.why or check.asks}")
    if json:
        output.as_json(outcomes)
    else:
        counts = Counter(outcome["state"] for outcome in outcomes)
        output.say(f"\n{name}: " + ", ".join(f"{counts[state]} {state}" for state in _SHOWN if counts[state]))
    raise typer.Exit(1 if any(outcome["state"] == "failed" for outcome in outcomes) else 0)
