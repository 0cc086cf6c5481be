"""`bench report`: page, pictures and tables of a store."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from bench.cli import output
from bench.cli.run import STORE

FORMS = ("text", "markdown", "latex", "csv")
EXAMPLES = "Examples:  bench report   |   bench report results -o paper --baseline item-knn --metric recall@20"


def command(
    store: Annotated[Path, typer.Argument(help="The folder of a store.")] = STORE,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="Where to write it (default: STORE/report).")] = None,
    metrics: Annotated[str | None, typer.Option(help="Metrics with commas, as ndcg@20,recall@20.")] = None,
    metric: Annotated[str | None, typer.Option(help="The metric that decides (default: ndcg@10).")] = None,
    baseline: Annotated[str | None, typer.Option(help="Compare all with this algorithm, too, as item-knn.")] = None,
    against: Annotated[Path | None, typer.Option(help="The store of an earlier run: say what changed.")] = None,
    form: Annotated[
        str | None, typer.Option("--format", help="Print the table as text, markdown, latex or csv; write no report.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="With --against: end with 1 if something got worse.")] = False,
) -> None:
    """Write the comparison as one page, PNG and SVG pictures, and CSV, Markdown and LaTeX tables.

    Exit code 1 with --check: an algorithm no longer finishes, or is worse than before beyond noise.
    """
    from bench.cli.request import names
    from bench.errors import BadConfig
    from bench.store import Store
    from reports.changes import changes
    from reports.load import load
    from reports.output import write_results

    if form is not None and (form not in FORMS or out or against):
        raise BadConfig(
            f"--format prints a table, as one of {', '.join(FORMS)}, and writes nothing: it takes no --out or --against"
            if form in FORMS
            else f"--format {form}: there is {', '.join(FORMS)}"
        )
    if check and against is None:
        raise BadConfig("--check needs --against: the store of an earlier run to compare with")
    shown, leading = names(metrics), metric or ""
    results = load(Store(store), shown, leading=leading, baseline=baseline or "")
    if form is not None:
        output.say(_printed(results, form))
        return
    changed = None if against is None else changes(results, load(Store(against), shown, leading=leading))
    page = write_results(results, out or store / "report", changed)
    for change in changed or ():
        output.say(("worse  " if change.worse else "       ") + change.sentence)
    if changed == []:
        output.say("Nothing changed, beyond noise.")
    output.say(f"Report: {page}")
    if check and any(change.worse for change in changed or ()):
        raise typer.Exit(1)


def _printed(results: Any, form: str) -> str:
    """The comparison, of `reports.model.Results`, as the files of a report have it, or as `bench run` ends."""
    from reports import tables

    found = tables.of_results(results)
    if form == "text":
        return "\n".join([output.table(found.header, found.texts()), *found.remarks])
    write = {"markdown": tables.to_markdown, "latex": tables.to_latex, "csv": tables.to_csv}[form]
    return write(found).rstrip("\n")
