"""`bench doctor`: what this installation can do, and what is missing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from bench.cli import output

EXAMPLES = "Examples:  bench doctor   |   bench doctor --json"
ABSENT = ("is not installed", "is not on this machine")  # of a package, of a model: it can be had, nothing is broken
Finding = tuple[str, str, str]  # what, state (ok, note, problem), detail


def command(json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Check machine, packages, data and every algorithm. Exit code 1 when something of ours is broken."""
    found = [*_machine(), *_data(), *_algorithms()]
    if json:
        output.as_json([dict(zip(("what", "state", "detail"), finding, strict=True)) for finding in found])
    else:
        output.say(output.table(("what", "state", "detail"), found))
    raise typer.Exit(1 if any(state == "problem" for _, state, _ in found) else 0)


def _machine() -> Iterator[Finding]:
    import psutil

    from bench.provenance import machine

    facts = machine()
    yield "python", "ok", f"{facts['python']} on {facts['system']}"
    yield "recmatrix", "ok", f"{facts['recmatrix']} {facts['commit']}".strip()
    free = psutil.virtual_memory().available
    yield "cores", "ok", str(facts["cores"])
    yield "memory", "ok" if free > 2e9 else "note", f"{free / 1e9:.1f} GB free of {facts['memory'] / 1e9:.1f} GB"
    disk = shutil.disk_usage(Path.cwd()).free
    yield "disk", "ok" if disk > 1e9 else "note", f"{disk / 1e9:.1f} GB free in this folder"
    compiler = shutil.which("cc") or shutil.which("gcc")
    yield "C compiler", "ok" if compiler else "note", "found" if compiler else "none: LightFM cannot be built here"


def _data() -> Iterator[Finding]:
    from bench.datasets import catalogue

    entries = catalogue.available()
    for entry in entries:
        if entry.path:
            yield f"data set {entry.name}", "ok", "here"
    absent = sum(entry.path is None for entry in entries)
    yield "other data sets", "note", f"{absent} not here; `bench data list` shows them, `bench data get NAME` gets one"


def _algorithms() -> Iterator[Finding]:
    from bench import registry
    from bench.describe import describe

    entries = registry.entries()
    for entry, description in zip(entries.values(), describe([(name, {}) for name in entries]), strict=True):
        if not description.unavailable:
            yield f"algorithm {entry.name}", "ok", description.family
            continue
        broken = not any(words in description.unavailable for words in ABSENT)
        ours = broken and entry.distribution == "recmatrix"
        yield f"algorithm {entry.name}", "problem" if ours else "note", description.unavailable
