"""`bench data`: list, download, import and check data sets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bench.cli import list_, output
from bench.errors import BadConfig

app = typer.Typer(
    help="Data sets: list, download, import your own, check.", no_args_is_help=True, rich_markup_mode=None
)
app.command(name="list", epilog="Examples:  bench data list   |   bench data list --json")(list_.datasets)


@app.command(epilog="Examples:  bench data get ml-100k   |   bench data get ml-100k && bench run --datasets ml-100k")
def get(name: Annotated[str, typer.Argument(help="A name from `bench data list`.")]) -> None:
    """Download a data set and verify it; nothing happens if it is there already."""
    from bench.datasets import catalogue

    output.say(f"{name} is in {catalogue.get(name)}")


@app.command(epilog="Examples:  bench data check movielens-small   |   bench data check ml-100k --json")
def check(
    name: Annotated[str, typer.Argument(help="A name from `bench data list`.")],
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Compare the files of a data set with their SHA-256 and count what is in them."""
    from bench.datasets import catalogue

    facts = catalogue.check(name)
    if json:
        output.as_json(facts)
        return
    width = max(map(len, facts))
    for key, value in facts.items():
        output.say(f"{key.ljust(width)}  {value}")


@app.command(
    name="import",
    epilog="Examples:  bench data import ratings.csv --name mine --user u --item i --rating r --time t   |   "
    "bench data import clicks.tsv --name clicks --user user --item item --on-bad-row skip",
)
def import_(
    file: Annotated[Path, typer.Argument(help="A CSV, TSV or Parquet file with a header.")],
    name: Annotated[str, typer.Option(help="What the data set will be called.")],
    user: Annotated[str, typer.Option(help="Column of user ids.")] = "user",
    item: Annotated[str, typer.Option(help="Column of item ids.")] = "item",
    rating: Annotated[str | None, typer.Option(help="Column of ratings.")] = None,
    time: Annotated[str | None, typer.Option(help="Column of times.")] = None,
    time_unit: Annotated[
        str | None, typer.Option(help="s, ms, us, ns or date; guessed with a warning if left out.")
    ] = None,
    scale: Annotated[str | None, typer.Option(help="Lowest and highest rating, as 1,5.")] = None,
    ordered: Annotated[bool, typer.Option("--ordered", help="Without times: rows are in the order of time.")] = False,
    no_header: Annotated[bool, typer.Option("--no-header", help="No names in line 1: columns are 1, 2, 3 …")] = False,
    encoding: Annotated[str, typer.Option(help="Of the file.")] = "utf-8",
    items: Annotated[Path | None, typer.Option(help="A file about items: titles, genres.")] = None,
    item_id: Annotated[str, typer.Option(help="In the file of items: column of ids.")] = "item",
    item_title: Annotated[str | None, typer.Option(help="Column of titles.")] = None,
    item_features: Annotated[str | None, typer.Option(help="Column of names with | between them.")] = None,
    duplicates: Annotated[str, typer.Option(help="A pair that comes twice: first, last, sum, max or keep.")] = "last",
    on_bad_row: Annotated[str, typer.Option(help="error or skip.")] = "error",
    separator: Annotated[str | None, typer.Option(help="Between columns; found from the file if left out.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Put it in the place of one with the same name.")] = False,
) -> None:
    """Import your own interactions; afterwards NAME is a data set like any other. Ids are kept as text."""
    from bench.cli.request import scale as parsed
    from bench.datasets.imported import ItemColumns, import_file

    if items is None and (item_title or item_features):
        raise BadConfig("--item-title and --item-features are columns of a file that --items names")
    dataset = import_file(
        file,
        name,
        user=user,
        item=item,
        rating=rating,
        time=time,
        time_unit=time_unit,
        scale=parsed(scale),
        ordered=ordered,
        duplicates=duplicates,
        on_bad_row=on_bad_row,
        separator=separator,
        header=not no_header,
        encoding=encoding,
        items_file=items,
        item_columns=ItemColumns(item_id, item_title, features=item_features) if items else None,
        replace=replace,
    )
    counts = (len(dataset.interactions), dataset.interactions.n_users, dataset.interactions.n_items)
    output.say("{}: {:,} interactions, {:,} users, {:,} items".format(name, *counts))
    for note in dataset.notes.get("warnings", []):
        output.say(f"warning: {note}")
    if skipped := dataset.notes.get("rows skipped"):
        output.say(f"warning: {skipped} rows skipped, the first: {dataset.notes.get('first of the rows skipped')}")
