"""`bench repeat`: run one cell again and compare."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bench.cli import output
from bench.cli.run import STORE, StoreFolder

if TYPE_CHECKING:
    from bench.metrics.measured import Measured
    from bench.repeat import Difference, Repeated
    from bench.types import Ints

EXAMPLES = "Examples:  bench repeat 3fa4c1   |   bench repeat ease --store other-results --json"


def command(
    cell: Annotated[str, typer.Argument(help="The beginning of a cell's key, or its name in the table.")],
    store: StoreFolder = STORE,
    keep_model: Annotated[
        bool, typer.Option("--keep-model", help="Keep what it learns, for `bench recommend`.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Run one stored cell again and say whether its answers are bitwise equal, within noise, or different.

    Within noise: no metric moves by half the width of its 95 % interval over users. Exit code 0: equal or within
    noise; 1: different, or the second run failed; 2: it cannot be planned; 3: no such cell; 130: interrupted.
    """
    from bench.repeat import repeat
    from bench.store import Store

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # asked to end, it ends as after Ctrl-C
    found = repeat(Store(store), cell, _half_widths, keep_model=keep_model)
    if json:
        output.as_json(_facts(found))
    else:
        _tell(found)
    if found.verdict == "interrupted":
        raise typer.Exit(130)
    raise typer.Exit(0 if found.same else 1)


def _half_widths(users: Ints, measured: Mapping[str, Measured]) -> dict[str, float | None]:
    """Half the width of each 95 % interval; 0 for a mean that has no interval, None for what is no mean over users."""
    from reports.statistics.bootstrap import Parts, intervals

    parts = {
        name: Parts(m.numerator, m.denominator, m.root)
        for name, m in measured.items()
        if m.numerator is not None and m.denominator is not None
    }
    found = dict(zip(parts, intervals(users, list(parts.values())), strict=True))
    widths = {name: 0.0 if i.low is None or i.high is None else (i.high - i.low) / 2 for name, i in found.items()}
    return {name: widths.get(name) for name in measured}


def _tell(found: Repeated) -> None:
    output.say(f"{found.before.label}, {found.before.place}")
    for what in found.changed:
        output.say(f"not the same cell as before: {what}")
    if found.verdict == "failed":
        output.say(f"failed: {found.after.status}  {found.after.reason}".rstrip())
        return
    if found.differences:
        rows = [(d.metric, _number(d.before), _number(d.after), *_moved(d)) for d in found.differences]
        output.say(output.table(("metric", "before", "now", "difference", "half the interval"), rows))
        largest = max(found.differences, key=lambda d: d.size)
        output.say(f"largest difference: {_moved(largest)[0]} in {largest.metric}")
    output.say(found.verdict)


def _moved(difference: Difference) -> tuple[str, str]:
    allowed = "none" if difference.allowed is None else f"{difference.allowed:.6f}"
    return f"{difference.size:.6f}", allowed


def _number(value: float | None) -> str:
    return "—" if value is None else f"{value:.6f}"


def _facts(found: Repeated) -> dict[str, Any]:
    from math import isfinite

    names = ("metric", "before", "after", "allowed")
    return {
        "verdict": found.verdict,
        "changed": list(found.changed),
        "key": {"before": found.before.key, "after": found.after.key},
        "attempt": {"before": found.before.attempt, "after": found.after.attempt},
        "status": found.after.status,
        "reason": found.after.reason,
        "differences": [
            {**{name: getattr(d, name) for name in names}, "difference": d.size if isfinite(d.size) else None}
            for d in found.differences
        ],
    }
