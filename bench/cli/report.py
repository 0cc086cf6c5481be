"""`bench report`: page, pictures and tables of a store."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bench.cli import output
from bench.cli.run import STORE

EXAMPLES = "Examples:  bench report   |   bench report results -o paper --metrics ndcg@20,recall@20 --baseline item-knn"


def command(
    store: Annotated[Path, typer.Argument(help="The folder of a store.")] = STORE,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="Where to write it (default: STORE/report).")] = None,
    metrics: Annotated[str | None, typer.Option(help="Metrics with commas, as ndcg@20,recall@20.")] = None,
    metric: Annotated[str | None, typer.Option(help="The metric that decides (default: ndcg@10).")] = None,
    baseline: Annotated[str | None, typer.Option(help="Compare all with this algorithm, too, as item-knn.")] = None,
) -> None:
    """Write the comparison as one page, PNG and SVG pictures, and CSV, Markdown and LaTeX tables."""
    from bench.cli.request import names
    from bench.store import Store
    from reports import write

    page = write(
        Store(store), out or store / "report", metrics=names(metrics), leading=metric or "", baseline=baseline or ""
    )
    output.say(f"Report: {page}")
