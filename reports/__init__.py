"""The comparison report: a store in; a page, pictures and tables out."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from bench.store import Store


def write(
    store: Store, folder: Path, *, metrics: Sequence[str] | None = None, leading: str = "", baseline: str = ""
) -> Path:
    """Write the report into `folder` and return the path of its page; see `reports.output.write`."""
    output = import_module("reports.output")  # brings matplotlib
    path: Path = output.write(store, folder, metrics=metrics, leading=leading, baseline=baseline)
    return path
