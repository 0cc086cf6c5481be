"""The comparison report: a store in; a page, pictures and tables out."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from bench.store import Store


def write(store: Store, folder: Path, *, metrics: Sequence[str] | None = None) -> Path:
    """Write the report into `folder` and return the path of its page; see `reports.output.write`."""
    path: Path = import_module("reports.output").write(store, folder, metrics=metrics)  # brings matplotlib
    return path
