"""`bench data`: list, download, import and check data sets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bench.cli import list_, output
from bench.errors import BadConfig

if TYPE_CHECKING:
    from bench.datasets.profile import Profile

app = typer.Typer(
    help="Data sets: list, download, import your own, check.", no_args_is_help=True, rich_markup_mode=None
)
app.command(name="list", epilog="Examples:  bench data list   |   bench data list --json")(list_.datasets)


@app.command(epilog="Examples:  bench data get ml-100k   |   bench data get ml-100k && bench run --datasets ml-100k")
def get(name: Annotated[str, typer.Argument(help="A name from `bench data list`.")]) -> None:
    """Show terms and citation, download a data set and verify it; nothing happens if it is there already."""
    from bench.datasets import catalogue

    path = catalogue.get(name, output.say)
    output.say(f"{name} is in {path}")


@app.command(epilog="Examples:  bench data check movielens-small   |   bench data check ml-100k --output pictures")
def check(
    name: Annotated[str, typer.Argument(help="A name from `bench data list`.")],
    out: Annotated[
        Path | None, typer.Option("-o", "--output", help="A folder for pictures (PNG, SVG) and facts.json.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Compare the files of a data set with their SHA-256 and report what is in them: counts, long tail, oddities."""
    from bench.cli.data_facts import lines
    from bench.datasets import catalogue
    from bench.datasets.profile import profile

    checked = catalogue.check(name)
    found = profile(catalogue.load(name))
    facts = {**checked, **found.facts, "warnings": checked["warnings"]}  # that a file has changed is said once
    if out is not None:
        _write(out, found, facts)
    if json:
        output.as_json(facts)
        return
    told = list(lines(facts))
    width = max(len(what) for what, _ in told)
    for what, value in told:
        output.say(f"{what.ljust(width)}  {value}")
    if out is not None:
        output.say(f"Pictures: {out}")


def _write(folder: Path, found: Profile, facts: dict[str, Any]) -> None:
    """Pictures and facts, in the place of older ones."""
    from json import dumps

    from bench.files import storage
    from reports.figures import data

    with storage(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for name in data.NAMES:  # a data set of that folder may have had times, or ratings
            for kind in ("png", "svg"):
                (folder / f"{name}.{kind}").unlink(missing_ok=True)
        for name, content in data.files(found).items():
            (folder / name).write_bytes(content)
        (folder / "facts.json").write_text(dumps(facts, indent=1, default=str), encoding="utf-8")


@app.command(
    name="import",
    epilog="Examples:  bench data import ratings.csv --name mine --user u --item i --rating r --time t   |   "
    "bench data import clicks.jsonl --name clicks --on-bad-row skip   |   bench data import ml.inter --name ml",
)
def import_(
    file: Annotated[Path, typer.Argument(help="CSV, TSV, JSON lines, Parquet or RecBole's .inter, by its name.")],
    name: Annotated[str, typer.Option(help="What the data set will be called.")],
    user: Annotated[str | None, typer.Option(help="Column of user ids: user, in .inter user_id.")] = None,
    item: Annotated[str | None, typer.Option(help="Column of item ids: item, in .inter item_id.")] = None,
    rating: Annotated[str | None, typer.Option(help="Column of ratings; in .inter rating, if there.")] = None,
    time: Annotated[str | None, typer.Option(help="Column of times; in .inter timestamp, if there.")] = None,
    time_unit: Annotated[
        str | None, typer.Option(help="s, ms, us, ns or date; guessed with a warning if left out.")
    ] = None,
    review: Annotated[str | None, typer.Option(help="Column of what the user wrote of the item.")] = None,
    scale: Annotated[str | None, typer.Option(help="Lowest and highest rating, as 1,5.")] = None,
    ordered: Annotated[bool, typer.Option("--ordered", help="Without times: rows are in the order of time.")] = False,
    no_header: Annotated[bool, typer.Option("--no-header", help="No names in line 1: columns are 1, 2, 3 …")] = False,
    encoding: Annotated[str, typer.Option(help="Of the file.")] = "utf-8",
    items: Annotated[Path | None, typer.Option(help="A file about items: titles, genres.")] = None,
    item_id: Annotated[
        str | None, typer.Option(help="In the file of items: column of ids: item, in .item item_id.")
    ] = None,
    item_title: Annotated[str | None, typer.Option(help="Column of titles.")] = None,
    item_text: Annotated[str | None, typer.Option(help="Column of free text.")] = None,
    item_features: Annotated[str | None, typer.Option(help="Column of names with | between them, or lists.")] = None,
    duplicates: Annotated[str, typer.Option(help="A pair that comes twice: first, last, sum, max or keep.")] = "last",
    on_bad_row: Annotated[str, typer.Option(help="error or skip.")] = "error",
    separator: Annotated[str | None, typer.Option(help="Between columns; found from the file if left out.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Put it in the place of one with the same name.")] = False,
) -> None:
    """Import your own interactions; afterwards NAME is a data set like any other. Ids are kept as text."""
    from bench.cli.request import scale as parsed
    from bench.datasets.formats.roles import ItemColumns
    from bench.datasets.imported import import_file

    if items is None and (item_id or item_title or item_text or item_features):
        raise BadConfig("--item-id, --item-title, --item-text and --item-features belong to a file that --items names")
    dataset = import_file(
        file,
        name,
        user=user,
        item=item,
        rating=rating,
        time=time,
        time_unit=time_unit,
        review=review,
        scale=parsed(scale),
        ordered=ordered,
        duplicates=duplicates,
        on_bad_row=on_bad_row,
        separator=separator,
        header=not no_header,
        encoding=encoding,
        items_file=items,
        item_columns=ItemColumns(item_id, item_title, item_text, item_features) if items else None,
        replace=replace,
    )
    counts = (len(dataset.interactions), dataset.interactions.n_users, dataset.interactions.n_items)
    output.say("{}: {:,} interactions, {:,} users, {:,} items".format(name, *counts))
    for note in dataset.notes.get("warnings", []):
        output.say(f"warning: {note}")
    if skipped := dataset.notes.get("rows skipped"):
        output.say(f"warning: {skipped} rows skipped, the first: {dataset.notes.get('first of the rows skipped')}")
