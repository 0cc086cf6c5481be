"""`bench show`: everything about one cell."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from bench.cli import output
from bench.cli.run import STORE, StoreFolder

EXAMPLES = "Examples:  bench show 3fa4c1   |   bench show ease --log"


def command(
    cell: Annotated[str, typer.Argument(help="The beginning of a cell's key, or its name in the table.")],
    store: StoreFolder = STORE,
    log: Annotated[bool, typer.Option("--log", help="Print what the cell printed.")] = False,
    json: Annotated[bool, typer.Option("--json", help="The whole record, for programs.")] = False,
) -> None:
    """Show the parameters, quality, cost and ending of one cell."""
    from dataclasses import asdict

    from bench.matrix import METRICS
    from bench.metrics.registry import measure
    from bench.store import Store

    kept = Store(store)
    record = kept.find(cell)
    measured = {}
    if record.status == "ok":
        measured = measure(METRICS, kept.answers(record), kept.context(record.split_hash))
    if json:
        output.as_json({**asdict(record), "metrics": {name: found.value for name, found in measured.items()}})
        return
    if log:
        output.say(kept.log(record))
        return
    lines = [
        ("algorithm", record.label),
        ("status", f"{record.status}  {record.reason}".strip()),
        ("data set", _spec(record.slot.dataset)),
        ("split", _spec(record.slot.split)),
        ("seed", record.slot.seed),
        *((f"parameter {name}", value) for name, value in (record.slot.params | _found(record.tuning)).items()),
        *_trials(record.slot.tuning or {}, record.tuning),
        *((name, "—" if m.value is None else f"{m.value:.4f}") for name, m in measured.items()),
        *(
            (f"{name} phase", f"{output.duration(p.wall)}, {output.megabytes(p.peak)}")
            for name, p in record.phases.items()
        ),
        *_latency(record.latency),
        *([("model", record.model)] if record.model else []),
        *_faithfulness(record.faithfulness),
        *_timings(record.provenance),
        ("whole cell", f"{output.duration(record.wall)}, {output.megabytes(record.memory)}"),
        ("energy", _energy(record.energy)),
        *((name, count) for name, count in record.counts.items()),
        *(("warning", text) for text in record.warnings),
        ("key", record.key),
    ]
    width = max(len(name) for name, _ in lines)
    for name, value in lines:
        output.say(f"{name.ljust(width)}  {value}")


def _found(tuning: dict[str, Any]) -> dict[str, Any]:
    """The parameters of the best trial; none where nothing was tuned, or no trial ended well."""
    best = tuning.get("best")
    return {} if best is None else dict(tuning["trials"][best]["params"])


def _trials(asked: dict[str, Any], tuning: dict[str, Any]) -> list[tuple[str, str]]:
    """Each trial, and which one is the best."""
    lines = []
    for trial in tuning.get("trials", []):
        value = "" if trial["value"] is None else f"{asked['metric']} {trial['value']:.4f} on the validation part, "
        best = "the best: " if trial["number"] == tuning["best"] else ""
        params = ", ".join(f"{name}={setting}" for name, setting in trial["params"].items())
        why = f" ({trial['reason']})" if trial["reason"] else ""
        said = f"{best}{value}{trial['status']}{why} in {output.duration(trial['seconds'])}, {params}"
        lines.append((f"trial {trial['number']}", said))
    return lines


def _timings(found: dict[str, Any]) -> list[tuple[str, str]]:
    """Whether other cells may have run at the same time; a record of an older version does not tell."""
    return [("timings", "shared with other cells" if found["shared"] else "alone")] if "shared" in found else []


def _latency(found: dict[str, float]) -> list[tuple[str, str]]:
    if not found:
        return []
    waits = ", ".join(f"{name} {1e3 * found[name]:.2f} ms" for name in ("p50", "p95", "p99"))
    return [("one list of 10", f"{waits} ({found['questions']:.0f} questions, one at a time)")]


def _faithfulness(found: dict[str, Any]) -> list[tuple[str, str]]:
    if not found:
        return []
    if "skipped" in found:
        return [("faithfulness", f"not measured: {found['skipped']}")]
    drops = f"{found['named']:.1f} ranks lower without the reasons, {found['random']:.1f} without random items"
    return [("faithfulness", f"{drops}; further in {found['further']:.0%} of {found['questions']} questions")]


def _energy(found: dict[str, Any]) -> str:
    joules = found["joules"]
    return found["kind"] if joules is None else f"{joules:,.1f} J ({found['kind']})"


def _spec(spec: dict[str, object]) -> str:
    options = ", ".join(f"{name}={value}" for name, value in spec.items() if name != "name")
    return f"{spec['name']} ({options})" if options else str(spec["name"])
